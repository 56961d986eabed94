"""In a real browser: saving with scripts and without, and how the pages look."""

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Page, expect

from tests.agenda.conftest import Congress, Reader, session
from tests.chromium import chromium, faults, feed, quiet
from tests.serving import served

HERE = "http://localhost:8000"


def save_button(page: Page, title: str):  # type: ignore[no-untyped-def]
    return page.locator("article", has=page.get_by_role("heading", name=title)).get_by_role("button").first


@pytest.mark.browser
async def test_with_scripts_a_button_saves_where_it_is(client: httpx.AsyncClient, congress: Congress) -> None:
    async with chromium(instead="saving was not tried") as browser:
        page = await browser.new_page()
        await feed(page, client)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{HERE}/events/{congress.slug}/programme")
        await quiet(page)
        assert len([url for url in asked if "/agenda/" in url]) == 1
        vials, films = save_button(page, "About vials"), save_button(page, "About films")
        await vials.click()
        await expect(vials).to_have_attribute("aria-pressed", "true")
        await expect(vials).to_have_accessible_name("Save to my agenda: About vials")
        await films.press("Enter")
        await expect(page.get_by_role("status").last).to_contain_text("It overlaps with “About vials”.")
        await page.get_by_role("button", name="Make it the second choice").click()
        await expect(page.locator("#saving-said")).to_contain_text("It is your second choice now.")
        # What a filter brings in is marked, too.
        await page.goto(f"{HERE}/events/{congress.slug}/programme?view=grid")
        await expect(save_button(page, "About films")).to_have_attribute("aria-pressed", "true")
        await expect(save_button(page, "About closing")).to_have_attribute("aria-pressed", "false")
        await save_button(page, "About vials").click()
        await expect(save_button(page, "About vials")).to_have_attribute("aria-pressed", "false")
        await page.goto(f"{HERE}/agenda")
        await expect(page.get_by_role("heading", level=3)).to_have_text(["About films"])
        await expect(page.get_by_text("Moved up: you took its first choice out.")).to_be_visible()


# The embedded server ends without closing what the application sends events to itself by.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.browser
async def test_without_scripts_the_page_comes_back_to_the_session(
    app: Litestar, client: httpx.AsyncClient, congress: Congress
) -> None:
    async with served(app) as here, chromium(instead="saving without scripts was not tried") as browser:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{here}/events/{congress.slug}/programme")
        await save_button(page, "About closing").click()
        assert page.url == f"{here}/events/{congress.slug}/programme#s-{congress.ids['closing']}"
        await page.goto(f"{here}/events/{congress.slug}/programme/about-films")
        await page.get_by_role("button", name="Save to my agenda: About films", exact=True).click()
        await page.goto(f"{here}/agenda")
        await expect(page.get_by_role("heading", level=3)).to_have_text(["About films", "About closing"])
        await page.get_by_role("button", name="Take out: About closing").click()
        await expect(page.get_by_role("heading", level=3)).to_have_text(["About films"])


@pytest.mark.browser
async def test_the_pages_are_sound(client: httpx.AsyncClient, reader: Reader, congress: Congress) -> None:
    for name in ("vials", "films", "fees", "closing"):
        await reader.save(congress.key(name))
    await reader.second(congress.key("films"), congress.key("vials"))
    await congress.release(closing=session("closing", hours=3, room="Raum Prater"))
    await reader.save(f"event-{congress.event_id}")
    found: list[str] = []
    async with chromium(instead="agendas were not looked at") as browser:
        page = await browser.new_page()
        await feed(page, client)
        for path in ("/agenda", "/agenda/phone", "/agenda/address", f"/events/{congress.slug}/programme"):
            await page.goto(f"{HERE}{path}")
            found += await faults(page)
        await save_button(page, "About closing").click()
        await page.get_by_text("Taken out of your agenda.").wait_for()
        found += await faults(page)
    assert found == []
