"""The pages in a real browser: axe-core, both widths and themes, scripts off, keyboard only, pasted codes."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from litestar import Litestar
from playwright.async_api import Browser, Page

from portal.accounts import commands
from portal.accounts.organisations import commands as organisations
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from tests.accounts.conftest import AMARA, PASSWORD, account, mails
from tests.accounts.test_organisations import actor, organisation
from tests.chromium import chromium, faults
from tests.serving import served

pytestmark = pytest.mark.browser
SKIPPED = "the account pages were not looked at"


@asynccontextmanager
async def opened(browser: Browser, address: str, **options: Any) -> AsyncIterator[Page]:
    """A page of a browser of its own."""
    context = await browser.new_context(base_url=address, **options)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def marked_code(page: Page) -> str:
    """The code in the mail that carries the mark the page shows."""
    shown = re.search(r"subject ends with <strong>(\w{3})", await page.content())
    assert shown is not None
    [mail] = [mail for mail in await mails(AMARA) if mail["subject"].endswith(f" ({shown[1]})")]
    return str(mail["text"][:6])


async def look(page: Page, path: str) -> list[str]:
    await page.goto(path)
    return await faults(page)


async def test_axe_finds_nothing_on_any_page(app: Litestar, database: str) -> None:
    await account(AMARA, "Amara Okonjo-Reuter")
    made = await organisation(
        AMARA, ("a.very.long.address.indeed@subsidiary.brennhof-pharma-holding.example", MemberRole.LEADS)
    )
    other = await organisation("boss@vials.example", name="Vials AG")
    boss = await actor("boss@vials.example")
    for where, who, email in ((made, await actor(AMARA), "new@vials.example"), (other, boss, AMARA)):
        await organisations.invite(
            actor=who, organisation_id=where, email=email, role=MemberRole.LEADS, now=clock.now()
        )
    await commands.record_disclosure(
        email=AMARA, recipient="Tessin Lyo SA", what="Name", purpose="Scan", now=clock.now()
    )
    found = []
    # axe-core is injected, which the pages' own policy forbids.
    async with (
        chromium(instead=SKIPPED) as browser,
        served(app) as address,
        opened(browser, address, bypass_csp=True) as page,
    ):
        for path in ("/account/sign-in", "/account/sign-up", "/account/reset", "/account/erased"):
            found += await look(page, path)
        await page.goto("/account/sign-in")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        found += await faults(page)
        await page.get_by_label("Email address").fill(AMARA)
        await page.get_by_role("button", name="Send me a code instead").click()
        found += await faults(page)
        await page.get_by_label("6-digit code").fill("12")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        found += await faults(page)
        await page.get_by_label("6-digit code").fill(await marked_code(page))
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.wait_for_url("**/account")
        for path in (
            "/account", "/account/sessions", "/account/organisations", f"/account/organisations/{made}",
            "/account/privacy", "/account/menu",
        ):  # fmt: skip
            found += await look(page, path)
        await page.goto("/account/privacy")
        await page.get_by_role("button", name="Send me a code to confirm").click()
        found += await faults(page)
    assert found == []


async def test_a_newcomer_without_scripts_and_with_the_keyboard_only(app: Litestar, database: str) -> None:
    async with (
        chromium(instead=SKIPPED) as browser,
        served(app) as address,
        opened(browser, address, java_script_enabled=False) as page,
    ):
        await page.goto("/account/sign-up?next=/account/sessions")
        await page.locator("#f-name").focus()
        for typed in ("Amara Okonjo", AMARA, PASSWORD):
            await page.keyboard.type(typed)
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account/sign-up/code")
        code = await marked_code(page)
        assert await page.locator("#f-code").evaluate("e => e === document.activeElement")
        await page.keyboard.insert_text(f"{code[:3]} {code[3:]}")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/account/sessions")
        assert await page.get_by_text("This one").count() == 1
        assert await page.locator(".alert.ok h2").all_inner_texts() == ["Your account is ready, and you are signed in."]
    assert await db.fetch_value("SELECT name FROM account") == "Amara Okonjo"


async def test_nothing_breaks_the_content_security_policy(app: Litestar, database: str) -> None:
    await account(AMARA)
    said: list[str] = []
    async with chromium(instead=SKIPPED) as browser, served(app) as address, opened(browser, address) as page:
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        await page.goto("/account/sign-in")
        await page.get_by_label("Email address").fill(AMARA)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.wait_for_url("**/account")
        # The menu in the masthead comes by itself.
        await page.locator("#account-menu").get_by_role("button", name="Sign out").wait_for()
        for path in ("/account/sessions", "/account/organisations", "/account/privacy"):
            await page.goto(path)
        await page.locator("#account-menu").get_by_role("button", name="Sign out").click()
        await page.wait_for_url("**/account/sign-in")
        assert await page.locator(".alert.ok h2").all_inner_texts() == ["You are signed out."]
    assert said == []
