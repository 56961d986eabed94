"""One rule for all open data: parameters nobody knows are refused, those of campaigns passed over. Pages for people pass over
all of them."""

import httpx
import pytest
from litestar import Litestar

from portal.core import db
from tests.events.hearing import settled
from tests.factories import companies, events, webinars
from tests.queries import counting

LISTS = ("/api/v1/events", "/api/v1/events.csv", "/events.atom", "/events.ics", "/api/v1/companies", "/api/v1/companies.csv",
         "/companies.atom", "/leaders/speakers.csv", "/leaders/speakers.json", "/leaders.atom",
         "/api/v1/webinars", "/webinars.atom", "/webinars.ics")  # fmt: skip
SINGLE = ("/api/v1/topics", "/api/v1/terms", "/api/v1/events/isolator-day", "/api/v1/companies/tessin-lyo",
          "/api/v1/webinars/findings")  # fmt: skip
CAMPAIGN = "utm_source=news&utm_id=4&fbclid=x&gclid=y&msclkid=&mc_eid=1&mtm_campaign=z&_gl=1*2"


@pytest.fixture
async def data(app: Litestar, client: httpx.AsyncClient) -> httpx.AsyncClient:
    await events.make("Isolator Day", slug="isolator-day")
    await companies.make("Tessin Lyo SA")
    made = await webinars.make()
    await db.execute("UPDATE event SET slug = 'findings' WHERE id = $1", made.event_id)
    await settled(app)
    return client


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
async def test_what_nobody_knows_is_refused_whatever_is_kept(data: httpx.AsyncClient, path: str) -> None:
    assert (await data.get(path)).status_code == 200
    for query, name in (("countri=AT", "countri"), ("countri=", "countri"), ("Q=x", "Q"), ("=1", ""), ("utm=1", "utm")):
        answer = await data.get(f"{path}?{query}")
        assert answer.status_code == 400, query
        assert f"Please check the parameters. There is none called “{name}”." in answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
        if path.startswith("/api/"):
            assert answer.json()["status"] == 400
    assert (await data.head(f"{path}?countri=AT")).status_code == 400


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
async def test_what_campaigns_add_changes_nothing_and_fills_no_memory(
    app: Litestar, data: httpx.AsyncClient, path: str
) -> None:
    first = await data.get(f"{path}?{CAMPAIGN}")
    app.state.services.pages.clear()
    plain = await data.get(path)
    kept = len(app.state.services.pages.pages)
    async with counting() as asked:
        led = await data.get(f"{path}?{CAMPAIGN}")
    assert (first.status_code, first.content) == (200, plain.content)
    assert (led.status_code, led.content, asked) == (200, plain.content, [])
    assert len(app.state.services.pages.pages) == kept == 1


@pytest.mark.parametrize(
    "path",
    ["/", "/events", "/events/calendar", "/events/isolator-day", "/companies", "/companies/tessin-lyo", "/calendars"],
)
async def test_pages_for_people_pass_over_all_of_them(data: httpx.AsyncClient, path: str) -> None:
    assert (await data.get(f"{path}?{CAMPAIGN}&countri=AT&=1")).status_code == 200


FILES_OF_AN_EVENT = (
    "calendar.ics", "programme/calendar.ics", "programme/schedule.xml", "programme/schedule.json", "programme/sessions.csv",
    "programme/changes.atom", "programme/{session_slug:str}/calendar.ics", "exhibitors/list.csv", "exhibitors/list.json",
)  # fmt: skip


async def test_no_list_of_data_is_forgotten(app: Litestar) -> None:
    """Whatever leaves under filters follows the rule: a new format cannot be forgotten."""
    strict, other = set(), set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            rule = handler.opt.get("page")
            if rule is not None and rule.shared:
                (strict if rule.strict else other).add(route.path)
    assert strict == {
        *LISTS,
        "/api/v1/topics",
        "/api/v1/terms",
        "/api/v1/events/{slug:str}",
        "/api/v1/companies/{slug:str}",
        "/api/v1/webinars/{slug:str}",
    }
    assert other == {"/events/{slug:str}", *(f"/events/{{slug:str}}/{file}" for file in FILES_OF_AN_EVENT)}
