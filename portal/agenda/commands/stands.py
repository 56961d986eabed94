"""Noting stands: which one means to visit, and at which one was."""

from collections.abc import Container
from datetime import datetime

import msgspec

from portal.agenda.commands.opening import Visitor, opened
from portal.agenda.queries import stands
from portal.agenda.rules import stands as rules
from portal.agenda.tables import Mark
from portal.agenda.values import Mine
from portal.core import db
from portal.core.errors import Conflict, NotFound

MOST = 1000
"""Stands of one agenda."""
_COLUMN = {Mark.SAVED: "saved_at", Mark.VISITED: "visited_at"}


async def note(*, visitor: Visitor, mark: Mark, exhibitor_id: int, now: datetime) -> Mine | None:
    """What was noted before keeps its time."""
    column = _COLUMN[mark]
    async with db.transaction():
        event_id = await stands.event_of(exhibitor_id)
        if event_id is None:
            raise NotFound("There is no such stand. The company may have withdrawn.")
        mine = await opened(visitor, now=now)
        assert mine is not None
        there = await db.fetch_one(
            "SELECT count(*) AS many, bool_or(exhibitor = $2) AS has FROM agenda_stand WHERE agenda = $1",
            mine.id, exhibitor_id,
        )  # fmt: skip
        if there and there["many"] >= MOST and not there["has"]:
            raise Conflict(f"An agenda holds {MOST:,} stands, and yours is full. Please take something out first.")
        await db.execute(
            f"INSERT INTO agenda_stand AS s (agenda, exhibitor, {column}, told) VALUES ($1, $2, $3, '{{}}') "
            f"ON CONFLICT (agenda, exhibitor) DO UPDATE SET {column} = coalesce(s.{column}, excluded.{column})",
            mine.id, exhibitor_id, now,
        )  # fmt: skip
        for one in await stands.of_agenda(mine.id, event_id):
            if one.id == exhibitor_id:
                told = msgspec.json.encode(rules.facts(one)).decode()
                await db.execute("UPDATE agenda_stand SET told = $2 WHERE id = ANY($1)", one.rows, told)
    return mine


async def unnote(*, visitor: Visitor, mark: Mark, exhibitor_id: int, now: datetime) -> Mine | None:
    """Take it back, in every row that leads to this stand today. Nothing happens where nothing was noted."""
    column = _COLUMN[mark]
    async with db.transaction():
        mine = await opened(visitor, now=now, make=False)
        if mine is None:
            return None
        rows = [row for one in await stands.of_agenda(mine.id) if one.id == exhibitor_id for row in one.rows]
        await db.execute(
            f"DELETE FROM agenda_stand WHERE id = ANY($1) AND num_nonnulls(saved_at, visited_at) = "
            f"num_nonnulls({column})", rows,
        )  # fmt: skip
        await db.execute(f"UPDATE agenda_stand SET {column} = NULL WHERE id = ANY($1)", rows)
    return mine


async def note_known(mine: Mine, shown: Container[str]) -> None:
    """Its reader knows how those are whose marks they were shown, and that are still so."""
    facts = {
        row: msgspec.json.encode(rules.facts(one)).decode()
        for one in await stands.of_agenda(mine.id)
        for row in one.rows
        if rules.mark(row, rules.facts(one)) in shown
    }
    await db.execute(
        "UPDATE agenda_stand s SET told = x.facts::jsonb FROM unnest($2::bigint[], $3::text[]) AS x (id, facts) "
        "WHERE s.id = x.id AND s.agenda = $1",
        mine.id, list(facts), list(facts.values()),
    )  # fmt: skip


_JOIN = """
INSERT INTO agenda_stand AS own (agenda, exhibitor, saved_at, visited_at, told)
SELECT $1, exhibitor, saved_at, visited_at, told FROM agenda_stand WHERE agenda = $2 ORDER BY id LIMIT $3
ON CONFLICT (agenda, exhibitor) DO UPDATE SET saved_at = least(own.saved_at, excluded.saved_at),
    visited_at = least(own.visited_at, excluded.visited_at)
"""


async def join(*, source: Mine, target: Mine) -> None:
    """All that either noted, with the earlier time. Both agendas are held by the caller’s transaction."""
    await db.execute(_JOIN, target.id, source.id, MOST)
    await db.execute("DELETE FROM agenda_stand WHERE agenda = $1", source.id)
