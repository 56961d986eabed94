"""Whom the organiser writes to, and what is set for the desk. Nobody is written to twice a day."""

from datetime import datetime

from portal.accounts.actors import PORTAL, Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.jobs import enqueue_many
from portal.core.overtaking import not_overtaken
from portal.core.text import safe_html
from portal.core.urgency import Urgency
from portal.events.tables import EventState
from portal.leads.commands import keep_wording
from portal.media import commands as media
from portal.programme.commands.locking import locked, touch
from portal.programme.desk.commands import SLIDES, publish
from portal.programme.desk.queries import NEWEST
from portal.programme.desk.readiness import PEOPLE, Settings, settings
from portal.programme.desk.rules import ASKED, NOT_AGAIN_WITHIN, REMIND_BEFORE, WORDING
from portal.programme.permissions import can_edit_programme
from portal.speakers.commands import set_email

WRITE = "programme.write_to_speaker"
_APPEAR = f"""
WITH {PEOPLE}
INSERT INTO appearance (event, speaker, source_key, source_name, note)
SELECT $1, id, '', '', '' FROM ready WHERE appearance IS NULL AND ($2::bigint IS NULL OR id = $2)
ON CONFLICT (event, speaker) DO NOTHING
"""
_INVITE = """
UPDATE appearance SET invited_at = $3, reminded_at = $3 WHERE event = $1 AND speaker = $2 RETURNING id
"""
# Held one by one in one order; who was asked a moment ago by somebody else is not asked again.
_REMIND = f"""
WITH {PEOPLE}, held AS (
    SELECT a.id FROM appearance a WHERE a.event = $1 AND a.id IN (
        SELECT appearance FROM ready WHERE email <> '' AND missing && $3::text[] AND ($4::bigint IS NULL OR id = $4))
    ORDER BY a.id FOR UPDATE
)
UPDATE appearance a SET reminded_at = $2, invited_at = coalesce(a.invited_at, $2)
FROM held WHERE a.id = held.id AND (a.reminded_at IS NULL OR a.reminded_at <= $5) RETURNING a.id
"""


async def invite(*, actor: Actor, event_id: int, speaker_id: int, email: str, now: datetime) -> None:
    """Set where somebody is reached, and point the desk out by mail. Raises Conflict when that was done today already, with
    the same address.
    """
    _allow(actor)
    async with db.transaction():
        await db.execute(_APPEAR, event_id, speaker_id)
        row = await db.fetch_one(
            "SELECT a.reminded_at, p.email, e.state FROM appearance a JOIN speaker p ON p.id = a.speaker "
            "JOIN event e ON e.id = a.event WHERE a.event = $1 AND a.speaker = $2 FOR UPDATE OF a",
            event_id, speaker_id,
        )  # fmt: skip
        if row is None:
            raise NotFound("This speaker is not at this event.")
        if row["state"] == EventState.CANCELLED:
            raise Conflict("The event is cancelled, so nobody is invited to its desk.")
        if row["email"] == email and row["reminded_at"] and row["reminded_at"] > now - NOT_AGAIN_WITHIN:
            raise Conflict("This address had a mail about the desk today. Write again tomorrow.")
        await set_email(actor=actor, speaker_id=speaker_id, email=email, now=now)
        [told] = await db.fetch(_INVITE, event_id, speaker_id, now)
        await _write(event_id, [told["id"]], now, first=True)
        await audit.record(
            actor=actor.label, verb="invited a speaker", kind="programme", key=event_id, now=now, speaker=speaker_id
        )


async def remind(*, actor: Actor, event_id: int, now: datetime, speaker_id: int | None = None) -> int:
    """Ask for what is missing: one person or everybody with something open and an address. How many are written to; nobody
    who had a mail today.
    """
    _allow(actor)
    async with db.transaction():
        await db.execute(_APPEAR, event_id, speaker_id)
        rows = await db.fetch(_REMIND, event_id, now, list(ASKED), speaker_id, now - NOT_AGAIN_WITHIN)
        await _write(event_id, [row["id"] for row in rows], now)
        if rows:
            await audit.record(
                actor=actor.label, verb="reminded speakers", kind="programme", key=event_id, now=now, people=len(rows)
            )
    return len(rows)


# The step that has begun last; whoever had a mail since then, about this or by staff, has been told.
_DUE = """
SELECT p.event, max(p.slides_due_at - k.before) AS step FROM programme p JOIN event e ON e.id = p.event,
    unnest($2::interval[]) AS k (before)
WHERE p.reminds AND p.slides_due_at > $1 AND p.slides_due_at - k.before <= $1 AND e.state IN ('published', 'moved')
GROUP BY p.event ORDER BY p.event
"""
_REMIND_INVITED = f"""
WITH {PEOPLE}, held AS (
    SELECT a.id FROM appearance a WHERE a.event = $1 AND a.invited_at IS NOT NULL AND a.id IN (
        SELECT appearance FROM ready WHERE email <> '' AND missing && $3::text[])
    ORDER BY a.id FOR UPDATE
)
UPDATE appearance a SET reminded_at = $2 FROM held
WHERE a.id = held.id AND a.reminded_at < least($4::timestamptz, $5::timestamptz) RETURNING a.id
"""


