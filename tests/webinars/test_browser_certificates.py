"""Certificates and the ledger in a real browser: axe, both widths, both themes; and what scripts add to the list."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from portal.accounts.actors import PORTAL
from portal.core import clock
from portal.webinars.commands.certificates import revoke
from portal.webinars.commands.corrections import correct
from portal.webinars.jobs import certificates as jobs
from portal.webinars.queries import certificates
from tests.chromium import chromium, faults, feed
from tests.events.conftest import SignIn
from tests.factories import webinars
from tests.factories.attendance import over, was_there
from tests.factories.webinars import Webinar
from tests.webinars.test_short_tests import with_test

pytestmark = pytest.mark.browser
START, ANNA, BEN = "http://localhost:8000", "anna@a.example", "ben@a.example"


@pytest.fixture
async def chrome(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    """The browser; it goes before the client that feeds it."""
    async with chromium(instead="certificates were not looked at") as browser:
        yield browser


@pytest.fixture
async def made(client: httpx.AsyncClient) -> Webinar:
    """Anna has a certificate, Ben's was taken back, Cleo lacks minutes and was given some."""
    found = await over(state="replay")
    for email, minutes in ((ANNA, 50), (BEN, 50), ("cleo@a.example", 30)):
        who = await webinars.join(found, email, email.partition("@")[0].title())
        await was_there(found, who, 0, minutes)
    await correct(
        webinar_id=found.webinar_id, seat_ids=[who.seat_id], minutes=3, reason="The picture stood still", actor=PORTAL,
        now=clock.now(),
    )  # fmt: skip
    await jobs.issue_due()
    [ben] = await certificates.of_person(BEN)
    await revoke(number=ben.number, reason="Somebody else sat there", public=True, actor=PORTAL, now=clock.now())
    return found


async def opened(chrome: Browser, client: httpx.AsyncClient) -> Page:
    context = await chrome.new_context(viewport={"width": 1280, "height": 900})
    # A notice comes as a cookie, and from then on the browser names all that it has itself.
    await context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": START} for one in client.cookies.jar]
    )
    page = await context.new_page()
    await feed(page, client)
    return page


async def test_anybody_types_a_number_and_reads_what_it_is_worth(
    chrome: Browser, client: httpx.AsyncClient, made: Webinar
) -> None:
    [anna], [ben] = await certificates.of_person(ANNA), await certificates.of_person(BEN)
    page = await opened(chrome, client)
    await page.goto(f"{START}/certificates")
    number = page.get_by_label("Number")
    await number.fill("OO000-00000")
    await number.press("Enter")
    await expect(page.locator("#f-number-e")).to_contain_text("Our numbers never have 0 or O.")
    assert await faults(page) == []
    for one, said in ((anna, "This certificate holds"), (ben, "This certificate no longer holds")):
        await page.goto(f"{START}/certificates")
        await page.get_by_label("Number").fill(one.number.lower().replace("-", ""))
        await page.get_by_role("button", name="Check").click()
        await expect(page.get_by_text(said)).to_be_visible()
        assert await faults(page) == []


async def test_one_s_own_certificates_and_what_is_missing(chrome: Browser, sign_in: SignIn, made: Webinar) -> None:
    for email in (ANNA, "cleo@a.example"):
        page = await opened(chrome, await sign_in(email=email))
        for path in ("/account/certificates", f"/webinars/{made.slug}/certificate"):
            await page.goto(START + path)
            assert await faults(page) == []


async def test_the_ledger_is_found_chosen_and_corrected(
    chrome: Browser, editor: httpx.AsyncClient, made: Webinar
) -> None:
    page = await opened(chrome, editor)
    await page.goto(f"{START}/staff/webinars/{made.webinar_id}/attendance")
    assert await faults(page) == []
    await page.get_by_role("searchbox", name="Search").fill("cleo")
    await expect(page.locator("#rows tbody tr")).to_have_count(1)
    await page.get_by_label("Choose Cleo Lindqvist").check()
    await page.get_by_text("Correct minutes").click()
    await page.get_by_label("Minutes").fill("12")
    await page.get_by_role("button", name="Correct").click()
    await expect(page.locator("#f-reason-e")).to_contain_text("Please say why")
    assert await faults(page) == []
    await page.get_by_label("Reason").fill("Our stream stood still")
    await page.get_by_role("button", name="Correct").click()
    await expect(page.locator("#rows tbody tr")).to_contain_text(["+15"])
    await page.get_by_role("link", name="Cleo Lindqvist").click()
    await expect(page.get_by_text("12 minutes added by Editha Editor")).to_be_visible()
    assert await faults(page) == []


async def test_the_short_test(chrome: Browser, sign_in: SignIn) -> None:
    tested, anna = await with_test()
    page = await opened(chrome, await sign_in(email=anna.email))
    await page.goto(f"{START}/webinars/{tested.slug}/test")
    assert await faults(page) == []
    await page.get_by_role("button", name="Hand in").click()
    await expect(page.get_by_text("Please choose an answer.").first).to_be_visible()
    assert await faults(page) == []
