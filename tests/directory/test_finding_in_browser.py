"""The directory in a real browser: typing, the combobox by keyboard, without scripts, the shortlist, how it looks."""

from collections.abc import AsyncIterator
from html import escape
from urllib.parse import urlencode

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from portal.directory.rules.comparing import MOST
from tests.chromium import chromium, faults, feed, quiet
from tests.directory.conftest import SignIn
from tests.factories import companies

pytestmark = pytest.mark.browser
START = "http://localhost:8000"
LYO, VIALS, GMP = ("capability:Lyophilisation", 6), ("capability:Vial filling", 6), ("certificate:EU GMP", 30)
MAKER = ("category:Manufacturer", None)


@pytest.fixture
async def chrome(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    """The browser; it goes before the client that feeds it."""
    async with chromium(instead="the directory was not looked at") as browser:
        yield browser


@pytest.fixture
async def market(client: httpx.AsyncClient) -> httpx.AsyncClient:
    tessin = await companies.make("Tessin Lyo SA", city="Bellinzona", country="CH", facts=[MAKER, LYO, VIALS, GMP])
    await companies.verify(tessin)
    await companies.make("Aubrac SAS", city="Rodez", country="FR", facts=[MAKER, LYO, ("figure:Lead time", 20)])
    await companies.make("Takeda", city="Zürich", country="CH", facts=[MAKER, VIALS])
    return client


async def opened(chrome: Browser, client: httpx.AsyncClient, *, scripts: bool = True) -> Page:
    context = await chrome.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    page = await context.new_page()
    await feed(page, client)
    return page


async def test_typing_and_ticking_filter_at_once(chrome: Browser, market: httpx.AsyncClient) -> None:
    page = await opened(chrome, market)
    await page.goto(f"{START}/companies")
    await expect(page.locator(".firm h3")).to_have_count(3)
    await page.get_by_label("Lyophilisation").check()
    await expect(page.locator(".firm h3")).to_have_text(["Tessin Lyo SA", "Aubrac SAS"])
    await expect(page).to_have_url(f"{START}/companies?capability=lyophilisation")
    await page.get_by_label("Find").press_sequentially("rod")
    await expect(page.locator(".firm h3")).to_have_text(["Aubrac SAS"])
    await expect(page.locator("#count")).to_have_text("1 company matches")
    assert await page.evaluate("document.activeElement.id") == "f-q"
    await page.go_back()
    await expect(page.locator(".firm h3")).to_have_count(2)


async def test_the_keyboard_stays_with_its_choice(chrome: Browser, market: httpx.AsyncClient) -> None:
    for n in range(8):
        await companies.make(f"Number {n}", facts=[(f"capability:Service {n}", 3), VIALS])
    page = await opened(chrome, market)
    await page.goto(f"{START}/companies")
    facet = page.locator("#facet-capability")
    await facet.get_by_text("4 more").click()
    # The last of the eight is under the fold, stands first once it is ticked, and goes back below when it is not.
    await page.get_by_label("Service 7").focus()
    for address in (f"{START}/companies?capability=service-7", f"{START}/companies"):
        await page.keyboard.press("Space")
        await expect(page).to_have_url(address)
        await quiet(page)
        await expect(page.get_by_label("Service 7")).to_be_focused()


async def test_what_is_on_the_shortlist_is_marked(chrome: Browser, market: httpx.AsyncClient) -> None:
    page = await opened(chrome, market)
    await page.goto(f"{START}/companies")
    button = page.locator('[data-keep="tessin-lyo"] button')
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.press("Enter")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(button).to_have_accessible_name("On the shortlist Tessin Lyo SA")
    await expect(button).to_be_focused()
    await page.get_by_label("Lyophilisation").check()
    await expect(page.locator(".firm h3")).to_have_count(2)
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(page.locator('[data-keep="aubrac"] button')).to_have_attribute("aria-pressed", "false")
    await page.goto(f"{START}/companies/tessin-lyo")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await button.press("Enter")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await expect(button).to_have_accessible_name("Shortlist Tessin Lyo SA")


async def test_suggestions_by_keyboard(chrome: Browser, market: httpx.AsyncClient) -> None:
    page = await opened(chrome, market)
    await page.goto(f"{START}/companies")
    field = page.get_by_role("combobox", name="Find")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await field.press_sequentially("lyo")
    await expect(page.locator(".suggestions").get_by_role("option")).to_have_count(2)
    await expect(field).to_have_attribute("aria-expanded", "true")
    await field.press("ArrowDown")
    first = page.locator(".suggestions").get_by_role("option", name="Tessin Lyo SA")
    await expect(first).to_have_attribute("aria-selected", "true")
    assert await field.get_attribute("aria-activedescendant") == await first.get_attribute("id")
    await field.press("Escape")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(field).to_have_value("lyo")
    await field.press("ArrowDown")
    await expect(page.locator(".suggestions").get_by_role("option")).to_have_count(2)
    await field.press("ArrowDown")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(page).to_have_url(f"{START}/companies?capability=lyophilisation")


async def test_without_scripts_all_of_it_works(chrome: Browser, market: httpx.AsyncClient) -> None:
    page = await opened(chrome, market, scripts=False)
    await page.goto(f"{START}/companies")
    await page.get_by_label("Find").fill("tess")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".firm h3")).to_have_text(["Tessin Lyo SA"])
    await page.get_by_role("link", name="Companies, terms and places like").click()
    await expect(page.get_by_role("link", name="Tessin Lyo SA")).to_be_visible()
    for name in ("Tessin Lyo SA", "Aubrac SAS"):
        await page.goto(f"{START}/companies")
        await page.get_by_role("button", name=f"Shortlist {name}").click()
        await expect(page.get_by_text(f"{name} is on your shortlist.")).to_be_visible()
    await page.goto(f"{START}/companies?capability=vial-filling")
    await page.get_by_role("button", name="Shortlist Takeda").click()
    await page.get_by_role("link", name="Back to the directory").click()
    await expect(page).to_have_url(f"{START}/companies?capability=vial-filling")
    await page.get_by_role("button", name="On the shortlist Takeda").click()
    await expect(page.get_by_role("listitem").filter(has_text="Takeda")).to_have_count(0)
    await page.get_by_role("link", name="Compare them").click()
    await expect(page).to_have_url(f"{START}/companies/compare?c=tessin-lyo&c=aubrac")
    await expect(page.locator("tr.differs th").first).to_contain_text("City")
    same = (
        page.get_by_role("row")
        .filter(has_text="Categories")
        .locator("xpath=following-sibling::tr[not(@class='showing')]")
    )
    await expect(same).to_be_visible()
    await page.get_by_label("Differences only").check()
    await expect(same).to_be_hidden()
    await expect(page.locator("tr.differs").first).to_be_visible()
    await page.get_by_label("Company to add").fill("takeda")
    await page.get_by_role("button", name="Add").click()
    await expect(page).to_have_url(f"{START}/companies/compare?c=tessin-lyo&c=aubrac&c=takeda")
    await page.get_by_role("link", name="Take Aubrac SAS out").click()
    await expect(page).to_have_url(f"{START}/companies/compare?c=tessin-lyo&c=takeda")
    await page.get_by_label("Company to add").fill("zzz")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_label("Company to add")).to_have_value("zzz")
    await expect(page.get_by_text("No other company is called anything like it.")).to_be_visible()
    await page.goto(f"{START}/companies/shortlist")
    await page.get_by_role("button", name="Take off Aubrac SAS").click()
    await expect(page.get_by_role("listitem").filter(has_text="Aubrac")).to_have_count(0)


