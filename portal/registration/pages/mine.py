"""What a signed-in person has: their orders, and their own calendar feed."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.calendars import links
from portal.calendars.commands import feed_address, rotate_feed_address
from portal.core.settings import current
from portal.registration.queries.orders import orders_of
from portal.web.inputs import Now
from portal.web.rendering import page, see_other


class MyPages(Controller):
    """The account's part of registration; `Your orders` and `Your calendar`."""

    path = "/account"
    guards = [signed_in]
    include_in_schema = False

    @get("/orders")
    async def orders(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        return page(
            request,
            "registration/my_orders.html",
            private=True,
            here="orders",
            actor=actor,
            orders=await orders_of(actor.email, actor.account_id, now=now),
        )

    @get("/calendar")
    async def calendar(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        secret = await feed_address(kind="person", key=str(actor.account_id), now=now)
        address = f"{current().base_url}/calendars/mine/{secret}.ics"
        return page(
            request,
            "registration/my_calendar.html",
            private=True,
            here="calendar",
            actor=actor,
            address=address,
            links=links,
        )

    @post("/calendar/rotation")
    async def rotate(self, actor: SignedIn, now: Now) -> Response[Any]:
        await rotate_feed_address(kind="person", key=str(actor.account_id), now=now)
        return see_other("/account/calendar", notice="Your feed has a new address; the old one stopped working.")
