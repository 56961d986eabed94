"""The list in a real browser: typing, choosing, going back, without scripts, by keyboard, on a phone; axe."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.events import commands
from tests.chromium import chromium, faults, feed, quiet, sideways
from tests.events.conftest import SignIn
from tests.factories import events

pytestmark = pytest.mark.browser
DAY, NINE = events.DAY, events.NINE
START = "http://localhost:8000"


@pytest.fixture
async def chrome(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    """The browser; it goes before the client that feeds it."""
    async with chromium(instead="the list of events was not looked at") as browser:
        yield browser


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await events.make(
        "Isolator Day", starts_at=NINE, topics=("Isolators",), description="**Long** story.\n\n- one\n- two"
    )
    await events.make("Annex 1 online", days=20, online=True, topics=("Inspection",), is_free=True)
    await events.make("Lyo Forum Vienna", days=30, venue=events.VIENNA, topics=("Isolators",), sponsor="Lombarda Fiere")
    gone = await events.make("Gone", days=25)
    await commands.cancel_event(actor=PORTAL, event_id=gone, version=1, now=clock.now())
    await events.make("Fair", kind="external", url="https://fair.example", starts_at=NINE, credit="A list, CC BY 4.0")
    await events.make("Old Congress", days=-60)
    return client


async def opened(chrome: Browser, client: httpx.AsyncClient, *, scripts: bool = True) -> Page:
    context = await chrome.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    page = await context.new_page()
    await feed(page, client)
    return page


async def test_typing_filters_at_once(chrome: Browser, season: httpx.AsyncClient) -> None:
    page = await opened(chrome, season)
    await page.goto(f"{START}/events")
    await expect(page.locator(".event h3")).to_have_count(5)
    await page.get_by_label("Search", exact=True).press_sequentially("isol")
    await expect(page.locator(".event h3")).to_have_text(["Lyo Forum Vienna", "Isolator Day"])
    await expect(page).to_have_url(f"{START}/events?q=isol")
    await expect(page.locator("#count")).to_contain_text("2 dates")
    assert await page.title() == "Events: “isol” · Sterile Line"
    assert await page.evaluate("document.activeElement.id") == "f-q"
    await page.get_by_label("Country").select_option("AT")
    await expect(page.locator(".event h3")).to_have_text(["Lyo Forum Vienna"])
    await expect(page).to_have_url(f"{START}/events?q=isol&country=AT")
    await page.go_back()
    await expect(page.locator(".event h3")).to_have_count(2)
    await expect(page.get_by_label("Search", exact=True)).to_have_value("isol")


async def test_a_word_is_one_step_back(chrome: Browser, season: httpx.AsyncClient) -> None:
    page = await opened(chrome, season)
    await page.goto(f"{START}/events")
    steps = await page.evaluate("history.length")
    field = page.get_by_label("Search", exact=True)
    for part, found in (("i", 3), ("so", 2), ("l", 2)):
        await field.press_sequentially(part)
        await expect(page.locator(".event h3")).to_have_count(found)
        await page.wait_for_function(
            "q => new URL(location).searchParams.get('q') === q", arg=await field.input_value()
        )
    assert await page.evaluate("history.length") == steps + 1
    await field.press("Enter")
    await quiet(page)
    await page.locator(".event h3 a").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Lyo Forum Vienna")
    assert await page.evaluate("history.length") == steps + 2
    await page.go_back()
    await expect(page).to_have_url(f"{START}/events?q=isol")
    await page.go_back()
    await expect(page).to_have_url(f"{START}/events")
    await expect(page.locator(".event h3")).to_have_count(5)


async def test_what_stands_around_the_list_follows_it(chrome: Browser, season: httpx.AsyncClient) -> None:
    page = await opened(chrome, season)
    await page.goto(f"{START}/events")
    await page.get_by_label("Country").select_option("AT")
    await expect(page.locator(".event h3")).to_have_count(1)
    await page.get_by_text("Topics, cities and more").click()
    await page.get_by_role("radio", name="Past and upcoming").check()
    await expect(page).to_have_url(re.compile("when=all"))
    await page.get_by_role("radio", name="Past", exact=True).check()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Past events")
    await page.get_by_role("radio", name="Upcoming", exact=True).check()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Events")
    await page.get_by_role("link", name="Month", exact=True).click()
    await page.wait_for_url(f"{START}/events/calendar?country=AT")
    await page.get_by_label("Search", exact=True).press_sequentially("isol")
    await expect(page).to_have_url(re.compile(r"q=isol&month=[^&]*&country=AT$"))
    subscribe = page.get_by_role("link", name="Subscribe", exact=True)
    await expect(subscribe).to_have_attribute("href", re.compile(r"^webcal://[^?]*\?q=isol&country=AT$"))
    await page.get_by_role("link", name="List", exact=True).click()
    await page.wait_for_url(f"{START}/events?q=isol&country=AT")


async def test_a_fold_stays_open_and_counts_follow(chrome: Browser, season: httpx.AsyncClient) -> None:
    page = await opened(chrome, season)
    await page.goto(f"{START}/events")
    await page.get_by_text("Topics, cities and more").click()
    await page.get_by_role("checkbox", name=re.compile("^Isolators")).check()
    await expect(page.locator(".event h3")).to_have_count(2)
    await page.get_by_role("checkbox", name=re.compile("^Inspection")).check()
    await expect(page.locator(".event h3")).to_have_count(3)
    await expect(page.locator(".chip")).to_contain_text(["Inspection", "Isolators"])
    await page.locator(".chip", has_text="Isolators").click()
    await expect(page.locator(".event h3")).to_have_text(["Annex 1 online"])


async def test_everything_works_without_scripts(chrome: Browser, season: httpx.AsyncClient) -> None:
    page = await opened(chrome, season, scripts=False)
    await page.goto(f"{START}/events")
    await page.get_by_label("Search", exact=True).fill("isolators")
    await page.get_by_label("Country").select_option("AT")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".event h3")).to_have_text(["Lyo Forum Vienna"])
    await page.locator(".event h3 a").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Lyo Forum Vienna")
    await page.get_by_role("link", name="Tickets and places left").click()
    assert page.url.endswith("/register")


@pytest.mark.parametrize("scripts", [True, False])
async def test_leafing_through_the_small_month(chrome: Browser, season: httpx.AsyncClient, scripts: bool) -> None:
    page = await opened(chrome, season, scripts=scripts)
    await page.goto(f"{START}/events?kind=own")
    listed = await page.locator(".event h3").all_text_contents()
    before = await page.locator("#cal-h").text_content() or ""
    later = page.get_by_role("link", name="Later month")
    if scripts:
        # From another tab.
        saved = f"save=event-{await db.fetch_value('SELECT min(id) FROM event')}"
        await page.evaluate(
            "body => fetch('/agenda/entries', {method: 'POST', redirect: 'manual', body: new URLSearchParams(body)})",
            saved,
        )
    await later.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#cal-h")).not_to_have_text(before)
    assert await page.locator(".event h3").all_text_contents() == listed
    assert ("month=" in page.url) is not scripts
    if scripts:
        await expect(later).to_be_focused()
        assert await page.title() == "Events: Tickets here · Sterile Line"
        for _ in range(24):
            if await later.get_attribute("aria-disabled"):
                break
            before = await page.locator("#cal-h").text_content() or ""
            await page.keyboard.press("Enter")
            await expect(page.locator("#cal-h")).not_to_have_text(before)
            await expect(later).to_be_focused()
        assert await later.get_attribute("href") is None
    await page.get_by_role("link", name="Earlier month").click()
    await expect(page.locator("#cal-h")).to_have_text(before)
    if scripts:
        await page.goto(f"{START}/events")
        await expect(page.get_by_text("Saved to your agenda.")).to_be_visible()


async def test_the_keyboard_reaches_the_list(chrome: Browser, season: httpx.AsyncClient) -> None:
    page = await opened(chrome, season)
    await page.goto(f"{START}/events/calendar?month={DAY:%Y-%m}")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to content"
    await page.keyboard.press("Enter")
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('.bigcal') !== null"):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/events/[a-z]"))
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_the_readers_own_time_stands_beside_the_events(chrome: Browser, season: httpx.AsyncClient) -> None:
    context = await chrome.new_context(timezone_id="America/New_York")
    page = await context.new_page()
    await feed(page, season)
    await page.goto(f"{START}/events/isolator-day-{DAY.year}")
    await expect(page.locator(".facts").first).to_contain_text("09:00–17:00 CET (Central European Standard Time)")
    await expect(page.locator(".facts").first).to_contain_text(f"Tue {DAY.day} Feb, 03:00 your time (America/New York)")


PATHS = [
    "/", "/events", "/events?topic=isolators&country=AT", "/events?q=nothing-like-it", "/events?from=banana",
    "/events?q=isolatr", "/events?when=past", "/events?page=7", f"/events/calendar?month={DAY:%Y-%m}",
    f"/events/isolator-day-{DAY.year}", f"/events/fair-{DAY.year}", "/calendars", "/api",
]  # fmt: skip


@pytest.mark.parametrize("half", [0, 1])
async def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    chrome: Browser, season: httpx.AsyncClient, half: int
) -> None:
    gone = (await season.get("/api/v1/events?q=gone")).json()["events"][0]["slug"]
    page = await opened(chrome, season)
    found = []
    for path in [*PATHS, f"/events/{gone}"][half::2]:
        await page.goto(START + path)
        found += await faults(page)
        for width in (320, 768, 1024, 1440):
            await page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path} {width}: scrolls sideways"] * await sideways(page)
    assert found == []


async def test_staff_go_from_the_public_page_to_its_form(
    chrome: Browser, season: httpx.AsyncClient, sign_in: SignIn
) -> None:
    for client, links in ((await sign_in(StaffRole.EDITOR), 1), (season, 0)):
        page = await opened(chrome, client)
        await page.goto(f"{START}/events/isolator-day-{DAY.year}")
        await quiet(page)
        await expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(links)
        if links:
            await page.get_by_role("link", name="Edit", exact=True).click()
            await page.wait_for_url(f"{START}/staff/events/1")


async def test_staff_pages_too(chrome: Browser, season: httpx.AsyncClient, sign_in: SignIn) -> None:
    editor = await sign_in(StaffRole.EDITOR)
    page = await opened(chrome, editor)
    for path in ("/staff/events", "/staff/events/1", "/staff/events/4"):
        await page.goto(START + path)
        assert await faults(page) == []
    await page.goto(f"{START}/staff/events/1")
    await page.get_by_label("End", exact=True).fill(f"{DAY}T08:00")
    await page.get_by_role("button", name="Save and tell attendees").click()
    await expect(page.locator("#f-ends-e")).to_have_text("The end must come after the start.")
    assert await faults(page) == []
