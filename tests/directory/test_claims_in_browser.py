"""The pages of claims in a real browser: axe-core, both widths and themes, and the look that comes by itself."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import expect

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from tests.chromium import chromium, faults, feed
from tests.directory.claiming import CLAIM, LEONIE, RIVAL, SITE, Network, by_record, network, proof, start
from tests.directory.conftest import SignIn, account, join
from tests.factories import companies

pytestmark = pytest.mark.browser
SKIPPED = "the pages of claims were not looked at"
MEMBERS = "/companies/isarwerk-biologics/manage/members"


@pytest.fixture
async def net(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[Network]:
    await companies.make(website=SITE)
    async with network(app) as made:
        yield made


async def test_axe_finds_nothing_on_any_page(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    asker = await sign_in("a.very.long.address.indeed@subsidiary.isarwerk-biologics-holding.example")
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    async with chromium(instead=SKIPPED) as browser:
        page = await (await browser.new_context()).new_page()
        found = []

        async def look(client: httpx.AsyncClient, path: str) -> None:
            await page.unroute_all()
            await feed(page, client)
            await page.goto(f"http://localhost:8000{path}")
            found.extend(await faults(page))

        await start(rival, "dns")
        await rival.post(f"{CLAIM}/look")
        await by_record(leonie, net)
        await look(rival, CLAIM)
        net.names.records["_tradefloor.isarwerk.example"]["TXT"].append(await proof(rival))
        await rival.post(f"{CLAIM}/look")
        await net.work()
        await look(asker, CLAIM)
        await asker.post(f"{CLAIM}/joining", data={"note": "I run the key accounts in Martinsried."})
        owner, claim = (
            await db.fetch_value("SELECT organisation FROM company"),
            await db.fetch_value("SELECT id FROM claim"),
        )
        await join(owner, await account("jan@isarwerk.example", "Jan Novák"), MemberRole.LEADS)
        await look(leonie, MEMBERS)
        await leonie.post(f"{MEMBERS}/claims/{claim}/objection", data={"objection": "They left us in May."})
        await look(editor, f"/staff/companies/claims/{claim}")
        await look(editor, f"/staff/companies/1/ownership?email={LEONIE}")
        assert found == []


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
