"""`/staff/webinars/{id}/crew`: who may work at the desk besides the publisher’s organisers and editors."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing import crew as commands
from portal.webinars.queries.preparing import people
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import Item, the_room
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.values import Room

ROLES = [
    (CrewRole.HOST.value, "Host", "Presses the room’s buttons, changes its picture, decides about everything."),
    (CrewRole.MODERATOR.value, "Moderator", "Decides about questions, polls, chat and people."),
    (CrewRole.SPEAKER.value, "Speaker", "Reads what comes in, types answers and notes."),
]


class MemberForm(msgspec.Struct):
    email: Annotated[str, field("Email", kind="email")]
    name: Annotated[str, field("Name", kind="name")]
    role: Annotated[CrewRole, field("Role", kind="choice")] = CrewRole.SPEAKER


class RoleForm(msgspec.Struct):
    role: Annotated[CrewRole, field("Role", kind="choice")] = CrewRole.SPEAKER


class StaffCrew(Controller):
    path = "/staff/webinars/{webinar_id:int}/crew"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _show(request, await the_room(webinar_id), blank(role=CrewRole.SPEAKER.value))

    @post("/")
    async def add(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, MemberForm)
        if form.data is None:
            return await _show(request, room, form, status=422)
        told = form.data
        try:
            await commands.add_member(
                actor=actor, webinar_id=room.id, email=told.email, name=told.name, role=told.role, now=now
            )
        except Conflict as refused:
            return await _show(request, room, Filled(form.values, {"email": refused.message}), status=409)
        return saved(room, "/crew", f"{told.name} finds the desk after signing in with {told.email}.")

    @post("/{member_id:int}/role")
    async def change(
        self, request: Request[Any, Any, Any], webinar_id: Id, member_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, form = await the_room(webinar_id), await read(request, RoleForm)
        if form.data is None:
            return await _show(request, room, Filled({}, {"": "Please choose one of the offered roles."}), status=422)
        await commands.change_role(actor=actor, webinar_id=room.id, member_id=member_id, role=form.data.role, now=now)
        return saved(room, "/crew", "The role is another one from the next page of the desk on.")

    @post("/{member_id:int}/removal")
    async def remove(self, webinar_id: Id, member_id: Item, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.remove_member(actor=actor, webinar_id=room.id, member_id=member_id, now=now)
        return saved(room, "/crew", "Not in the crew any more. Open pages of the desk say so at their next step.")


async def _show(request: Request[Any, Any, Any], room: Room, form: Filled[Any], *, status: int = 200) -> Response[str]:
    on_stage = await people.on_stage(room.id)
    members = await people.crew(room.id)
    known = {member.email for member in members}
    return staff_page(
        request, "webinars/staff/crew.html", room, "crew", status=status, form=form, members=members, roles=ROLES,
        desk=f"{current().base_url}/webinars/{room.slug}/desk",
        speakers=[one for one in on_stage if one.email and one.email not in known],
    )  # fmt: skip
