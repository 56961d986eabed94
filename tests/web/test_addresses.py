"""Every route of the portal, asked with an address that cannot be: refused with a page, never a crash."""

import re
from urllib.parse import urlencode

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.core import db
from tests.paying import Paying
from tests.queries import counting

UNREADABLE = ("%00", "a%00b", "%ff", "%ed%a0%80", "%c0%80")


def routes(app: Litestar) -> list[tuple[str, str]]:
    """Method and path of everything the portal answers."""
    return sorted(
        {
            (method, route.path)
            for route in app.routes
            for handler in getattr(route, "route_handlers", ())
            if isinstance(handler, HTTPRouteHandler)
            for method in handler.http_methods & {"GET", "POST", "HEAD"}
        }
    )


@pytest.mark.parametrize("bad", UNREADABLE)
async def test_no_route_reads_a_path_that_is_no_text(paying: Paying, paying_app: Litestar, bad: str) -> None:
    asked = 0
    for method, path in [*routes(paying_app), ("GET", "/{x}"), ("GET", "/static/img/{x}")]:
        for parameter in re.findall(r"\{[^}]*\}", path):
            address = re.sub(r"\{[^}]*\}", "1", path.replace(parameter, bad))
            answer = await paying.client.request(method, address)
            assert answer.status_code == 404, (method, address)
            asked += 1
    assert asked > 50


@pytest.mark.parametrize("bad", UNREADABLE)
async def test_no_route_reads_a_query_that_is_no_text(paying: Paying, paying_app: Litestar, bad: str) -> None:
    """Every route meets every one of them, and all of them together each place in a query."""
    queries = (f"code={bad}", f"{bad}=1", f"page=1&q=a{bad}&next=/")
    async with counting() as statements:
        for place, (method, path) in enumerate(routes(paying_app), UNREADABLE.index(bad)):
            address = f"{re.sub(r'{[^}]*}', '1', path)}?{queries[place % len(queries)]}"
            answer = await paying.client.request(method, address)
            assert answer.status_code == 400, (method, address)
    assert statements == []


async def test_the_refusal_is_a_page_or_for_machines_an_object(client: httpx.AsyncClient) -> None:
    for path, status in (("/events/%00", 404), ("/events?q=%00", 400)):
        answer = await client.get(path)
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.text.count("<h1>") == 1
        assert answer.headers["content-security-policy"]
        assert answer.headers["x-request-id"]
        api = await client.get(f"/api/v1{path}")
        assert (api.status_code, api.json()["status"]) == (status, status)


async def test_text_of_any_script_is_read(client: httpx.AsyncClient) -> None:
    for query in ("q=%F0%9F%92%A9", "q=%D8%B9", "q=a%01b", "q=100%25"):
        assert (await client.get(f"/events?{query}")).status_code == 200
    assert await db.fetch_value("SELECT 1") == 1


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/events/any/orders", "/events/any"), ("/orders/x/payment", "/orders/x"), ("/orders/x/code/removal", "/orders/x"),
        ("/orders/x/seats/2/colleague", "/orders/x/seats/2"), ("/seats/x/colleague", "/seats/x"),
        ("/account/sessions/7/revocation", "/account/sessions"), ("/orders/a%3Fb%23c/payment", "/orders/a%3Fb%23c"),
        ("/orders/a%25b%0Ac%C3%A9/payment", "/orders/a%25b%0Ac%C3%A9"),
    ],
)  # fmt: skip
async def test_a_visit_to_where_a_form_goes_leads_to_its_page(
    client: httpx.AsyncClient, address: str, page: str
) -> None:
    answer = await client.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


async def test_signing_in_leads_back_to_the_same_address(client: httpx.AsyncClient) -> None:
    answer = await client.get("/staff/events/of/a%3Fb?q=x%26y")
    assert answer.headers["location"] == "/account/sign-in?" + urlencode({"next": "/staff/events/of/a%3Fb?q=x%26y"})


async def test_what_takes_no_form_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("/imprint")
    assert (answer.status_code, "That cannot be done here" in answer.text) == (405, True)
