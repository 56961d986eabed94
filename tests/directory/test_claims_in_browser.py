"""The pages of claims in a real browser: axe-core, both widths and themes, and the look that comes by itself."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Page, expect

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from tests.chromium import chromium, faults, feed
from tests.directory.claiming import CLAIM, LEONIE, RIVAL, SITE, Network, by_record, network, proof, start
from tests.directory.conftest import SignIn, account, join, organisation
from tests.factories import companies

pytestmark = pytest.mark.browser
SKIPPED = "the pages of claims were not looked at"
MEMBERS = "/companies/isarwerk-biologics/manage/members"


@pytest.fixture
async def net(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[Network]:
    await companies.make(website=SITE)
    async with network(app) as made:
        yield made


class Looking:
    """One page of the browser, in which several people are signed in by turns."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []

    async def at(self, client: httpx.AsyncClient, path: str, name: str = "") -> None:
        await self.page.unroute_all()
        await feed(self.page, client)
        await self.page.goto(f"http://localhost:8000{path}")
        self.found += await faults(self.page)
        if folder := os.environ.get("SCREENSHOTS"):
            for theme in ("light", "dark"):
                for width in (1280, 390):
                    await self.page.set_viewport_size({"width": width, "height": 900})
                    await self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                    await self.page.screenshot(path=f"{folder}/{name}-{theme}-{width}.png", full_page=True)


async def test_axe_finds_nothing_on_any_page(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    async with chromium(instead=SKIPPED) as browser:
        see = Looking(await (await browser.new_context()).new_page())
        await see.at(leonie, CLAIM, "start")
        await start(leonie, "document")
        await see.at(leonie, CLAIM, "document")
        await start(leonie, "file")
        await see.at(leonie, CLAIM, "file")
        await start(rival, "dns")
        await rival.post(f"{CLAIM}/look")
        await net.work()
        await see.at(rival, CLAIM, "record")
        await by_record(leonie, net)
        await see.at(leonie, CLAIM, "owner")
        net.names.records["isarwerk.example"]["TXT"] = [await proof(rival)]
        await rival.post(f"{CLAIM}/look")
        await net.work()
        await see.at(rival, CLAIM, "waiting")
        asker = await sign_in("a.very.long.address.indeed@subsidiary.isarwerk-biologics-holding.example")
        await see.at(asker, CLAIM, "owned")
        await asker.post(f"{CLAIM}/joining", data={"note": "I run the key accounts in Martinsried."})
        owner = await db.fetch_value("SELECT organisation FROM company")
        await join(owner, await account("jan@isarwerk.example", "Jan Novák"), MemberRole.LEADS)
        await see.at(leonie, MEMBERS, "members")
        claim = await db.fetch_value("SELECT id FROM claim WHERE state = 'proved'")
        await leonie.post(f"{MEMBERS}/claims/{claim}/objection", data={"objection": "They left us in May."})
        await see.at(editor, "/staff/companies/claims", "staff-list")
        await see.at(editor, f"/staff/companies/claims/{claim}", "staff-claim")
        await organisation("boss@halden.example", "Halden AS")
        await see.at(editor, "/staff/companies/1/ownership?email=boss@halden.example", "staff-ownership")
        assert see.found == []


async def test_the_page_shows_by_itself_what_was_found(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "dns")
    async with chromium(instead=SKIPPED) as browser:
        page = await (await browser.new_context()).new_page()
        await feed(page, leonie)
        await page.goto(f"http://localhost:8000{CLAIM}")
        await page.get_by_role("button", name="Look now").click()
        await expect(page.locator("#look")).to_contain_text("We are looking.")
        await net.work()
        await expect(page.locator("#look")).to_contain_text("There is no record _tradefloor.isarwerk.example")
        assert await page.locator("#look").get_attribute("hx-trigger") is None


async def test_the_address_is_asked_for_only_with_the_code(net: Network, sign_in: SignIn) -> None:
    async with chromium(instead=SKIPPED) as browser:
        page = await (await browser.new_context()).new_page()
        await feed(page, await sign_in(LEONIE))
        await page.goto(f"http://localhost:8000{CLAIM}")
        address = page.get_by_role("textbox", name="Your address at isarwerk.example")
        await expect(address).to_be_visible()
        await page.get_by_text("A DNS record").click()
        await expect(address).to_be_hidden()
