"""Making the draft public."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.calendars import queries as calendars
from portal.calendars.commands import publish_many
from portal.calendars.values import Entry
from portal.core import audit, db, jobs
from portal.core.errors import Conflict, Forbidden
from portal.core.settings import current
from portal.core.urgency import Urgency
from portal.programme.commands.locking import locked
from portal.programme.commands.places import end_lines
from portal.programme.permissions import can_edit_programme
from portal.programme.queries import drafts, public, telling
from portal.programme.rules import calendar
from portal.programme.rules.changes import Change, changes
from portal.programme.rules.telling import concerns
from portal.programme.rules.words import placed_before
from portal.programme.tables import ChangeKind

_COLUMNS = """event, guid, slug, kind, label, title, subtitle, abstract_html, description_html, language, level, track, room,
    starts_at, ends_at, capacity, recorded, url, links, cancelled_at"""
_NAMES = [name.strip() for name in _COLUMNS.split(",")]
_RELEASE = """
INSERT INTO programme_release (event, number, released_at, actor, note) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_LOG = """
INSERT INTO release_change (release, session, slug, title, kind, before, after)
SELECT $1, x.session, x.slug, x.title, x.kind, x.before::jsonb, x.after::jsonb
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS x (session, slug, title, kind, before, after)
"""
# A slug may go from one session to another: those that changed leave theirs before they take the new one.
_LEAVE_SLUGS = "UPDATE released_session SET slug = 'leaving-' || session WHERE session = ANY($1)"
_SHOW = f"""
INSERT INTO released_session (session, taken, since_release, {_COLUMNS})
SELECT id, 0, $2, {_COLUMNS} FROM programme_session WHERE id = ANY($1)
ON CONFLICT (session) DO UPDATE SET since_release = excluded.since_release,
    {", ".join(f"{name} = excluded.{name}" for name in _NAMES)}
"""
_SHOW_PEOPLE = """
INSERT INTO released_speaker (session, speaker, role, position)
SELECT session, speaker, role, position FROM session_speaker WHERE session = ANY($1)
"""


_PLACE = """
SELECT concat_ws(', ', nullif(v.name, ''), nullif(v.city, '')) FROM event e JOIN venue v ON v.id = e.venue WHERE e.id = $1
"""
_OFF = (ChangeKind.CANCELLED, ChangeKind.REMOVED)
_RELEASED = "SELECT event FROM programme WHERE event = ANY($1) AND release > 0 ORDER BY event"
CALENDAR = "session"
"""The kind of sessions in calendars; their key is the id of the draft."""


TELL = "programme.tell_speaker"
"""The job that writes to somebody whose sessions a release changed."""


class Released(msgspec.Struct, frozen=True):
    """A release: its number, and what it changed. `told` are the speakers who are written to; `unreached` those who would be,
    had they an address.
    """

    number: int
    changes: list[Change]
    told: int = 0
    unreached: int = 0