async def remind_due(*, now: datetime) -> int:
    """What the portal does by itself two weeks and three days before slides are due: ask those who were invited. How many."""
    asked = 0
    for due in await db.fetch(_DUE, now, list(REMIND_BEFORE)):
        async with db.transaction():
            event = due["event"]
            rows = await db.fetch(_REMIND_INVITED, event, now, list(ASKED), due["step"], now - NOT_AGAIN_WITHIN)
            await _write(event, [row["id"] for row in rows], now)
            if rows:
                await audit.record(
                    actor=PORTAL.label, verb="reminded speakers", kind="programme", key=event, now=now, people=len(rows)
                )
        asked += len(rows)
    return asked


async def set_up(*, actor: Actor, event_id: int, wanted: Settings, seen: str, now: datetime) -> None:
    """Set wording, deadline and what speakers and the public see; `seen` is the mark of what the editor saw. Another text is
    another version: whoever answered before answered to theirs. Raises Conflict when somebody else was faster.
    """
    _allow(actor)
    if not wanted.wording:
        raise Invalid({"wording": "Please say what they are asked."})
    async with db.transaction():
        programme = await locked(event_id, now=now)
        stored = await settings(event_id)
        not_overtaken(seen, stored)
        await db.execute(
            "UPDATE programme SET slides_due_at = $2, slides_at_once = $3, shows_draft = $4, reminds = $5, briefing = $6, "
            "briefing_html = $7 WHERE id = $1",
            programme.id, wanted.slides_due_at, wanted.slides_at_once, wanted.shows_draft, wanted.reminds, wanted.briefing,
            safe_html(wanted.briefing),
        )  # fmt: skip
        kept = None
        if wanted.wording != stored.wording:
            kept = await keep_wording(kind=WORDING, key=str(event_id), text=wanted.wording, now=now)
        await audit.record(
            actor=actor.label, verb="set the speakers’ desk", kind="programme", key=event_id, now=now,
            due=wanted.slides_due_at, at_once=wanted.slides_at_once, wording=kept.version if kept else None,
        )  # fmt: skip


_WAITING = f"""
SELECT d.id FROM slides d JOIN programme_session s ON s.id = d.session
WHERE s.event = $1 AND ($2::bigint IS NULL OR d.id = $2) AND d.released_at IS NULL AND {NEWEST} ORDER BY d.id FOR UPDATE OF d
"""
_HIDE = """
UPDATE slides d SET released_at = NULL FROM slides chosen JOIN programme_session s ON s.id = chosen.session
WHERE chosen.id = $2 AND s.event = $1 AND d.session = chosen.session AND d.speaker = chosen.speaker
    AND d.released_at IS NOT NULL RETURNING d.id
"""


async def release_slides(*, actor: Actor, event_id: int, now: datetime, slides_id: int | None = None) -> int:
    """Let everybody read the newest slides of one person for a session, or of all; how many were not public before."""
    _allow(actor)
    async with db.transaction():
        rows = await db.fetch(_WAITING, event_id, slides_id)
        await publish([row["id"] for row in rows], now=now)
        if rows:
            await audit.record(
                actor=actor.label, verb="released slides", kind="programme", key=event_id, now=now, count=len(rows)
            )
    return len(rows)


async def hide_slides(*, actor: Actor, event_id: int, slides_id: int, now: datetime) -> None:
    """Take somebody’s slides for a session off the public page, older versions too."""
    _allow(actor)
    async with db.transaction():
        rows = await db.fetch(_HIDE, event_id, slides_id)
        await media.show(kind=SLIDES, owners=[str(row["id"]) for row in rows], keys=[])
        if rows:
            await audit.record(
                actor=actor.label, verb="took slides off", kind="programme", key=event_id, now=now, slides=slides_id
            )


async def do_not_record(*, actor: Actor, event_id: int, session_id: int, now: datetime) -> None:
    """Take a session off the list of what is recorded."""
    _allow(actor)
    async with db.transaction():
        programme = await locked(event_id, now=now)
        done = await db.execute(
            "UPDATE programme_session SET recorded = false, version = version + 1, changed_at = $3 "
            "WHERE event = $1 AND id = $2 AND recorded",
            event_id, session_id, now,
        )  # fmt: skip
        if db.affected(done):
            await touch(programme)
            await audit.record(
                actor=actor.label, verb="not recorded", kind="programme_session", key=session_id, now=now
            )


async def _write(event_id: int, appearances: list[int], now: datetime, *, first: bool = False) -> None:
    told = [{"event": event_id, "appearance": one, "at": now.isoformat(), "first": first} for one in appearances]
    await enqueue_many(WRITE, told, urgency=Urgency.ORDINARY if first else Urgency.ONE_OF_MANY)


def _allow(actor: Actor) -> None:
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors look after the speakers of a programme.")
