"""Lists of webinars, a series, a person and an event's page with its room in a real browser: filtering, axe, widths, themes."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from portal.webinars.preparing import RuleDraft
from portal.webinars.rules.states import HostAction
from tests.chromium import chromium, faults, feed
from tests.factories import companies, stages, webinars
from tests.factories.webinars import Webinar

pytestmark = pytest.mark.browser
START, DAY = "http://localhost:8000", timedelta(days=1)


@pytest.fixture
async def chrome(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    """The browser; it goes before the client that feeds it."""
    async with chromium(instead="the lists of webinars were not looked at") as browser:
        yield browser


@pytest.fixture
async def season(client: httpx.AsyncClient) -> Webinar:
    lyo = await companies.make("Tessin Lyo SA")
    annex = await stages.a_series("Annex 1 in practice", one_registration=True, summary="What inspectors still find.")
    await stages.person(
        "Marit Solheim", job_title="Inspector", company_name="Tessin Lyo", company_id=lyo, bio="A **lot**."
    )
    live = await stages.announce(
        "Findings", starts_in=5 * DAY, topics=("Isolators",), speakers_named=("Marit Solheim", "Ercole Banfi"), series_id=annex,
        sponsored_by=(lyo,), rule=RuleDraft(polls=1, credit="1 CPD hour"),
    )  # fmt: skip
    await webinars.go(live, HostAction.GO_LIVE)
    await stages.announce("Silicone", starts_in=9 * DAY, topics=("Syringes",), price=9500, series_id=annex)
    await stages.film(
        await stages.announce("Rejects", replay="open", speakers_named=("Marit Solheim",), series_id=annex)
    )
    await stages.asked(live, "One strategy for two sites?", "It can be.")
    return live


async def opened(chrome: Browser, client: httpx.AsyncClient, *, scripts: bool = True) -> Page:
    context = await chrome.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    page = await context.new_page()
    await feed(page, client)
    return page


async def test_filtering_follows_at_once(chrome: Browser, client: httpx.AsyncClient, season: Webinar) -> None:
    page = await opened(chrome, client)
    await page.goto(f"{START}/webinars")
    await expect(page.locator(".event h3")).to_have_text(["Findings", "Silicone"])
    await page.get_by_label("Topic").select_option("syringes")
    await expect(page.locator(".event h3")).to_have_text(["Silicone"])
    await expect(page).to_have_url(f"{START}/webinars?topic=syringes")
    await expect(page.locator("#count")).to_contain_text("1 webinar.")
    await page.get_by_role("link", name="On demand 0").click()
    await expect(page.locator(".empty h2")).to_have_text("No recording matches this filter")
    await page.get_by_role("link", name="Drop Syringes 1").click()
    await expect(page).to_have_url(f"{START}/webinars?when=on_demand")
    await page.get_by_label("Search", exact=True).press_sequentially("marit")
    await expect(page).to_have_url(f"{START}/webinars?q=marit&when=on_demand")
    await expect(page.locator(".event h3")).to_have_text(["Rejects"])
    await page.get_by_role("link", name="remove this filter").click()
    await page.wait_for_url(f"{START}/webinars?when=on_demand")


async def test_without_scripts(chrome: Browser, client: httpx.AsyncClient, season: Webinar) -> None:
    page = await opened(chrome, client, scripts=False)
    await page.goto(f"{START}/webinars?when=on_demand")
    await page.get_by_label("Speaker").select_option("marit-solheim")
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(
        f"{START}/webinars?" + "q=&when=on_demand&topic=&speaker=marit-solheim&sponsor=&series=&price=&certificate="
    )
    await expect(page.locator(".event h3")).to_have_text(["Rejects"])


@pytest.mark.parametrize(
    "path",
    [
        "/webinars",
        "/webinars?when=nonsense&topic=none",
        "/webinars/series/annex-1-in-practice",
        "/speakers/marit-solheim",
        "",
    ],
)
async def test_nothing_is_wrong_with_the_look(
    chrome: Browser, client: httpx.AsyncClient, season: Webinar, path: str
) -> None:
    page = await opened(chrome, client)
    await page.goto(START + (path or f"/events/{season.slug}"))
    assert await faults(page) == [], json.dumps(path)
