"""How far every exhibitor of an event is with every task."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.desks import rules
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.desks.queries.tasks import FOR_WHOM, STANDING, STANDS
from portal.exhibitors.desks.rules import Column, Standing
from portal.exhibitors.desks.values import Task

# One row for an exhibitor, whatever the number of tasks, and none of their words.
_LINES = f"""
SELECT x.id AS exhibitor_id, c.name AS company, json_object_agg(t.id, {STANDING}) AS standings
FROM exhibitor x JOIN company c ON c.id = x.company
JOIN exhibitor_task t ON t.event = x.event AND t.removed_at IS NULL AND {FOR_WHOM} {STANDS}
WHERE x.event = $1 GROUP BY x.id, c.name ORDER BY lower(c.name), x.id LIMIT 2000
"""


class Line(msgspec.Struct, frozen=True):
    """An exhibitor, and in which column of its board each of its tasks is, by the task’s number."""

    exhibitor_id: int
    company: str
    at: Mapping[int, Column]

    @property
    def done(self) -> int:
        return sum(where is Column.DONE for where in self.at.values())


class Matrix(msgspec.Struct, frozen=True):
    """An event’s tasks by deadline, and the exhibitors that are asked for something by name."""

    tasks: list[Task]
    lines: list[Line]


async def of_event(event_id: int, *, now: datetime) -> Matrix:
    asked = await queries.tasks(event_id)
    due = {one.id: one.draft.due_at for one in asked}
    lines, counts = [], Counter[tuple[int, Column]]()
    for row in await db.fetch(_LINES, event_id):
        standings = msgspec.json.decode(row["standings"], type=dict[int, Standing])
        at = {task: rules.column(standing, due[task], now) for task, standing in standings.items() if task in due}
        lines.append(Line(row["exhibitor_id"], row["company"], at))
        counts.update(at.items())
    counted = [
        msgspec.structs.replace(
            one, exhibitors=sum(counts[one.id, column] for column in Column), done=counts[one.id, Column.DONE],
            waiting=counts[one.id, Column.WAITING],
        )
        for one in asked
    ]  # fmt: skip
    return Matrix(counted, lines)
