"""Tasks for tests, made through the real commands."""

from datetime import datetime, timedelta
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.exhibitors.desks.commands.answering import answer
from portal.exhibitors.desks.commands.tasks import decide, save_task
from portal.exhibitors.desks.queries import tasks
from portal.exhibitors.desks.rules import Standing
from portal.exhibitors.desks.values import TaskDraft
from portal.exhibitors.tables.desk import TaskKind
from tests.factories.exhibitors import Stand


def in_days(days: float) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(microsecond=0)


async def ask(
    stand: Stand, title: str = "Stand drawing", kind: TaskKind = TaskKind.FILL, days: float = 10, **more: Any
) -> int:
    """The organiser asks for something."""
    draft = TaskDraft(kind=kind, title=title, due_at=in_days(days), **more)
    return await save_task(actor=PORTAL, event_id=stand.exhibitor.event_id, draft=draft, now=clock.now())


async def late(task_id: int, days: float = 1) -> None:
    """Let the deadline be over."""
    await db.execute("UPDATE exhibitor_task SET due_at = $2 WHERE id = $1", task_id, in_days(-days))


async def say(stand: Stand, task_id: int, text: str = "Done so.", **more: Any) -> None:
    await answer(
        actor=stand.owner, exhibitor_id=stand.exhibitor.id, task_id=task_id, text=text, now=clock.now(), **more
    )


async def seen(task_id: int, stand: Stand) -> str:
    """The mark of the answer as it is."""
    return next((one.mark for one in await tasks.of_exhibitor(stand.exhibitor.id) if one.id == task_id), "")


async def judge(stand: Stand, task_id: int, note: str = "") -> None:
    """Accept, or with a note ask again."""
    await decide(
        actor=PORTAL, event_id=stand.exhibitor.event_id, task_id=task_id, exhibitor_id=stand.exhibitor.id,
        accepted=not note, note=note, seen=await seen(task_id, stand), now=clock.now(),
    )  # fmt: skip


async def standing(stand: Stand) -> dict[str, Standing]:
    return {one.title: one.standing for one in await tasks.of_exhibitor(stand.exhibitor.id)}
