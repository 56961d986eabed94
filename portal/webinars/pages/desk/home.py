"""The desk itself: the room's buttons and switches, its picture, notes among the crew."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import DomainError, NotFound
from portal.web import forms
from portal.webinars.commands import desk_notes, equipping
from portal.webinars.commands.equipping import Switch
from portal.webinars.commands.states import press
from portal.webinars.desk_forms import NoteForm, SourceForm, SwitchForm
from portal.webinars.guards import at_desk, hosts, moderators
from portal.webinars.pages.desk.frame import DESK, Desk, TheDesk
from portal.webinars.rules.desk_words import SOURCES
from portal.webinars.rules.states import HostAction


class DeskPages(Controller):
    path = "/webinars/{slug:str}/desk"
    dependencies = DESK
    guards = [at_desk]
    include_in_schema = False

    @get("/")
    async def show(self, desk: TheDesk) -> Response[str]:
        return await desk.whole()

    @post("/state/{action:str}", guards=[hosts])
    async def press(self, action: FromPath[str], desk: TheDesk) -> Response[Any]:
        if action not in set(HostAction):
            raise NotFound("There is no such button.")
        act = press(webinar_id=desk.room.id, action=HostAction(action), actor=desk.crew.actor, now=desk.now)
        return await desk.did(act, at="r-state")

    @post("/switches/{name:str}", guards=[moderators])
    async def turn(self, name: FromPath[str], desk: TheDesk) -> Response[Any]:
        if name not in set(Switch):
            raise NotFound("There is no such switch.")
        form = await forms.read(desk.request, SwitchForm)
        on = bool(form.value("on"))
        act = equipping.turn(
            webinar_id=desk.room.id, switch=Switch(name), on=on, actor=desk.crew.actor, now=desk.now
        )  # fmt: skip
        return await desk.did(act, at=f"sw-{name}")

    @get("/picture", guards=[hosts])
    async def picture(self, desk: TheDesk) -> Response[Any]:
        return _picture(desk, forms.blank(source=desk.room.source.value, source_url=desk.room.source_url))

    @post("/picture", guards=[hosts])
    async def change_picture(self, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, SourceForm)
        if form.data is None:
            return _picture(desk, form)
        typed = form.data
        try:
            await equipping.change_source(
                webinar_id=desk.room.id, source=typed.source, address=typed.source_url,
                had=(typed.had_source, typed.had_url), actor=desk.crew.actor, now=desk.now,
            )  # fmt: skip
        except DomainError as error:
            return _picture(await desk.afresh(), form, error)
        return desk.done(at="sw-picture")

    @post("/notes")
    async def write_note(self, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, NoteForm)
        if form.data is None:
            again = msgspec.structs.replace(desk, note=form)
            return await again.refused({"note": again.note_part()})
        await desk_notes.write_note(
            webinar_id=desk.room.id, text=form.data.note, actor=desk.crew.actor, now=desk.now
        )  # fmt: skip
        return desk.done(at="r-desk-notes", shown={"note": desk.note_part()})


def _picture(desk: Desk, form: forms.Filled[Any], error: DomainError | None = None) -> Response[Any]:
    return desk.panel("webinars/desk/panels/picture.html", form=form, error=error, sources=list(SOURCES.items()))
