"""What people take away, shown and hidden from the desk."""

from typing import Any

from litestar import Controller, post
from litestar.response import Response

from portal.webinars.commands import showing
from portal.webinars.commands.preparing.resources import move_resource
from portal.webinars.guards import moderators
from portal.webinars.pages.desk.frame import DESK, Desk, Id, TheDesk


class DeskResources(Controller):
    path = "/webinars/{slug:str}/desk/resources/{number:int}"
    dependencies = DESK
    guards = [moderators]
    include_in_schema = False

    @post("/showing")
    async def show(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = showing.show(webinar_id=desk.room.id, resource_id=number, now=desk.now)
        return await desk.did(act, at=f"dr-{number}")

    @post("/hiding")
    async def hide(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = showing.hide(webinar_id=desk.room.id, resource_id=number, now=desk.now)
        return await desk.did(act, at=f"dr-{number}")

    @post("/place/up")
    async def move_up(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _moved(desk, number, up=True)

    @post("/place/down")
    async def move_down(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _moved(desk, number, up=False)


async def _moved(desk: Desk, number: int, *, up: bool) -> Response[Any]:
    act = move_resource(
        actor=desk.crew.actor, webinar_id=desk.room.id, resource_id=number, up=up, now=desk.now
    )  # fmt: skip
    return await desk.did(act, at=f"dr-{number}")
