"""`/staff/events/{id}/exhibitors/tasks/…`: what is done with all tasks of an event at once."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.desks.commands import deadlines, reminding
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import plural, see_other


class CopyForm(msgspec.Struct):
    source: Annotated[int, field("Event", ge=1, le=2**62, missing="Please choose an event.")]


class StaffDeadlines(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/tasks"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @post("/along")
    async def along(self, event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        days = await deadlines.move_along(actor=actor, event_id=event_id, now=now)
        told = (
            f"Every deadline moved by {plural(abs(days), 'day')}." if days else "They stand where they should already."
        )
        return see_other(f"{offer.path}/tasks", notice=told)

    @post("/kept")
    async def kept(self, event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        await deadlines.keep(actor=actor, event_id=event_id, now=now)
        return see_other(f"{offer.path}/tasks", notice="The deadlines stay as they are.")

    @post("/reminders")
    async def remind(self, event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        return await _reminded(await the_offer(event_id), None, actor, now)

    @post("/{task_id:int}/reminders")
    async def remind_of(self, event_id: Number, task_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        if await queries.task(event_id, task_id) is None:
            raise NotFound("There is no such task (any more).")
        return await _reminded(offer, task_id, actor, now)

    @get("/copy")
    async def source(self, request: Request[Any, Any, Any], event_id: Number) -> Response[str]:
        return await _sources(request, await the_offer(event_id), blank())

    @post("/copy")
    async def copy(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer, form = await the_offer(event_id), await read(request, CopyForm)
        if form.data is None:
            return await _sources(request, offer, form, status=422)
        try:
            made = await deadlines.copy_tasks(actor=actor, event_id=event_id, source_id=form.data.source, now=now)
        except NotFound as gone:
            return await _sources(request, offer, form.refuse(Invalid({"source": gone.message})), status=422)
        except Conflict as refused:
            return await _sources(request, offer, form.refuse(Invalid({"": refused.message})), status=409)
        told = (
            f"{plural(made, 'task')} copied. Please look at their deadlines."
            if made
            else "All of them are here already."
        )
        return see_other(f"{offer.path}/tasks", notice=told)


async def _reminded(offer: Offer, task_id: int | None, actor: SignedIn, now: Now) -> Response[Any]:
    try:
        count = await reminding.remind_now(actor=actor, event_id=offer.event_id, task_id=task_id, now=now)
    except Conflict as refused:
        return see_other(f"{offer.path}/tasks", notice=refused.message)
    told = (
        f"{plural(count, 'exhibitor is', 'exhibitors are')} reminded, once a day at most."
        if count
        else "Nothing is open."
    )
    return see_other(f"{offer.path}/tasks", notice=told)


async def _sources(
    request: Request[Any, Any, Any], offer: Offer, form: Filled[Any], *, status: int = 200
) -> Response[str]:
    return staff_page(
        request, "exhibitors/staff/task_copy.html", offer, "tasks", status=status, form=form,
        sources=await queries.sources(offer.event_id),
    )  # fmt: skip
