"""The organiser's meeting area: its name, when it is open, its tables."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from portal.accounts.actors import Actor
from portal.core import audit, db, times
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands.placing import hand_on
from portal.exhibitors.meetings.commands.publishing import ENSURE_AREA
from portal.exhibitors.meetings.commands.turns import turn
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.permissions import can_organise

_TIMES = "INSERT INTO meeting_area_time (area, starts_at, ends_at) SELECT $1, * FROM unnest($2::timestamptz[], $3::timestamptz[])"
_OUTSIDE = """
SELECT count(*) FROM meeting m JOIN meeting_table t ON t.id = m.meeting_table AND t.exhibitor IS NULL
WHERE m.event = $1 AND m.state = 'planned' AND m.ends_at > $2 AND NOT EXISTS (SELECT FROM meeting_area_time s
    JOIN meeting_area a ON a.id = s.area WHERE a.event = $1 AND s.starts_at <= m.starts_at AND s.ends_at >= m.ends_at)
"""
_MOST = 200


async def save_area(
    *, actor: Actor, event_id: int, name: str, place: str, answer_hours: int, boxes: Sequence[datetime], now: datetime
) -> int:
    """What the area is called, how it is found, how long requests wait, and in which half hours its tables are used. Returns
    how many meetings to come are outside these; they stay.

    Raises Invalid for times outside the event and for hours that are none.
    """
    if not 1 <= answer_hours <= 336:
        raise Invalid({"answer_hours": "Please give between 1 and 336 hours, which is two weeks."})
    async with turn(event_id):
        event, zone = await _event(actor, event_id)
        spans = rules.ticked_spans(boxes, event, zone)
        await db.execute(ENSURE_AREA, event_id)
        area = await db.fetch_value(
            "UPDATE meeting_area SET name = $2, place = $3, answer_hours = $4 WHERE event = $1 RETURNING id",
            event_id, name, place, answer_hours,
        )  # fmt: skip
        await db.execute("DELETE FROM meeting_area_time WHERE area = $1", area)
        await db.execute(_TIMES, area, [one.starts_at for one in spans], [one.ends_at for one in spans])
        await _note(actor, event_id, "set meeting area", now, spans=len(spans))
        return int(await db.fetch_value(_OUTSIDE, event_id, now))


async def add_tables(*, actor: Actor, event_id: int, names: Sequence[str], place: str, now: datetime) -> int:
    """Tables of the area, by name; how many were new. Raises Invalid for too many."""
    async with turn(event_id):
        await _event(actor, event_id)
        there = await db.fetch_value(
            "SELECT count(*) FROM meeting_table WHERE event = $1 AND exhibitor IS NULL AND active", event_id
        )
        if there + len(names) > _MOST:
            raise Invalid({"names": f"An area has {_MOST} tables at most; there are {there}."})
        await db.execute(ENSURE_AREA, event_id)
        made = await db.execute(
            "INSERT INTO meeting_table (event, name, place, active) SELECT $1, name, $3, true "
            "FROM unnest($2::text[]) AS n (name) ON CONFLICT DO NOTHING",
            event_id, list(names), place,
        )  # fmt: skip
        await _note(actor, event_id, "add meeting tables", now, tables=db.affected(made))
    return db.affected(made)


async def drop_shared_table(*, actor: Actor, event_id: int, table_id: int, now: datetime) -> tuple[int, int]:
    """Use a table of the area no more. Meetings that are to be there go to another free table; what finds none stays and is
    shown as such. Returns how many moved and how many stay.
    """
    async with turn(event_id):
        await _event(actor, event_id)
        done = await db.fetch_value(
            "UPDATE meeting_table SET active = false WHERE id = $1 AND event = $2 AND exhibitor IS NULL AND active RETURNING id",
            table_id, event_id,
        )  # fmt: skip
        if done is None:
            raise NotFound("There is no such table.")
        moved, stay = await hand_on(table_id, now)
        await _note(actor, event_id, "drop meeting table", now, table=table_id, moved=moved)
    return moved, stay


async def _event(actor: Actor, event_id: int) -> tuple[Span, ZoneInfo]:
    if not can_organise(actor):
        raise Forbidden("Organisers and editors set the meeting area up.")
    row = await db.fetch_one("SELECT starts_at, ends_at, timezone FROM event WHERE id = $1", event_id)
    if row is None:
        raise NotFound("There is no such event.")
    return Span(row["starts_at"], row["ends_at"]), times.zone(row["timezone"])


async def _note(actor: Actor, event_id: int, verb: str, now: datetime, **facts: int) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="event", key=event_id, now=now, **facts)
