"""What the organiser asks of exhibitors by when, and what becomes of their answers."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.jobs import enqueue
from portal.core.overtaking import not_overtaken
from portal.core.text import safe_html
from portal.exhibitors.desks.commands.calendars import follow_tasks
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.desks.values import Task, TaskDraft, answer_mark
from portal.exhibitors.permissions import can_organise
from portal.exhibitors.tables.desk import AnswerState, TaskKind

MOST_TASKS = 100
_ADD = """
INSERT INTO exhibitor_task (event, kind, title, text, text_html, due_at, packages, link, options, paper, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, 1) RETURNING id
"""
_CHANGE = """
UPDATE exhibitor_task SET kind = $2, title = $3, text = $4, text_html = $5, due_at = $6, packages = $7, link = $8,
    options = $9::jsonb, paper = $10, version = version + 1 WHERE id = $1 RETURNING id
"""


# The first deadline says for when; after that the event moves, and staff decide (`deadlines`).
_SET_FOR = """
UPDATE exhibition n SET tasks_for = e.starts_at FROM event e WHERE e.id = n.event AND n.event = $1 AND n.tasks_for IS NULL
"""


def organisers_only(actor: Actor) -> None:
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors ask exhibitors for something.")


async def save_task(
    *, actor: Actor, event_id: int, draft: TaskDraft, now: datetime, task_id: int | None = None, seen: str = ""
) -> int:
    """Add a task, or change one that was seen as `seen` (`overtaking.mark` of its draft); its id. Answers stay.

    Raises Invalid by field, Conflict when somebody else was faster, NotFound.
    """
    organisers_only(actor)
    async with db.transaction():
        await db.execute("SELECT FROM event WHERE id = $1 FOR NO KEY UPDATE", event_id)
        stored = None if task_id is None else await _stored(event_id, task_id)
        if stored is not None:
            not_overtaken(seen, stored.draft)
        await _check(event_id, draft, stored, now)
        saved = int(
            await db.fetch_value(
                _ADD if stored is None else _CHANGE, task_id or event_id, draft.kind, draft.title, draft.text,
                safe_html(draft.text), draft.due_at, list(draft.packages), draft.link,
                msgspec.json.encode(draft.options).decode(), draft.paper,
            )
        )  # fmt: skip
        await db.execute(_SET_FOR, event_id)
        await follow_tasks(now=now, event_id=event_id, task_id=saved)
        await audit.record(actor=actor.label, verb="save task", kind="event", key=event_id, now=now, task=saved)
    return saved


async def remove_task(*, actor: Actor, event_id: int, task_id: int, now: datetime) -> None:
    """Ask for it no more: it leaves every board, and stands in calendars as cancelled. Answers are kept."""
    organisers_only(actor)
    async with db.transaction():
        await _stored(event_id, task_id)
        await db.execute("UPDATE exhibitor_task SET removed_at = $2 WHERE id = $1", task_id, now)
        await follow_tasks(now=now, event_id=event_id, task_id=task_id)
        await audit.record(actor=actor.label, verb="remove task", kind="event", key=event_id, now=now, task=task_id)


async def _stored(event_id: int, task_id: int) -> Task:
    await db.execute("SELECT FROM exhibitor_task WHERE id = $1 AND event = $2 FOR UPDATE", task_id, event_id)
    found = await queries.task(event_id, task_id)
    if found is None:
        raise NotFound("There is no such task (any more).")
    return found


async def _check(event_id: int, draft: TaskDraft, stored: Task | None, now: datetime) -> None:
    wrong = {}
    if stored is None and await db.fetch_value(
        "SELECT count(*) FROM exhibitor_task WHERE event = $1 AND removed_at IS NULL", event_id
    ) >= MOST_TASKS:  # fmt: skip
        wrong["title"] = f"An event has {MOST_TASKS} tasks at most."
    if draft.due_at <= now and (stored is None or stored.draft.due_at != draft.due_at):
        wrong["due"] = "This time is over already."
    if draft.due_at >= await db.fetch_value("SELECT ends_at FROM event WHERE id = $1", event_id):
        wrong["due"] = "The event is over by then."
    if stored is not None and draft.kind is not stored.draft.kind and stored.answered:
        wrong["kind"] = "It was answered already, and answers are of this kind. Please ask for something new instead."
    if draft.kind is TaskKind.CHOOSE and len(set(draft.options)) < 2:
        wrong["options"] = "Please give two choices at least, each on a line of its own."
    if set(draft.packages) - {number for number, _ in await queries.packages(event_id)}:
        wrong["packages"] = "One of these packages is not this event’s. Please choose anew."
    if draft.paper is not None and not await db.fetch_value(
        "SELECT EXISTS (SELECT FROM exhibition_paper WHERE id = $1 AND event = $2 AND withdrawn_at IS NULL)",
        draft.paper, event_id,
    ):  # fmt: skip
        wrong["paper"] = "This document is not there any more. Please choose anew."
    if wrong:
        raise Invalid(wrong)


_DECIDE = """
UPDATE exhibitor_task_answer SET state = $3, note = $4, decided_at = $5, decided_by = $6
WHERE task = $1 AND exhibitor = $2 RETURNING file
"""
_SEND_BACK_UNSAID = """
INSERT INTO exhibitor_task_answer (task, exhibitor, state, text, note, at, by, decided_at, decided_by)
VALUES ($1, $2, 'again', '', $3, $4, '', $4, $5) RETURNING file
"""


async def decide(
    *, actor: Actor, event_id: int, task_id: int, exhibitor_id: int, accepted: bool, note: str, seen: str, now: datetime
) -> None:
    """Accept what an exhibitor answered, or ask for it again, saying what to change; the exhibitor is told then. `seen` is when
    the answer was given that this is about (`Answered.mark`).

    Raises NotFound, Invalid without words for what to change, Conflict for nothing to accept or when it was answered anew.
    """
    organisers_only(actor)
    if not accepted and not note:
        raise Invalid({"note": "Please say what to change."})
    state = AnswerState.ACCEPTED if accepted else AnswerState.AGAIN
    async with db.transaction():
        await _stored(event_id, task_id)
        mine = await db.fetch_value(
            "SELECT id FROM exhibitor WHERE id = $1 AND event = $2 AND state = 'accepted' FOR UPDATE",
            exhibitor_id,
            event_id,
        )
        if mine is None:
            raise NotFound("There is no such exhibitor.")
        known = await db.fetch_value(
            "SELECT at FROM exhibitor_task_answer WHERE task = $1 AND exhibitor = $2", task_id, exhibitor_id
        )
        if answer_mark(known) != seen:
            raise Conflict("They have answered anew meanwhile. Please look at that first.")
        row = await db.fetch_one(_DECIDE, task_id, exhibitor_id, state.value, note, now, actor.label)
        if row is None and accepted:
            raise Conflict("There is nothing to accept yet.")
        if row is None:
            row = await db.fetch_one(_SEND_BACK_UNSAID, task_id, exhibitor_id, note, now, actor.label)
        assert row is not None
        await db.execute(
            "UPDATE exhibitor_file SET state = $2, note = $3, decided_at = $4, decided_by = $5 WHERE id = $1",
            row["file"], state.value, note, now, actor.label,
        )  # fmt: skip
        await follow_tasks(now=now, event_id=event_id, task_id=task_id, exhibitor_id=exhibitor_id)
        verb = "accept answer" if accepted else "ask again"
        await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, task=task_id)
        if not accepted:
            await enqueue("exhibitors.ask_again", exhibitor=exhibitor_id, task=task_id, at=now.isoformat())
