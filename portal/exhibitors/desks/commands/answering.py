"""An exhibitor does what it was asked for."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.events.tables import EventState
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.desks.commands.calendars import follow_tasks
from portal.exhibitors.desks.commands.files import hand_in
from portal.exhibitors.desks.queries import papers
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.desks.rules import REVIEWED
from portal.exhibitors.desks.values import Answered
from portal.exhibitors.tables.desk import AnswerState, TaskKind

_ANSWER = """
INSERT INTO exhibitor_task_answer (task, exhibitor, state, text, file, note, at, by, account, decided_by)
VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, '') ON CONFLICT (task, exhibitor) DO UPDATE SET state = $3, text = $4,
    file = coalesce($5, exhibitor_task_answer.file), note = '', at = $6, by = $7,
    account = $8, decided_at = NULL, decided_by = ''
"""


async def answer(
    *, actor: Actor, exhibitor_id: int, task_id: int, now: datetime, text: str = "", file: str = ""
) -> None:
    """Answer a task: with `text` (words, or a choice), the key of a `file` that waits to be attached, or by saying so.

    Raises NotFound for what is not asked of this exhibitor, Invalid by field, Conflict once it was accepted or the event is over.
    """
    async with db.transaction():
        here = await locked(actor, exhibitor_id)
        task = next((one for one in await queries.of_exhibitor(exhibitor_id) if one.id == task_id), None)
        if task is None:
            raise NotFound("There is no such task (any more).")
        if here["event_state"] == EventState.CANCELLED:
            raise Conflict("The event was called off.")
        if here["ends_at"] <= now:
            raise Conflict("The event is over.")
        if task.decided_at is not None and task.done_at is not None:
            raise Conflict("The organiser has accepted this already. Please write to them if something changed.")
        _check(task, text, file)
        if task.kind is TaskKind.READ and task.paper is not None:
            version = await papers.newest_version(task.paper)
            await papers_read(version, exhibitor_id, actor, now)
            await db.execute(
                "DELETE FROM exhibitor_task_answer WHERE task = $1 AND exhibitor = $2", task_id, exhibitor_id
            )
        else:
            state = AnswerState.GIVEN if task.kind in REVIEWED else AnswerState.ACCEPTED
            handed = None
            if task.kind is TaskKind.UPLOAD:
                handed = await hand_in(
                    actor=actor, exhibitor_id=exhibitor_id, title=task.title, file=file, now=now, task_id=task_id
                )
            await db.execute(
                _ANSWER, task_id, exhibitor_id, state.value, text, handed, now, actor.name, actor.account_id or None
            )
        await follow_tasks(now=now, event_id=here["event"], task_id=task_id, exhibitor_id=exhibitor_id)
        await audit.record(
            actor=actor.label, verb="answer task", kind="exhibitor", key=exhibitor_id, now=now, task=task_id
        )


async def papers_read(version_id: int | None, exhibitor_id: int, actor: Actor, now: datetime) -> None:
    """Note that somebody has read a version, the first time."""
    await db.execute(
        "INSERT INTO paper_reading (version, exhibitor, account, at) SELECT $1, $2, $3, $4 WHERE $1::bigint IS NOT NULL "
        "ON CONFLICT (version, exhibitor, account) DO NOTHING",
        version_id, exhibitor_id, actor.account_id, now,
    )  # fmt: skip


def _check(task: Answered, text: str, file: str) -> None:
    if task.kind is TaskKind.FILL and not text:
        raise Invalid({"text": "Please fill this in."})
    if task.kind is TaskKind.CHOOSE and text not in task.options:
        raise Invalid({"choice": "Please choose one of these."})
    if task.kind is TaskKind.UPLOAD and not file:
        raise Invalid({"upload": "Please choose a file."})
