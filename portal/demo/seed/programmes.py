"""The programme of the demo’s congress, by the ordinary commands."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from portal.accounts.actors import PORTAL
from portal.core import db, times
from portal.demo.seed.own import SOURCE
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.commands.sessions import add_session, place_session
from portal.programme.editing import Facts, Place
from portal.programme.tables import Level, SessionKind, SessionRole
from portal.programme.values import PersonFacts, ProgrammeFacts, SessionFacts

_FILE = Path(__file__).parent / "data" / "programme-vienna.yml"
_EVENT = """
SELECT id, starts_at, timezone FROM event e WHERE source = $1 AND source_key = 'fill-finish-forum-vienna'
    AND NOT EXISTS (SELECT FROM programme p WHERE p.event = e.id)
"""
_KNOWN = """
INSERT INTO appearance (event, speaker, source_key, source_name, note)
SELECT $1, min(id), name, name, '' FROM speaker WHERE name = ANY($2) GROUP BY name
"""
_STANDS = """
SELECT s.id, s.version, s.ends_at - s.starts_at AS lasts, r.id AS room
FROM programme_session s JOIN programme_room r ON r.event = s.event AND r.name = $3 WHERE s.event = $1 AND s.title = $2
"""
_FIRST, _SECOND = timedelta(days=24), timedelta(days=3)
"""How many days ago it was released, and again: in the morning."""
_WITH_ROLE = re.compile(r"(.+) \((moderator|host)\)")


class Held(msgspec.Struct, forbid_unknown_fields=True):
    """A session: `day` from 1, `at` a local time, `min` minutes. `who` may have a role in brackets. `before` is what the first
    release had otherwise; `late` that it had it not at all.
    """

    day: int
    at: str
    min: int
    title: str
    room: str = ""
    track: str = ""
    kind: SessionKind = SessionKind.TALK
    label: str = ""
    level: Level | None = None
    places: int | None = None
    who: tuple[str, ...] = ()
    text: str = ""
    cancelled: bool = False
    before: dict[str, Any] = {}
    late: bool = False


class Post(msgspec.Struct, forbid_unknown_fields=True):
    job: str
    company: str


class Edited(msgspec.Struct, forbid_unknown_fields=True):
    """What staff changed since the release: where a session stands now, or a new one that stands nowhere yet (`day` 0)."""

    title: str
    day: int = 0
    at: str = ""
    room: str = ""


class File(msgspec.Struct, forbid_unknown_fields=True):
    """The whole programme as it was released last, with a `note`; `rooms` with how many each holds."""

    rooms: dict[str, int | None]
    tracks: tuple[str, ...]
    sessions: tuple[Held, ...]
    people: dict[str, Post]
    note: str
    edited: tuple[Edited, ...] = ()


async def seed_programmes(*, now: datetime) -> None:
    """Save and release it, then what changed, once; some of its people are on stages of webinars already."""
    event = await db.fetch_one(_EVENT, SOURCE)
    if event is None:
        return
    zone = times.zone(event["timezone"])
    first = event["starts_at"].astimezone(zone).date()
    file = msgspec.convert(yaml.safe_load(_FILE.read_text()), File)
    await db.execute(_KNOWN, event["id"], list(file.people))
    for former, ago, note in ((True, _FIRST, ""), (False, _SECOND, file.note)):
        at = datetime.combine(now.astimezone(zone).date() - ago, time(10), zone)
        these = [one for one in file.sessions if not (former and one.late)]
        sessions = tuple(_session(one, file.people, first, zone, former=former) for one in these)
        facts = ProgrammeFacts(source="demo", rooms=file.rooms, tracks=file.tracks, sessions=sessions)
        await save_programme(actor=PORTAL, event_id=event["id"], facts=facts, now=at)
        await release(actor=PORTAL, event_id=event["id"], now=at, note=note)
    for one in file.edited:
        await _edit(one, event["id"], first, zone, now)


def _session(held: Held, people: dict[str, Post], first: date, zone: ZoneInfo, *, former: bool) -> SessionFacts:
    key = f"{held.day} {held.at} {held.title}"[:200]
    if former:
        held = msgspec.structs.replace(held, **held.before)
    starts = datetime.combine(first + timedelta(days=held.day - 1), time.fromisoformat(held.at), zone)
    return SessionFacts(
        key=key, title=held.title, kind=held.kind, label=held.label,
        abstract=held.text, language="en", level=held.level, track=held.track, room=held.room, capacity=held.places,
        starts_at=starts, ends_at=starts + timedelta(minutes=held.min), cancelled=held.cancelled,
        people=tuple(_person(one, people, held.kind) for one in held.who),
    )  # fmt: skip


async def _edit(one: Edited, event_id: int, first: date, zone: ZoneInfo, now: datetime) -> None:
    if not one.day:
        await add_session(actor=PORTAL, event_id=event_id, facts=Facts(title=one.title, language="en"), now=now)
        return
    row = await db.fetch_one(_STANDS, event_id, one.title, one.room)
    assert row is not None
    starts = datetime.combine(first + timedelta(days=one.day - 1), time.fromisoformat(one.at), zone)
    place = Place(room=row["room"], starts_at=starts, ends_at=starts + row["lasts"])
    await place_session(
        actor=PORTAL, event_id=event_id, session_id=row["id"], version=row["version"], place=place, now=now
    )


def _person(said: str, people: dict[str, Post], kind: SessionKind) -> PersonFacts:
    found = _WITH_ROLE.fullmatch(said)
    name = found[1] if found else said
    usual = SessionRole.PANELIST if kind is SessionKind.PANEL else SessionRole.SPEAKER
    post = people[name]
    role = SessionRole(found[2]) if found else usual
    return PersonFacts(name, name, role=role, job_title=post.job, company=post.company)
