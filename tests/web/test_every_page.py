"""Every page that has a fixed address opens for a visitor, for somebody signed in and for staff."""

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.core import clock
from portal.demo.seed.people import ACCOUNTS, PASSWORD, seed_people
from tests.factories import events

WITH_AN_ANSWER = {200, 303, 401, 403, 404}


def addresses(app: Litestar) -> list[str]:
    """The addresses without parameters that answer GET."""
    return sorted(
        {
            route.path
            for route in app.routes
            for handler in getattr(route, "route_handlers", ())
            if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods and "{" not in route.path
        }
    )


@pytest.mark.parametrize("email", ["", *(account.email for account in ACCOUNTS)])
async def test_every_page_opens(app: Litestar, client: httpx.AsyncClient, email: str) -> None:
    await events.make_many(3)
    await seed_people(now=clock.now())
    if email:
        assert (await client.post("/account/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
    # `/ready` tells whether a worker is alive, which none is here.
    answers = {path: (await client.get(path)).status_code for path in addresses(app) if path != "/ready"}
    assert {address: status for address, status in answers.items() if status not in WITH_AN_ANSWER} == {}
    own = [status for address, status in answers.items() if address.startswith("/account/") and status == 200]
    assert (len(own) > 5) is bool(email)
    assert (answers["/staff/events"] == 200) is (email == "judith@sterileline.example")
