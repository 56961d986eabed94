"""The pages after the order, and those of staff about mail and attendees, in a real browser."""

import pytest
from playwright.async_api import expect

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.notifications.commands import addresses
from tests.attending import Attending, named
from tests.chromium import chromium, faults, feed
from tests.factories.registration import make_shop

pytestmark = pytest.mark.browser
START = "http://localhost:8000"
LOOK = "document.querySelectorAll('details').forEach(d => d.open = true)"


async def sign_in(attending: Attending) -> None:
    email, password = "judith@sterileline.example", "three vials on a line"
    account_id = await commands.ensure_account(email=email, name="Judith", now=clock.now())
    await commands.set_password(account_id=account_id, password=password, now=clock.now())
    await commands.grant_role(actor=PORTAL, email=email, role=StaffRole.ORGANISER, now=clock.now())
    answer = await attending.client.post("/account/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 303


async def test_pages_fit_and_axe_finds_nothing(attending: Attending) -> None:
    shop, off = await make_shop(), await make_shop()
    await db.execute("UPDATE venue SET directions = 'U1 to Kaisermühlen.'")
    attending.receiver.refuse_recipient = lambda address: "550 5.1.1 No such user" if "bob" in address else None
    order = await attending.register(shop, 3, **named(2, "bob@x.example"))
    gone = await attending.register(off)
    await attending.work()
    await attending.call_off(off, "The hall is closed.")
    await addresses.suppress(actor="account 1", address="bob@x.example", now=clock.now(), detail="asked by phone")
    await sign_in(attending)
    claims = [seat["claim_secret"] for seat in await attending.seats(order)]
    paths = [
        order, gone, f"{order}/seats/3", f"{order}/seats/1/cancellation", f"/seats/{claims[1]}", "/seats/passed-on",
        f"/staff/events/{shop.event_id}", "/staff/mail?q=bob@x.example",
    ]  # fmt: skip
    async with chromium(instead="the pages after the order were not looked at") as browser:
        page = await browser.new_page()
        await feed(page, attending.client)
        found = []
        for path in paths:
            await page.goto(START + path)
            await page.evaluate(LOOK)
            found += await faults(page)
    assert found == []


async def test_news_does_not_wipe_a_half_typed_address(attending: Attending) -> None:
    """The order's page looks again by itself while a mail is on its way; what is being typed stays."""
    order = await attending.register(await make_shop())
    async with chromium(instead="a page that looks again was not tried") as browser:
        page = await browser.new_page()
        await feed(page, attending.client)
        await page.goto(START + order)
        await page.get_by_text("Mail about this order goes to").click()
        await page.get_by_label("Email address").fill("amara.oko")
        await attending.work()
        # What the page does by itself every few seconds.
        await page.evaluate("path => htmx.ajax('GET', path, {target: '#order', swap: 'outerHTML'})", f"{order}/record")
        await expect(page.get_by_text("Mail accepted by brennhof.example")).to_be_visible()
        await expect(page.get_by_label("Email address")).to_have_value("amara.oko")
