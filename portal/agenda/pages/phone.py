"""`/agenda/phone`: the calendar’s secret address as a QR code, to hand it to a phone; and a new one."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor, signed_in
from portal.agenda import cookies
from portal.agenda.commands import addresses
from portal.agenda.feeds import address_of
from portal.agenda.values import person
from portal.calendars import links
from portal.calendars.commands import feed_address
from portal.core import qr
from portal.web.inputs import Now
from portal.web.rendering import markup, page, see_other

_HERE = "/agenda/phone"


class PhonePages(Controller):
    path = _HERE
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now, invited: FromQuery[str] = ""
    ) -> Response[Any]:
        """Whoever signed in has a calendar before anything is saved: of their places."""
        mine = None if actor else await cookies.mine_of(request, actor)
        feed = person(actor.account_id) if actor else mine.feed if mine else None
        secret = await feed_address(kind=feed[0], key=feed[1], now=now) if feed else ""
        whole = invited == "yes"
        address = address_of(secret, invited=whole) if secret else ""
        code = markup(qr.for_page(address_of(secret, invited=whole, suffix=""))) if secret else ""
        return page(
            request, "agenda/phone.html", private=True, address=address, code=code, links=links, actor=actor,
            invited=whole,
        )  # fmt: skip

    @post("/rotation", status_code=200)
    async def rotate(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        await addresses.rotate(visitor=cookies.visitor(request, actor), now=now)
        return see_other(_HERE, notice="Your calendar has a new address; the old one stopped working.")


@get("/account/calendar", guards=[signed_in], include_in_schema=False)
async def own_calendar() -> Response[Any]:
    """All of one’s dates: mails lead here, so that whoever has places and saved nothing is asked to sign in first."""
    return see_other(f"{_HERE}?invited=yes")
