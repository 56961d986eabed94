"""The organiser's meeting area: its name, when it is open, its tables."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands.placing import announce
from portal.exhibitors.meetings.commands.publishing import ENSURE_AREA
from portal.exhibitors.meetings.commands.turns import turn
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.permissions import can_organise

_TIMES = "INSERT INTO meeting_area_time (area, starts_at, ends_at) SELECT $1, * FROM unnest($2::timestamptz[], $3::timestamptz[])"
_COMING_THERE = "SELECT id FROM meeting WHERE meeting_table = ANY($1::bigint[]) AND state = 'planned' AND ends_at > $2"
_MOST = 200


async def save_area(
    *, actor: Actor, event_id: int, name: str, place: str, answer_hours: int, boxes: Sequence[datetime], now: datetime
) -> None:
    """What the area is called, how it is found, how long requests wait, and in which half hours its tables are used.

    Raises Invalid for times outside the event and for hours that are none.
    """
    if not 1 <= answer_hours <= 336:
        raise Invalid({"answer_hours": "Please give between 1 and 336 hours, which is two weeks."})
    async with turn(event_id):
        event = await _event(actor, event_id)
        spans = rules.joined(boxes)
        if any(not event.holds(span) for span in spans):
            raise Invalid({"boxes": "Some of these times are outside the event. Please tick them once more."})
        await db.execute(ENSURE_AREA, event_id)
        area = await db.fetch_value(
            "UPDATE meeting_area SET name = $2, place = $3, answer_hours = $4 WHERE event = $1 RETURNING id",
            event_id, name, place, answer_hours,
        )  # fmt: skip
        await db.execute("DELETE FROM meeting_area_time WHERE area = $1", area)
        await db.execute(_TIMES, area, [one.starts_at for one in spans], [one.ends_at for one in spans])
        await _note(actor, event_id, "set meeting area", now, spans=len(spans))


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


async def drop_shared_table(*, actor: Actor, event_id: int, table_id: int, now: datetime) -> None:
    """Use a table of the area no more. Meetings that are to be there go to another free table of the area; what finds none
    stays and is shown as such.
    """
    async with turn(event_id):
        await _event(actor, event_id)
        done = await db.fetch_value(
            "UPDATE meeting_table SET active = false WHERE id = $1 AND event = $2 AND exhibitor IS NULL AND active RETURNING id",
            table_id, event_id,
        )  # fmt: skip
        if done is None:
            raise NotFound("There is no such table.")
        moved = await _elsewhere(table_id, now)
        if moved:
            await announce(moved, now=now)
        await _note(actor, event_id, "drop meeting table", now, table=table_id)


async def _elsewhere(table_id: int, now: datetime) -> list[int]:
    moved = []
    for row in await db.fetch(f"{_COMING_THERE} ORDER BY starts_at", [table_id], now):
        free = await db.fetch_value(
            "SELECT t.id FROM meeting m JOIN meeting_table t ON t.event = m.event AND t.exhibitor IS NULL AND t.active "
            "WHERE m.id = $1 AND m.starts_at > $2 AND NOT EXISTS (SELECT FROM meeting o WHERE o.meeting_table = t.id "
            "AND o.state = 'planned' AND tstzrange(o.starts_at, o.ends_at) && tstzrange(m.starts_at, m.ends_at)) "
            "ORDER BY t.id LIMIT 1",
            row["id"], now,
        )  # fmt: skip
        if free is not None:
            await db.execute(
                "UPDATE meeting SET meeting_table = $2, moves = moves + 1, moved_at = $3 WHERE id = $1",
                row["id"],
                free,
                now,
            )
            moved.append(row["id"])
    return moved


async def _event(actor: Actor, event_id: int) -> Span:
    if not can_organise(actor):
        raise Forbidden("Organisers and editors set the meeting area up.")
    row = await db.fetch_one("SELECT starts_at, ends_at FROM event WHERE id = $1", event_id)
    if row is None:
        raise NotFound("There is no such event.")
    return Span(row["starts_at"], row["ends_at"])


async def _note(actor: Actor, event_id: int, verb: str, now: datetime, **facts: int) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="event", key=event_id, now=now, **facts)
