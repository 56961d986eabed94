"""What a signed-in person ordered."""

from typing import Any

from litestar import Controller, get
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.registration.queries.orders import orders_of
from portal.web.inputs import Now
from portal.web.rendering import page


class MyPages(Controller):
    """The account's part of registration: `Your orders`."""

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
