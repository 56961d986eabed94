"""Kept pages: whoever asks how, everybody gets what they asked for; nobody can put a wrong page in or fill the memory."""

from itertools import permutations

import httpx
import pytest
import structlog
from litestar import Litestar

from portal.web.page_cache import PageCache
from tests.events.hearing import settled
from tests.factories import events
from tests.queries import counting

PLAIN: dict[str, str] = {}
FRAGMENT = {"HX-Request": "true"}
BACK = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
AIMED = {"HX-Request": "true", "HX-Target": "results"}
BACK_AIMED = {**AIMED, "HX-History-Restore-Request": "true"}
WHOLE = (PLAIN, BACK, BACK_AIMED)


@pytest.fixture
async def pages(app: Litestar, client: httpx.AsyncClient) -> PageCache:
    """The cache, once changes are heard, the last of them too: before that it keeps nothing, and tests of it would pass."""
    kept: PageCache = app.state.services.pages
    await events.make_many(30)
    await settled(app)
    kept.clear()
    return kept


@pytest.mark.parametrize("path", ["/events", "/events/calendar", "/calendars"])
async def test_no_order_of_asking_mixes_whole_pages_and_fragments(
    client: httpx.AsyncClient, pages: PageCache, path: str
) -> None:
    asked = (PLAIN, FRAGMENT, BACK, AIMED, BACK_AIMED, {"HX-History-Restore-Request": "true"})
    for order in permutations(asked, 3):
        pages.clear()
        for headers in (*order, *order):
            answer = await client.get(path, headers=headers)
            whole = headers not in (FRAGMENT, AIMED)
            assert answer.text.lstrip().startswith("<!doctype html>") == whole, (order, headers)
            assert answer.text.count('id="account-menu"') == int(whole)
            assert answer.headers.get_list("vary") == ["HX-Request, HX-History-Restore-Request", "Accept-Encoding"]


async def test_the_back_button_gets_the_list_without_what_only_a_fragment_carries(
    client: httpx.AsyncClient, pages: PageCache
) -> None:
    for headers in WHOLE:
        page = (await client.get("/events", headers=headers)).text
        assert (page.count("<title>"), page.count('id="count"'), page.count("hx-swap-oob")) == (1, 1, 0)
    part = (await client.get("/events", headers=FRAGMENT)).text
    assert (part.count("<title>"), part.count('id="count"'), part.count("hx-swap-oob")) == (1, 1, 5)


async def test_made_up_headers_and_query_keys_do_not_fill_the_memory(
    client: httpx.AsyncClient, pages: PageCache
) -> None:
    for n in range(20):
        await client.get(f"/events?utm_source={n}", headers={"HX-Request": str(n + 1), "HX-Target": f"t{n}"})
        await client.get(f"/events?utm_source={n}", headers={"HX-Target": f"t{n}"})
    assert len(pages.pages) == 2


async def test_a_made_up_notice_is_none(client: httpx.AsyncClient, pages: PageCache) -> None:
    await client.get("/events")
    async with counting() as statements:
        for cookie in ("notice=x", "notice=eA==.x", "cookie_notice=1"):
            await client.get("/events", headers={"Cookie": cookie})
    assert statements == []


async def test_repeated_query_keys_are_told_apart_by_their_order(client: httpx.AsyncClient, pages: PageCache) -> None:
    """The list goes by the first of two pages asked for, and so must what is kept of it."""
    assert (await client.get("/events?page=1&page=99")).status_code == 200
    assert (await client.get("/events?page=99&page=1")).status_code == 404
    assert len(pages.pages) == 1
    await client.get("/events?country=BE&page=1")
    await client.get("/events?page=1&country=BE")
    assert len(pages.pages) == 2


async def test_a_kept_page_is_logged_under_its_route(client: httpx.AsyncClient, pages: PageCache) -> None:
    with structlog.testing.capture_logs() as logged:
        await client.get("/events")
        async with counting() as statements:
            await client.get("/events")
    assert statements == []
    assert [entry["route"] for entry in logged if entry["event"] == "request"] == ["/events"] * 2