async def test_the_way_back_stays_in_the_directory(market: httpx.AsyncClient) -> None:
    own = "/companies?capability=lyophilisation&q=a%20b"
    for given, leads in ((own, own), ("//evil.example/companies", ""), ("https://evil.example/companies", ""),
                         ("/account", ""), ("/companies/shortlist?back=x", "")):  # fmt: skip
        answer = await market.post("/companies/shortlist", data={"company": "takeda", "back": given})
        page = (await market.get(answer.headers["location"])).text
        assert f'href="{escape(leads or "/companies")}">' in page.partition("<main")[2], given
    for host, leads in (("localhost:8000", own), ("evil.example", "/companies")):
        answer = await market.post(
            "/companies/shortlist", data={"company": "aubrac"}, headers={"Referer": f"http://{host}{own}"}
        )
        assert answer.headers["location"] == f"/companies/shortlist?{urlencode({'back': leads})}"


async def test_pages_with_marks_are_the_same_for_everybody(market: httpx.AsyncClient) -> None:
    before = await market.get("/companies")
    await market.post("/companies/shortlist", data={"company": "takeda"})
    assert "no-store" in (await market.get("/companies")).headers["cache-control"], "it says once what came of it"
    after = await market.get("/companies")
    assert (after.text, after.headers["etag"]) == (before.text, before.headers["etag"])
    marks = await market.get("/companies/shortlist.css")
    assert '[data-keep="takeda"]' in marks.text
    assert marks.headers["cache-control"] == "private, no-store"
    assert (
        "no-store" in (await market.get("/companies/shortlist", headers={"HX-Request": "1"})).headers["cache-control"]
    )


async def test_the_shortlist_has_room_for_four(market: httpx.AsyncClient) -> None:
    for n in range(MOST + 1):
        await companies.make(f"Number {n}")
        answer = await market.post("/companies/shortlist", data={"company": f"number-{n}"})
        assert answer.status_code == (303 if n < MOST else 422)
    assert "A shortlist has room for 4 companies. Please take one off first." in answer.text
    assert (await market.post("/companies/shortlist", data={"company": "nobody"})).status_code == 422
    market.cookies.set("shortlist", "x.1.99999999999999999999.-2", domain="localhost")
    assert (await market.get("/companies/shortlist")).status_code == 200
    five = "&".join(f"c=number-{n}" for n in range(5))
    answer = await market.get(f"/companies/compare?{five}")
    assert answer.status_code == 422
    assert "At most 4 companies can be compared" in answer.text


PAGES = ("/companies", "/companies?capability=lyophilisation&country=XX", "/companies/capability/lyophilisation",
         "/companies/showcase", "/companies/a-z", "/companies/compare?c=tessin-lyo&c=aubrac&c=takeda",
         "/companies/suggestions?q=lyo", "/companies/how-results-are-ordered")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_pages_can_be_read_by_all(chrome: Browser, market: httpx.AsyncClient, path: str) -> None:
    page = await opened(chrome, market)
    await page.goto(f"{START}{path}")
    if path == "/companies":
        await page.get_by_label("Find").press_sequentially("lyo")
        await expect(page.locator(".suggestions").get_by_role("option")).to_have_count(2)
        await quiet(page)
    assert await faults(page) == []


async def test_ones_own_searches_can_be_read_by_all(
    chrome: Browser, market: httpx.AsyncClient, sign_in: SignIn
) -> None:
    buyer = await sign_in("nora@buyer.example")
    await buyer.post("/account/searches", data={"name": "Lyo", "frequency": "weekly", "query": "?q=lyo"})
    page = await opened(chrome, buyer)
    for path in ("/account/searches", "/account/searches/new?q=lyo"):
        await page.goto(f"{START}{path}")
        assert await faults(page) == []
