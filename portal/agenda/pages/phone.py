"""`/agenda/phone`: the calendar’s secret address as a QR code, to hand it to a phone; and a new one."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.agenda import cookies
from portal.agenda.commands import addresses
from portal.agenda.feeds import KIND, address_of
from portal.calendars import links
from portal.calendars.commands import feed_address
from portal.core import qr
from portal.web.inputs import Now
from portal.web.rendering import markup, page, see_other


class PhonePages(Controller):
    path = "/agenda/phone"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now, invited: FromQuery[str] = ""
    ) -> Response[Any]:
        mine = await cookies.mine_of(request, actor)
        if mine is None and actor is not None:
            mine = await addresses.agenda_of(visitor=cookies.visitor(request, actor), now=now)
        if mine is None:
            return page(request, "agenda/phone.html", private=True, address="", code="", links=links, actor=actor)
        address = address_of(await feed_address(kind=KIND, key=str(mine.id), now=now), invited=bool(invited))
        return page(
            request,
            "agenda/phone.html",
            private=True,
            address=address,
            links=links,
            actor=actor,
            invited=bool(invited),
            code=markup(qr.for_page(address.replace(".ics", ""))),
        )

    @post("/rotation", status_code=200)
    async def rotate(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        await addresses.rotate(visitor=cookies.visitor(request, actor), now=now)
        return see_other("/agenda/phone", notice="Your calendar has a new address; the old one stopped working.")
