"""The speakers of the demo’s congress, each as far as people are three months before: some owe nothing, some everything."""

import io
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from portal.accounts.actors import PORTAL
from portal.core import db, times
from portal.core.overtaking import mark
from portal.core.settings import current
from portal.core.typesetting import dated, typeset
from portal.demo.seed.own import SOURCE
from portal.media.flows import Media
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.programme.desk import commands, inviting, readiness
from portal.programme.desk.rules import usual_wording
from portal.speakers.commands import set_email
from portal.web.forms import Upload

_DONE = "SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'speaking'"
_NOTE_DONE = "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'speaking', '{}')"
_EVENT = """
SELECT e.id, e.title, e.timezone, e.starts_at FROM event e JOIN programme p ON p.event = e.id
WHERE e.source = $1 AND e.source_key = 'fill-finish-forum-vienna'
"""
_PEOPLE = """
SELECT p.id, p.name, p.email, t.id AS session, t.title FROM speaker p JOIN appearance a ON a.speaker = p.id AND a.event = $1
LEFT JOIN LATERAL (SELECT s.id, s.title FROM session_speaker i JOIN programme_session s ON s.id = i.session
    WHERE i.speaker = p.id AND s.event = $1 AND i.role = 'speaker' AND s.kind IN ('talk', 'workshop')
    ORDER BY s.starts_at LIMIT 1) t ON true
WHERE p.name = ANY($2) ORDER BY p.id
"""
_BRIEFING = """
Be at the speakers’ room, first floor, **forty minutes** before your session; the technician tries your slides with you.

- Slides in 16:9, on the house’s computer: HDMI for your own only after a word with us.
- On the day call Judith Kerkhoven, +43 1 5550 117.
- The speakers’ dinner is on the evening before the first day.
""".strip()
_WORDING = "SELECT max(id) FROM wording_of_consent WHERE kind = 'recording' AND key = $1"


class Congress(msgspec.Struct, frozen=True):
    id: int
    title: str
    timezone: str
    starts_at: datetime


class Somebody(msgspec.Struct, frozen=True):
    """`session` is the first one that waits for slides."""

    id: int
    name: str
    email: str
    session: int | None
    title: str | None


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody is. `spans` are (day from 1, from, to) in local hours; None: not answered; empty: any time."""

    email: str
    invited_days_ago: int | None = None
    spans: tuple[tuple[int, int, int], ...] | None = None
    recorded: bool | None = None
    comes: bool | None = None
    note: str = ""
    decks: int = 0
    public: bool = False


PEOPLE = {
    "Dr. Anselm Oyelaran": Stand(
        email="desk@isarwerk.example", invited_days_ago=20, comes=True, spans=(), recorded=True, decks=2, public=True,
        note="I bring a vial that breaks on purpose. A table beside the lectern, please, and a bin.",
    ),
    "Marit Solheim": Stand(
        email="marit@halden.example", invited_days_ago=20, comes=True, spans=((1, 9, 18), (2, 9, 13)), recorded=True, decks=1
    ),
    "Maeve Donnellan": Stand(
        email="maeve@kilmore.example", invited_days_ago=20, comes=True, spans=((1, 9, 12),), recorded=False,
        note="Films of smoke studies have sound. I need the house’s sound, not my laptop’s.",
    ),
    "Chiara Bonfanti": Stand(email="office@bonfanti.example", invited_days_ago=9, spans=()),
    "Henrike Vos": Stand(email="henrike@vosteekens.example", invited_days_ago=9),
    "Prof. Ilse Ravnikar": Stand(email="ilse@alpineinstitute.example"),
}  # fmt: skip


async def seed_speaking(*, media: Media, now: datetime) -> None:
    """Once; what is changed at the desk later stays."""
    row = await db.fetch_one(_EVENT, SOURCE)
    if row is None or await db.fetch_value(_DONE):
        return
    event = Congress(**dict(row))
    stored = await readiness.settings(event.id)
    wanted = msgspec.structs.replace(
        stored, slides_due_at=event.starts_at - timedelta(days=14), shows_draft=True, briefing=_BRIEFING
    )
    await inviting.set_up(actor=PORTAL, event_id=event.id, wanted=wanted, seen=mark(stored), now=now)
    for found in await db.fetch(_PEOPLE, event.id, list(PEOPLE)):
        speaker = Somebody(**dict(found))
        if not speaker.email:
            await set_email(actor=PORTAL, speaker_id=speaker.id, email=PEOPLE[speaker.name].email, now=now)
            await _answer(PEOPLE[speaker.name], speaker, event, now)
            await _hand_in(PEOPLE[speaker.name], speaker, event, media, now)
    await db.execute(_NOTE_DONE, now)


async def _answer(stand: Stand, speaker: Somebody, event: Congress, now: datetime) -> None:
    given: dict[str, Any] = {"actor": PORTAL, "speaker_id": speaker.id, "event_id": event.id}
    if stand.invited_days_ago is not None:
        then = now - timedelta(days=stand.invited_days_ago)
        await inviting.invite(email=stand.email, now=then, **given)
    given |= {"addresses": {stand.email}, "now": now}
    if stand.comes is not None:
        await commands.answer_coming(comes=stand.comes, **given)
    if stand.spans is not None:
        await commands.answer_availability(spans=[_span(event, *one) for one in stand.spans], **given)
    if stand.recorded is not None:
        wording = await db.fetch_value(_WORDING, str(event.id)) or 0
        usual = usual_wording(event.title, current().site_name)
        await commands.answer_recording(agreed=stand.recorded, wording_id=wording, usual=usual, **given)
    if stand.note:
        await commands.write_note(note=stand.note, **given)


async def _hand_in(stand: Stand, speaker: Somebody, event: Congress, media: Media, now: datetime) -> None:
    if speaker.session is None:
        return
    for version in range(1, stand.decks + 1):
        data = {
            "title": speaker.title,
            "name": speaker.name,
            "event": event.title,
            "version": version,
            "dated": dated(now),
        }
        upload = Upload("slides", f"slides-{version}.pdf", io.BytesIO(await typeset("demo_slides", data)))
        file = await media.store_document(
            upload, owner=Owner(commands.SLIDES), actor=PORTAL, now=now, visibility=Visibility.PRIVATE
        )
        await commands.add_slides(
            actor=PORTAL,
            addresses={stand.email},
            speaker_id=speaker.id,
            session_id=speaker.session,
            file=file.key,
            now=now,
        )
        if stand.public and version == 1:
            # The newer one waits for staff.
            first = await db.fetch_value("SELECT id FROM slides WHERE speaker = $1", speaker.id)
            await inviting.release_slides(actor=PORTAL, event_id=event.id, slides_id=first, now=now)


def _span(event: Congress, day: int, begins: int, ends: int) -> tuple[datetime, datetime]:
    zone = times.zone(event.timezone)
    on = event.starts_at.astimezone(zone).date() + timedelta(days=day - 1)
    return datetime.combine(on, time(begins), zone), datetime.combine(on, time(ends), zone)
