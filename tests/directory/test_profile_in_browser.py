"""A company's pages in a real browser: axe, narrow, dark; contacts with and without scripts; the print sheet."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db, times
from portal.demo.seed import companies as demo
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.tables.companies import ClaimWay
from tests.chromium import chromium, faults, feed
from tests.directory.conftest import SignIn, organisation
from tests.factories import events, plans
from tests.reading_pdfs import pages

pytestmark = pytest.mark.browser
START = "http://localhost:8000"
HERE = f"{START}/companies/isarwerk-biologics"


@pytest.fixture
async def chrome(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    """The browser; it goes before the client that feeds it."""
    async with chromium(instead="a company’s pages were not looked at") as browser:
        yield browser


@pytest.fixture
async def isarwerk(client: httpx.AsyncClient) -> int:
    """The demo's richest profile on a premium plan, with an event and products in a register; its owner's organisation."""
    await load_vocabulary()
    [described] = [company for company in demo.read() if company.key == "isarwerk-biologics"]
    owner, now = await organisation(), clock.now()
    made = await publishing.create_company(
        actor=PORTAL, profile=demo.profile(described, now=now), organisation_id=owner, verified_by=ClaimWay.DNS,
        now=now,
    )  # fmt: skip
    await plans.give(made)
    await events.make("Open house in Penzberg", organiser_name="Isarwerk")
    await db.execute(
        "INSERT INTO register_product (company, source, key, name, form, routes, status, authorised_on, seen_at) "
        "SELECT $1, 'register', n::text, 'Produkt ' || n, 'solution', 'intravenous', 'authorised', $2, now() "
        "FROM generate_series(1, 60) n",
        made, date(2001, 2, 3),
    )  # fmt: skip
    return owner


async def opened(chrome: Browser, client: httpx.AsyncClient, *, scripts: bool = True) -> Page:
    context = await chrome.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    page = await context.new_page()
    await feed(page, client)
    return page


async def test_a_profile_has_no_faults(chrome: Browser, client: httpx.AsyncClient, isarwerk: int) -> None:
    page = await opened(chrome, client)
    for address in (HERE, f"{HERE}/correction"):
        await page.goto(address)
        assert "\n".join(await faults(page)) == ""


async def test_contacts_are_shown_in_place_and_the_keyboard_stays_there(
    chrome: Browser, client: httpx.AsyncClient, isarwerk: int
) -> None:
    page = await opened(chrome, client)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(HERE)
    button = page.get_by_role("button", name="Show email of Leonie Bachmair")
    await button.focus()
    await page.keyboard.press("Enter")
    link = page.get_by_role("link", name="l.bachmair@isarwerk.example")
    await expect(link).to_be_focused()
    assert await link.get_attribute("href") == "mailto:l.bachmair@isarwerk.example"
    # Nothing of others is loaded, the video's host least of all.
    assert {url.split("/")[2] for url in asked} == {"localhost:8000"}


async def test_products_are_found_while_typing(chrome: Browser, client: httpx.AsyncClient, isarwerk: int) -> None:
    page = await opened(chrome, client)
    await page.goto(HERE)
    await page.get_by_label("Product or dosage form").press_sequentially("produkt 33")
    await expect(page.locator("#register tbody tr")).to_have_count(1)
    assert await page.evaluate("document.activeElement.id") == "f-product"


async def test_without_scripts_contacts_and_products_have_pages(
    chrome: Browser, client: httpx.AsyncClient, isarwerk: int
) -> None:
    page = await opened(chrome, client, scripts=False)
    await page.goto(HERE)
    await page.get_by_role("button", name="Show phone of Leonie Bachmair").click()
    await expect(page.get_by_role("link", name="+49 89 555 0176")).to_be_visible()
    await page.get_by_role("link", name="Back to the profile").click()
    await page.get_by_label("Product or dosage form").fill("produkt 33")
    await page.get_by_role("button", name="Find", exact=True).click()
    await expect(page.locator("#register tbody tr")).to_have_count(1)
    await page.goto(HERE)
    await page.get_by_role("link", name="Next page").click()
    await expect(page.locator("#register tbody tr").first).to_contain_text("Produkt 32")


async def test_the_print_sheet_has_two_pages_with_every_fact(
    chrome: Browser, client: httpx.AsyncClient, isarwerk: int
) -> None:
    page = await opened(chrome, client)
    await page.goto(HERE)
    sheet = pages(await page.pdf(format="A4"))
    assert len(sheet) == 2
    told = " ".join(" ".join(sheet).split())
    for words in (
        "Isarwerk Biologics GmbH", "Aseptic vial filling", "hidden from filters", "EU GMP", "DE_BY_04_GMP_2025_0117",
        "months left", "Nonnenwald 14", "Smallest batch", "60 products are listed", f"{HERE}",
    ):  # fmt: skip
        assert words in told, words
    for words in ("Show email", "Print sheet", "Residual", "Terms", "Product or dosage form"):
        assert words not in told, words


async def test_statistics_and_preview_have_no_faults(
    chrome: Browser, client: httpx.AsyncClient, isarwerk: int, sign_in: SignIn
) -> None:
    company = await db.fetch_value("SELECT id FROM company")
    for n in range(20):
        await db.execute(
            "INSERT INTO company_day (company, day, kind, reason, times) VALUES ($1, $2, 'view', '', $3)",
            company, times.today(clock.now()) - timedelta(days=n), n * 7,
        )  # fmt: skip
    await db.execute("UPDATE company_day SET reason = 'crawler' WHERE times = 14")
    member = await sign_in("member@isarwerk.example", isarwerk, MemberRole.OWNER)
    page = await opened(chrome, member)
    for address in (f"{HERE}/manage/statistics?weeks=26", f"{HERE}/preview?plan=free"):
        await page.goto(address)
        assert "\n".join(await faults(page)) == ""
