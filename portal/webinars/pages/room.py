"""`/webinars/{slug}/room`: the room, for those with a place in it."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.web.inputs import Now
from portal.web.rendering import markup, page
from portal.webinars.guards import ROOM, InRoom, TheRoom
from portal.webinars.live.inputs import TheHub
from portal.webinars.live.regions import Audience
from portal.webinars.pages.films import films
from portal.webinars.pages.minutes import minutes
from portal.webinars.pages.presence import ThePresence, loaded


class RoomPages(Controller):
    path = "/webinars/{slug:str}/room"
    dependencies = ROOM
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, hub: TheHub,
        presence: ThePresence, now: Now,
    ) -> Response[str]:  # fmt: skip
        shown = await hub.look(room.id, Audience.ROOM)
        answer = page(
            request, "webinars/room.html", private=True, headers=films(room.source_url), room=room,
            me=participant, regions={name: markup(piece.html) for name, piece in shown.pieces.items()}, have=shown.vector,
            **await minutes(room, participant, now),
        )  # fmt: skip
        loaded(request, answer, room, participant, presence, now)
        return answer
