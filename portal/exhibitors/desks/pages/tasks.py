"""`…/tasks`: what the organiser asks for, as a board, one by one, and as a calendar."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.calendars import links
from portal.calendars.commands import feed_address, rotate_feed_address
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.exhibitors.desks.commands import answering
from portal.exhibitors.desks.commands.files import OWNER
from portal.exhibitors.desks.feeds import FEED
from portal.exhibitors.desks.queries import papers
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.desks.rules import COLUMNS
from portal.exhibitors.desks.values import Answered, board
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.tables.desk import TaskKind
from portal.media import queries as media_queries
from portal.media.flows import Media
from portal.media.pages import MOST_SENT, MediaStore
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.web.forms import Filled, Upload, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_EDITING = desk(editing=True, accepted=True)
_UPLOADS = Limit("exhibitor-uploads", tries=60, per=timedelta(hours=1))


class AnswerForm(msgspec.Struct):
    """What answers a task: which of these depends on its kind."""

    text: Annotated[str, field("Your answer", kind="text", max_length=5000)] = ""
    choice: Annotated[str, field("Your choice", max_length=200)] = ""
    upload: Annotated[Upload | None, field("File", kind="file")] = None


class DeskTasks(Controller):
    """Everybody of the company sees the tasks; owners and editors answer them."""

    path = f"{DESK}/tasks"
    guards = [signed_in]
    dependencies = desk(accepted=True)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        tasks = await queries.of_exhibitor(at_desk.exhibitor.id)
        return desk_page(
            request, "exhibitors/desk/tasks.html", at_desk, here="tasks", board=board(tasks, now), columns=COLUMNS, all=tasks
        )  # fmt: skip

    @get("/calendar")
    async def calendar(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        secret = await feed_address(kind=FEED, key=str(at_desk.exhibitor.id), now=now)
        address = f"{current().base_url}/calendars/exhibitors/{secret}.ics"
        return desk_page(
            request, "exhibitors/desk/task_calendar.html", at_desk, here="tasks", address=address, links=links
        )

    @post("/calendar/rotation", dependencies=_EDITING)
    async def rotate(self, at_desk: AtDesk, now: Now) -> Response[Any]:
        await rotate_feed_address(kind=FEED, key=str(at_desk.exhibitor.id), now=now)
        told = "The calendar has a new address; the old one stopped working."
        return see_other(f"{at_desk.exhibitor.address}/tasks/calendar", notice=told)

    @get("/{task_id:int}")
    async def one(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, task_id: FromPath[int], now: Now
    ) -> Response[str]:
        return await _one(request, at_desk, await _task(at_desk, task_id), None, now)

    @post("/{task_id:int}", dependencies=_EDITING, request_max_body_size=MOST_SENT)
    async def answer(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, task_id: FromPath[int], now: Now, media: MediaStore
    ) -> Response[Any]:
        task, form = await _task(at_desk, task_id), await read(request, AnswerForm)
        if form.data is None:
            return await _one(request, at_desk, task, form, now, status=422)
        given = form.data
        try:
            file = await _stored(at_desk, given.upload, now, media) if task.kind is TaskKind.UPLOAD else ""
            await answering.answer(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, task_id=task.id, now=now, file=file,
                text=given.choice if task.kind is TaskKind.CHOOSE else given.text,
            )  # fmt: skip
        except Invalid as refused:
            return await _one(request, at_desk, task, form.refuse(refused), now, status=422)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"": refused.message}))
            return await _one(request, at_desk, await _task(at_desk, task_id), wrong, now, status=409)
        return see_other(f"{at_desk.exhibitor.address}/tasks", notice=f"Saved: {task.title}.")


async def _stored(at_desk: Desk, upload: Upload | None, now: Now, media: Media) -> str:
    if upload is None:
        return ""
    await spend(_UPLOADS, str(at_desk.exhibitor.id), now=now)
    kept = await media.store_document(
        upload, owner=Owner(OWNER), actor=at_desk.actor, now=now, visibility=Visibility.PRIVATE
    )
    return kept.key


async def _task(at_desk: Desk, task_id: int) -> Answered:
    found = next((one for one in await queries.of_exhibitor(at_desk.exhibitor.id) if one.id == task_id), None)
    if found is None:
        raise NotFound("There is no such task (any more).")
    return found


async def _one(
    request: Request[Any, Any, Any],
    at_desk: Desk,
    task: Answered,
    form: Filled[Any] | None,
    now: Now,
    *,
    status: int = 200,
) -> Response[str]:
    given = await papers.of_exhibitor(at_desk.exhibitor.id) if task.paper is not None else []
    paper = next((one for one in given if one.id == task.paper), None)
    keys = [key for key in (task.file, paper.file if paper else None) if key]
    files = await media_queries.by_keys(keys)
    return desk_page(
        request, "exhibitors/desk/task.html", at_desk, here="tasks", status=status, task=task, paper=paper, files=files,
        form=form or blank(text=task.answer, choice=task.answer), column=COLUMNS[task.column(now)], at=task.column(now).value,
        settled=task.decided_at is not None and task.done_at is not None,
    )  # fmt: skip