async def release(
    *, actor: Actor, event_id: int, now: datetime, note: str = "", edition: int | None = None, tell: bool = False
) -> Released | None:
    """Let the public read the draft as it is now, and log what is other than before; None where nothing is.

    What the first release holds is new as a whole, and is not logged line by line. `edition` is the one of the draft
    somebody looked at: raises Conflict where it is another by now. With `tell`, the speakers whose sessions are new, moved,
    off or on again are written to.
    """
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors release a programme.")
    async with db.transaction():
        programme = await locked(event_id, now=now)
        if edition is not None and programme.edition != edition:
            raise Conflict("The draft was changed while you were looking at it. Here is what would be released now.")
        told = changes(await drafts.public(event_id), await drafts.draft(event_id))
        if not told:
            return None
        number = programme.release + 1
        release_id = await db.fetch_value(_RELEASE, event_id, number, now, actor.label, note)
        if number > 1:
            await _log(release_id, told)
        written, unreached = await _tell_speakers(event_id, number, told) if tell else (0, 0)
        gone = [one.session for one in told if one.kind is ChangeKind.REMOVED]
        shown = [one.session for one in told if one.kind is not ChangeKind.REMOVED]
        await end_lines(sessions=[one.session for one in told if one.kind in _OFF], now=now)
        await db.execute("DELETE FROM released_session WHERE session = ANY($1)", gone)
        await db.execute(_LEAVE_SLUGS, shown)
        await db.execute(_SHOW, shown, number)
        await db.execute("DELETE FROM released_speaker WHERE session = ANY($1)", shown)
        await db.execute(_SHOW_PEOPLE, shown)
        await db.execute(
            "UPDATE programme SET release = $2, released_for = placed_for WHERE id = $1", programme.id, number
        )
        await _tell_calendars(event_id, told, now)
        await jobs.enqueue("agenda.follow", event=event_id)
        await audit.record(
            actor=actor.label, verb="released", kind="programme", key=event_id, now=now, number=number, changes=len(told),
            speakers=written,
        )  # fmt: skip
    return Released(number, told, written, unreached)


async def _tell_speakers(event_id: int, number: int, told: Sequence[Change]) -> tuple[int, int]:
    """One mail to each person a change concerns; how many, and how many have no address. What is public is still the former."""
    timezone = await db.fetch_value("SELECT timezone FROM event WHERE id = $1", event_id)
    known = {one.session: one for one in told}
    lines: dict[int, list[tuple[int, str, ChangeKind, str]]] = {}
    unreached = set()
    for one in await telling.on_stage(list(known)):
        change = known[one.session]
        kind = concerns(change.kind, was_in=one.was_in, is_in=one.is_in)
        if kind is not None and one.is_reached:
            lines.setdefault(one.speaker, []).append((one.session, change.title, kind, placed_before(change, timezone)))
        elif kind is not None:
            unreached.add(one.speaker)
    await jobs.enqueue_many(
        TELL,
        [{"event": event_id, "number": number, "speaker": who, "lines": said} for who, said in lines.items()],
        urgency=Urgency.ONE_OF_MANY,
    )
    return len(lines), len(unreached)


async def _tell_calendars(event_id: int, told: Sequence[Change], now: datetime) -> None:
    """A revision for each session that calendars show otherwise; what was taken out stays there as cancelled."""
    entries = await _entries(event_id)
    gone = [str(one.session) for one in told if one.kind is ChangeKind.REMOVED]
    for key, known in (await calendars.current(CALENDAR, gone)).items():
        entries[key] = msgspec.structs.replace(known.entry, cancelled=True)
    await publish_many(kind=CALENDAR, entries=entries, now=now)


async def follow_events(*, event_ids: Sequence[int], now: datetime) -> None:
    """Bring the calendar entries of all sessions up to date with their events, which were moved, cancelled or put on again,
    and with their rooms. What is as it was gets no revision.
    """
    for row in await db.fetch(_RELEASED, list(event_ids)):
        async with db.transaction():
            await locked(row["event"], now=now)
            await publish_many(kind=CALENDAR, entries=await _entries(row["event"]), now=now)


async def _entries(event_id: int) -> dict[str, Entry]:
    """What calendars are to show of each session that is public."""
    programme = await public.by_event(event_id)
    assert programme is not None
    place = str(await db.fetch_value(_PLACE, event_id) or "")
    texts = await public.all_texts(event_id)
    return {
        str(one.id): calendar.entry(
            programme, one, texts[one.id].abstract_html, place=place, base_url=current().base_url
        )
        for one in programme.sessions
    }


async def _log(release_id: int, told: Sequence[Change]) -> None:
    encode = msgspec.json.encode
    await db.execute(
        _LOG, release_id, [c.session for c in told], [c.slug for c in told], [c.title for c in told],
        [c.kind.value for c in told], [encode(c.before).decode() for c in told], [encode(c.after).decode() for c in told],
    )  # fmt: skip
