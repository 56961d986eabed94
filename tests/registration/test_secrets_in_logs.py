"""Whatever is asked at a secret address, and however it ends, the log names the route and never the secret."""

import io
import logging
import re
import sys
from collections.abc import Iterator

import httpx
import pytest
import structlog
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.core import clock, db, logs
from portal.core.settings import Settings
from portal.notifications import links
from portal.registration.commands.waiting import join_waiting_list
from tests.attending import Attending, named
from tests.factories.registration import make_shop

_SECRET_NAMES = {"secret", "claim", "token", "name"}


@pytest.fixture(params=["json", "console"])
def logged(request: pytest.FixtureRequest, app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything the portal logs, in either form."""
    before, handlers = structlog.get_config(), logging.getLogger().handlers
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    logs.set_up(Settings(portal_env="test", log_format=request.param))  # type: ignore[call-arg]
    yield said
    structlog.configure(**before)
    logging.getLogger().handlers = handlers


def secret_routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of every route with a secret in it."""
    found = []
    for route in app.routes:
        if _SECRET_NAMES & set(re.findall(r"{(\w+):", route.path)) and not route.path.startswith("/static"):
            for handler in getattr(route, "route_handlers", ()):
                if isinstance(handler, HTTPRouteHandler):
                    found += [(method, route.path) for method in handler.http_methods if method in ("GET", "POST")]
    return sorted(found)


async def test_no_secret_is_logged(
    app: Litestar, altered_database: str, attending: Attending, logged: io.StringIO
) -> None:
    shop, client = await make_shop(), attending.client
    order = await attending.register(shop, 2, **named(2, "bob@x.example"))
    claim = (await attending.seats(order))[1]["claim_secret"]
    await db.execute("UPDATE quota SET capacity = taken")
    await join_waiting_list(
        event_id=shop.event_id, ticket_type=shop.tickets["Seat"], email="w@x.example", name="W", party_size=1,
        now=clock.now(),
    )  # fmt: skip
    place = await db.fetch_value("SELECT secret FROM waiting_entry")
    secrets = {
        "/orders": order.rpartition("/")[2], "/seats": claim, "/waiting": place,
        "/calendars": (await attending.feed("bob@x.example")).rpartition("/")[2],
        "/mail": links.token("bob@x.example", "event-news"),
    }  # fmt: skip
    routes = [(method, path) for method, path in secret_routes(app) if f"/{path.split('/')[1]}" in secrets]
    assert {path.split("/")[1] for _, path in routes} == {"orders", "seats", "waiting", "calendars", "mail"}
    assert len(routes) > 25

    async def ask(method: str, path: str) -> httpx.Response:
        filled = re.sub(r"{(?:secret|claim|token|name):\w+}", secrets[f"/{path.split('/')[1]}"], path)
        return await client.request(method, re.sub(r"{\w+:\w+}", "1", filled), data={} if method == "POST" else None)

    statuses = {(await ask("GET", path)).status_code for method, path in routes if method == "GET"}
    assert 200 in statuses
    await attending.work()
    # And when the portal breaks in the middle of it.
    await db.execute("ALTER TABLE seat_order RENAME COLUMN contact_name TO broken")
    crashed = [(await ask(method, path)).status_code for method, path in routes]
    assert crashed.count(500) > 20
    said = logged.getvalue()
    assert "/orders/{secret}" in said
    assert "crash" in said
    for path, secret in secrets.items():
        assert secret not in said, path
        assert secret.removesuffix(".ics") not in said, path
    assert "bob@x.example" not in said
