"""`/account/webinars`: where a person has a place, and where they work at the desk."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.web.inputs import Now
from portal.web.rendering import page
from portal.webinars.queries import rooms
from portal.webinars.rules.words import what_now


class OwnWebinars(Controller):
    path = "/account/webinars"
    guards = [signed_in]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[str]:
        return page(
            request, "webinars/mine.html", private=True, here="webinars", actor=actor, what_now=what_now,
            places=await rooms.with_place(actor.email, now=now), desks=await rooms.with_desk(actor.email, now=now),
        )  # fmt: skip
