"""`/staff/webinars/{id}/sponsors`: companies of the directory that pay, their order, and what they offer. Whom each is told of,
and what people agree to, stands on its own page (`leads`).
"""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, NotFound
from portal.core.overtaking import mark
from portal.core.text import one_line
from portal.directory.queries import named
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, field, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing import sponsors as commands
from portal.webinars.queries.preparing import people
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import Item, goes_up, the_room, wants_list
from portal.webinars.values import Room

_IN_ROOM = "who pays"


class AddForm(msgspec.Struct):
    company: Annotated[int, field("Company", ge=1, le=2**62, wrong="Please choose a company.")]


class NoteForm(msgspec.Struct):
    note: Annotated[str, field("What it offers", max_length=300)] = ""
    seen: Annotated[str, field("", max_length=40)] = ""


class StaffSponsors(Controller):
    path = "/staff/webinars/{webinar_id:int}/sponsors"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _list(request, await the_room(webinar_id))

    @post("/")
    async def add(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, AddForm)
        if form.data is None:
            return await _list(request, room, errors={"": "Please choose a company."}, status=422)
        try:
            await commands.add_sponsor(actor=actor, webinar_id=room.id, company_id=form.data.company, now=now)
        except (Conflict, NotFound) as refused:
            return await _list(request, room, errors={"": refused.message}, status=409)
        return saved(room, "/sponsors", "A sponsor. It is named wherever the webinar is.", in_room=_IN_ROOM)

    @post("/{company_id:int}/note")
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: Id, company_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        """What it offers those who agree."""
        room = await the_room(webinar_id)
        form = await read(request, NoteForm)
        typed = {company_id: str(form.value("note"))}
        if form.data is None:
            errors = {f"note-{company_id}": form.error("note") or "This page is out of date. Please open it again."}
            return await _list(request, room, errors=errors, typed=typed, status=422)
        try:
            changed = await commands.save_note(
                actor=actor,
                webinar_id=room.id,
                company_id=company_id,
                note=form.data.note,
                seen=form.data.seen,
                now=now,
            )
        except Conflict as overtaken:
            kept = await people.sponsors(room.id)
            now_stored = next((one.note for one in kept if one.company_id == company_id), "")
            words = f"{overtaken.message} It is stored as “{now_stored}”. Saving again replaces it with yours."
            errors = {f"note-{company_id}": words}
            return await _list(request, room, errors=errors, typed=typed, status=409)
        return saved(room, "/sponsors", "Saved." if changed else "Nothing was different.", in_room=_IN_ROOM)

    @post("/{company_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], webinar_id: Id, company_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, up = await the_room(webinar_id), await goes_up(request)
        await commands.move_sponsor(actor=actor, webinar_id=room.id, company_id=company_id, up=up, now=now)
        return await _list(request, room) if wants_list(request) else saved(room, "/sponsors", "Ordered.")

    @post("/{company_id:int}/removal")
    async def remove(self, webinar_id: Id, company_id: Item, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.remove_sponsor(actor=actor, webinar_id=room.id, company_id=company_id, now=now)
        done = "No sponsor any more. What people agreed to stands until they take it back."
        return saved(room, "/sponsors", done, in_room=_IN_ROOM)


async def _list(
    request: Request[Any, Any, Any], room: Room, *, errors: dict[str, str] | None = None,
    typed: dict[int, str] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    words = one_line(request.query_params.get("q", ""))[:120]
    paying = await people.sponsors(room.id)
    notes = {f"note-{one.company_id}": (typed or {}).get(one.company_id, one.note) for one in paying}
    return staff_page(
        request, "webinars/staff/sponsors.html", room, "sponsors", block="paying", status=status, paying=paying, words=words,
        found=await named.like(words) if words else [], known={one.company_id for one in paying}, mark=mark,
        form=Filled(notes, errors),
    )  # fmt: skip
