"""What open pages of a room and its desk are told: a stream of events, or the same asked for every few seconds."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response, Stream

from portal.web.asking import header
from portal.web.query_strings import pairs
from portal.webinars.guards import ROOM, AtDesk, InRoom, TheRoom, at_desk, in_room
from portal.webinars.live import pieces as form
from portal.webinars.live.hub import Hub, Whose
from portal.webinars.live.inputs import TheHub
from portal.webinars.live.regions import Audience
from portal.webinars.values import Room

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_ZIPPED = {**_HEADERS, "content-encoding": "gzip"}


class LivePages(Controller):
    path = "/webinars/{slug:str}"
    dependencies = ROOM
    include_in_schema = False

    @get("/room/stream", guards=[in_room])
    async def room_stream(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, hub: TheHub
    ) -> Stream:
        return _stream(request, hub, room, Audience.ROOM, participant.claim)

    @get("/room/regions", guards=[in_room])
    async def room_regions(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, hub: TheHub
    ) -> Response[str]:
        return await _regions(request, hub, room, Audience.ROOM)

    @get("/desk/stream", guards=[at_desk])
    async def desk_stream(self, request: Request[Any, Any, Any], room: TheRoom, crew: AtDesk, hub: TheHub) -> Stream:
        return _stream(request, hub, room, Audience(crew.role), crew.account_id)

    @get("/desk/regions", guards=[at_desk])
    async def desk_regions(
        self, request: Request[Any, Any, Any], room: TheRoom, crew: AtDesk, hub: TheHub
    ) -> Response[str]:
        return await _regions(request, hub, room, Audience(crew.role))


def _have(request: Request[Any, Any, Any]) -> str:
    """The vector of what a page has: a browser that comes back says it in a header, a fresh page in the address."""
    said = header(request.scope, b"last-event-id")
    return said.decode("latin-1") if said else dict(pairs(request)).get("have", "")


def _stream(request: Request[Any, Any, Any], hub: Hub, room: Room, audience: Audience, seat: Whose) -> Stream:
    # The desk has few pages, and secrets whose length nobody is to learn from what is compressed with it.
    zipped = audience is Audience.ROOM and b"gzip" in header(request.scope, b"accept-encoding")
    events = hub.stream(hub.admit(room.id, audience, seat), have=_have(request), zipped=zipped)
    return Stream(events, media_type="text/event-stream", headers=_ZIPPED if zipped else _HEADERS)


async def _regions(request: Request[Any, Any, Any], hub: Hub, room: Room, audience: Audience) -> Response[str]:
    """What differs from what the page has; 204 when nothing does."""
    now = await hub.look(room.id, audience)
    have = _have(request)
    if have == now.vector:
        return Response("", status_code=204, headers=_HEADERS)
    body = form.markup(form.missing(now.pieces, form.had(have)))
    return Response(body, media_type="text/html", headers={**_HEADERS, "x-room-version": now.vector})
