"""The chat at the desk: taking part in the crew's name, hiding lines and showing them again."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.response import Response

from portal.core.errors import Invalid
from portal.web import forms
from portal.web.query_strings import page_number
from portal.web.rendering import page
from portal.webinars.commands import moderating_chat
from portal.webinars.desk_forms import LineForm
from portal.webinars.guards import at_desk, moderators
from portal.webinars.pages.desk.frame import DESK, Id, TheDesk
from portal.webinars.queries import backstage
from portal.webinars.rules.taking_part import Part, can

_DECIDES = [moderators]
_CLOSED = Invalid({"line": "The chat is open while the room is, and while it is switched on."})


class DeskChat(Controller):
    path = "/webinars/{slug:str}/desk/chat"
    dependencies = DESK
    guards = [at_desk]
    include_in_schema = False

    @get("/")
    async def everything(self, desk: TheDesk) -> Response[Any]:
        shown, lines = await backstage.lines_page(desk.room.id, page_number(desk.request))
        return page(
            desk.request, "webinars/desk/lines.html", private=True, room=desk.room, may=desk.may,
            shown=shown, lines=lines, page_address=lambda number: f"{desk.room.desk}/chat?page={number}",
        )  # fmt: skip

    @post("/", guards=_DECIDES)
    async def say(self, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, LineForm)
        if form.data is not None and not can(desk.room, Part.CHAT):
            form = form.refuse(_CLOSED)
        if form.errors or form.data is None:
            again = msgspec.structs.replace(desk, say=form)
            return await again.refused({"say": again.say_part()})
        await moderating_chat.say_as_crew(
            webinar_id=desk.room.id, text=form.data.line, actor=desk.crew.actor, now=desk.now
        )  # fmt: skip
        return desk.done(at="r-desk-chat", shown={"say": desk.say_part()})

    @post("/{number:int}/hiding", guards=_DECIDES)
    async def hide(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = moderating_chat.hide(webinar_id=desk.room.id, message_id=number, actor=desk.crew.actor, now=desk.now)
        return await desk.did(act, at=f"dc-{number}")

    @post("/{number:int}/restoring", guards=_DECIDES)
    async def restore(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = moderating_chat.restore(webinar_id=desk.room.id, message_id=number, actor=desk.crew.actor, now=desk.now)
        return await desk.did(act, at=f"dc-{number}")
