"""`/staff/webinars/{id}`: what the webinar’s event says, and when it is; publishing it."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core import times
from portal.core.errors import Conflict, Invalid, NotFound
from portal.events.commands import publish_event
from portal.events.permissions import EDITORS
from portal.events.queries import staff as event_queries
from portal.events.staff.inputs import Audience
from portal.events.tables import EventState
from portal.web.forms import Filled, differences, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing.announcing import save_facts
from portal.webinars.staff.fact_forms import PICTURES, FactsForm, beside, filled, texts_of, time_of
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.values import Room


class StaffFacts(Controller):
    path = "/staff/webinars/{webinar_id:int}"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], webinar_id: Id, now: Now, audience: Audience
    ) -> Response[str]:
        room = await the_room(webinar_id)
        return await _show(request, room, None, now, audience)

    @post("/")
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now, audience: Audience
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, FactsForm)
        time = time_of(form, now=now, until=room.ends_at)
        if form.data is None or time is None:
            return await _show(request, room, form, now, audience, status=422)
        try:
            changed = await save_facts(
                actor=actor,
                event_id=room.event_id,
                version=form.data.version,
                texts=texts_of(form.data),
                time=time,
                now=now,
            )
        except Invalid as refused:
            return await _show(request, room, form.refuse(Invalid(beside(refused.fields))), now, audience, status=422)
        except Conflict as overtaken:
            room = await the_room(webinar_id)
            return await _show(request, room, form, now, audience, status=409, conflict=overtaken.message)
        told = "Calendars follow, and who has a place is told of another title or time."
        done = "Nothing was different." if not changed else "Saved."
        if changed and room.event_state is not EventState.DRAFT:
            done = f"Saved. {told}"
        return saved(room, "", done, in_room="title and time" if changed else "")

    @post("/publication")
    async def publish(self, webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await publish_event(actor=actor, event_id=room.event_id, now=now)
        return saved(await the_room(webinar_id), "", "The webinar is public, and people can register.")


async def _stored(room: Room) -> tuple[Mapping[str, Any], list[str]]:
    stored = await event_queries.one(room.event_id)
    if stored is None:
        raise NotFound("There is no such webinar.")
    return stored, await event_queries.topic_names(room.event_id)


async def _show(
    request: Request[Any, Any, Any], room: Room, form: Filled[Any] | None, now: Now, audience: Audience, *,
    status: int = 200, conflict: str = "",
) -> Response[str]:  # fmt: skip
    now_stored = filled(*await _stored(room))
    if form is not None and conflict:
        form = Filled({**form.values, "version": now_stored.value("version")})
    return staff_page(
        request, "webinars/staff/facts.html", room, "facts", status=status, form=form or now_stored, conflict=conflict,
        stored=differences(form, now_stored, FactsForm) if form is not None and conflict else [],
        zones=times.zone_names(), pictures_of=PICTURES, people=await audience(room.event_id),
        is_over=room.ends_at <= now,
    )  # fmt: skip
