"""Who works at the desk, named by its hosts."""

from typing import Any

from litestar import Controller, get, post
from litestar.response import Response

from portal.core.errors import DomainError
from portal.web import forms
from portal.webinars.commands.preparing import crew as commands
from portal.webinars.desk_forms import CrewForm, RoleForm
from portal.webinars.guards import hosts
from portal.webinars.pages.desk.frame import DESK, Desk, Id, TheDesk
from portal.webinars.queries import crew as queries
from portal.webinars.rules.desk_words import ROLES
from portal.webinars.tables.rooms import CrewRole

_BLANK = {"role": CrewRole.MODERATOR.value}


class DeskCrew(Controller):
    path = "/webinars/{slug:str}/desk/crew"
    dependencies = DESK
    guards = [hosts]
    include_in_schema = False

    @get("/")
    async def everybody(self, desk: TheDesk) -> Response[Any]:
        return await _crew(desk, forms.blank(**_BLANK))

    @post("/")
    async def name(self, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, CrewForm)
        if form.data is None:
            return await _crew(desk, form)
        try:
            await commands.add_member(
                actor=desk.crew.actor, webinar_id=desk.room.id, email=form.data.email, name=form.data.name,
                role=form.data.role, now=desk.now,
            )  # fmt: skip
        except DomainError as error:
            return await _crew(desk, form, error)
        return await _after(desk)

    @post("/{member:int}/role")
    async def change_role(self, member: Id, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, RoleForm)
        if form.data is None:
            return await _crew(desk, form)
        await commands.change_role(
            actor=desk.crew.actor, webinar_id=desk.room.id, member_id=member, role=form.data.role, now=desk.now
        )
        return await _after(desk)

    @post("/{member:int}/removal")
    async def dismiss(self, member: Id, desk: TheDesk) -> Response[Any]:
        await commands.remove_member(
            actor=desk.crew.actor, webinar_id=desk.room.id, member_id=member, now=desk.now
        )  # fmt: skip
        return await _after(desk)


async def _after(desk: Desk) -> Response[Any]:
    """The list as it is then: in the dialog for a script, else its page."""
    return await desk.again("crew", lambda: _crew(desk, forms.blank(**_BLANK)))


async def _crew(desk: Desk, form: forms.Filled[Any], error: DomainError | None = None) -> Response[Any]:
    return desk.panel(
        "webinars/desk/panels/crew.html", form=form, error=error, crew=await queries.named(desk.room.id),
        roles=list(ROLES.items()),
    )  # fmt: skip
