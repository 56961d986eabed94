"""A forgotten password: address, code, new password, confirmation; everybody else is signed out."""

import asyncio
import contextvars
import re

import pytest

from portal.core import db
from tests.accounts.conftest import (
    AMARA,
    ATTACKER,
    OFFICE,
    PASSWORD,
    Browser,
    OpenBrowser,
    account,
    mails,
    newest_code,
    own_code,
)

NEW = "a fourth vial on it"


async def reset(browser: Browser, email: str = AMARA) -> None:
    """Up to the page where the new password is chosen."""
    answer = await browser.post("/account/reset", email=email)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/reset/code")
    answer = await browser.post("/account/reset/code", code=await newest_code(email))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/reset/password")


async def test_the_whole_way(open_browser: OpenBrowser) -> None:
    await account(AMARA, "Amara Okonjo")
    browser = await open_browser()
    assert (await browser.get("/account/reset")).text.count("Enter your account email") == 1
    await reset(browser)
    for back in (await browser.get("/account/reset/code"), await browser.post("/account/reset/code", code="123456")):
        assert (back.status_code, back.headers["location"]) == (303, "/account/reset/password")
    assert (await browser.get("/account/reset/password")).text.count("Choose a new password") == 2
    answer = await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/reset/done?next=%2Faccount")
    done = (await browser.get(answer.headers["location"])).text
    assert done.count("<h1>Your new password is set</h1>") == 1
    assert await browser.name() == "Amara Okonjo"
    other = await open_browser()
    assert (await other.sign_in()).status_code == 422
    assert (await other.sign_in(password=NEW)).status_code == 303


async def test_a_change_of_password_makes_every_other_code_worthless(amara: Browser, open_browser: OpenBrowser) -> None:
    """Whoever had got as far as choosing a new password, or had a code to sign in with, got nowhere."""
    resetting, coding, signing_up = [await open_browser(OFFICE) for _ in range(3)]
    await reset(resetting)
    await coding.post("/account/sign-in/codes", email=AMARA)
    code = await own_code(coding, "/account/sign-in/code")
    await signing_up.post("/account/sign-up", email=AMARA, name="A", password=NEW)
    sign_up_code = await own_code(signing_up, "/account/sign-up/code")
    await amara.post("/account/password", old_password=PASSWORD, new_password=NEW, repeat=NEW)
    late = await resetting.post("/account/reset/password", new_password="of an intruder", repeat="of an intruder")
    assert (late.status_code, late.headers["location"]) == (303, "/account/reset")
    for browser, path, typed in ((coding, "sign-in", code), (signing_up, "sign-up", sign_up_code)):
        answer = await browser.post(f"/account/{path}/code", code=typed)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/account/{path}")
        assert browser.session is None
    assert (await (await open_browser()).sign_in(password=NEW)).status_code == 303


async def test_a_reset_makes_the_codes_of_others_worthless(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    first, second = await open_browser(), await open_browser(OFFICE)
    await reset(first)
    await reset(second)
    await second.post("/account/reset/password", new_password=NEW, repeat=NEW)
    late = await first.post("/account/reset/password", new_password="of an intruder", repeat="of an intruder")
    assert late.headers["location"] == "/account/reset"
    assert (await (await open_browser()).sign_in(password=NEW)).status_code == 303


async def test_a_change_does_not_wait_for_a_code_that_is_being_typed(open_browser: OpenBrowser) -> None:
    """Whoever types it waits for the account, and the two would wait for each other."""
    await account(AMARA)
    first, second = await open_browser(), await open_browser(OFFICE)
    await reset(first)
    await reset(second)
    async with db.transaction():
        await db.execute("SELECT FROM account_code ORDER BY id LIMIT 1 FOR UPDATE")
        elsewhere = contextvars.Context()
        changing = asyncio.create_task(
            second.post("/account/reset/password", new_password=NEW, repeat=NEW), context=elsewhere
        )
        assert (await asyncio.wait_for(changing, 5)).status_code == 303


async def test_other_sessions_end_and_the_page_says_so(amara: Browser, open_browser: OpenBrowser) -> None:
    office = await open_browser(OFFICE)
    await office.sign_in()
    browser = await open_browser()
    await reset(browser)
    await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)
    assert (await amara.name(), await office.name(), await browser.name()) == (None, None, "Amara Okonjo")
    page = (await browser.get("/account/reset/done")).text
    assert page.count("Signed out in 2 other browsers.") == 1
    assert page.count("Every other browser that was signed in to your account has been signed out") == 1


async def test_the_owner_is_told_by_mail(browser: Browser) -> None:
    await account(AMARA)
    await reset(browser)
    await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)
    assert [mail["subject"] for mail in await mails(AMARA)][1:] == ["Your password at Sterile Line was changed"]


async def test_the_page_says_a_verification_code_was_sent(browser: Browser) -> None:
    await browser.post("/account/reset", email="nobody@brennhof.example")
    page = (await browser.get("/account/reset/code")).text
    assert page.count("<h1>A verification code was sent</h1>") == 1
    assert page.count("Send another code") == 1


async def test_no_password_is_set_without_the_code(browser: Browser) -> None:
    await account(AMARA)
    await browser.post("/account/reset", email=AMARA)
    for answer in (
        await browser.get("/account/reset/password"),
        await browser.post("/account/reset/password", new_password=NEW, repeat=NEW),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/reset")
    assert (await browser.sign_in()).status_code == 303


async def test_the_proof_is_good_once_and_for_a_quarter_of_an_hour(browser: Browser, open_browser: OpenBrowser) -> None:
    await account(AMARA)
    await reset(browser)
    ticket = browser.client.cookies["ticket_reset"]
    await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)
    thief = await open_browser(ATTACKER)
    thief.client.cookies.set("ticket_reset", ticket, domain="localhost.local", path="/account")
    answer = await thief.post("/account/reset/password", new_password="the thief's one", repeat="the thief's one")
    assert (answer.status_code, answer.headers["location"], thief.session) == (303, "/account/reset", None)
    late = await open_browser(OFFICE)
    await reset(late)
    await db.execute("UPDATE account_code SET proved_at = proved_at - interval '16 minutes'")
    answer = await late.post("/account/reset/password", new_password=NEW, repeat=NEW)
    assert (answer.status_code, answer.headers["location"], late.session) == (303, "/account/reset", None)


@pytest.mark.parametrize(
    ("new", "repeat", "field"),
    [("", "", "new_password"), (NEW, "", "repeat"), (NEW, NEW + "x", "repeat"), ("short", "short", "new_password"),
     (AMARA, AMARA, "new_password"), ("x" * 3000, "x" * 3000, "new_password")],
)  # fmt: skip
async def test_bad_passwords_are_told_and_the_proof_is_kept(
    browser: Browser, new: str, repeat: str, field: str
) -> None:
    await account(AMARA)
    await reset(browser)
    answer = await browser.post("/account/reset/password", new_password=new, repeat=repeat)
    assert answer.status_code == 422
    assert re.findall(r'id="f-(\w+)-e"', answer.text)[0] == field
    assert (await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)).status_code == 303


async def test_an_account_without_a_password_gets_its_first(browser: Browser) -> None:
    await account(AMARA, "Amara Okonjo", password=None)
    await reset(browser)
    await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)
    assert (await browser.sign_in(password=NEW)).status_code == 303


async def test_resetting_leads_back_to_where_one_came_from(browser: Browser) -> None:
    await account(AMARA)
    await browser.post("/account/reset", email=AMARA, next="/events?q=a&page=2")
    await browser.post("/account/reset/code", code=await newest_code(AMARA))
    answer = await browser.post("/account/reset/password", new_password=NEW, repeat=NEW)
    page = (await browser.get(answer.headers["location"])).text
    assert re.findall(r'class="btn primary" href="([^"]*)"', page) == ["/events?q=a&amp;page=2"]
    page = (await browser.get("/account/reset/done", params={"next": "//evil.example"})).text
    assert page.count("evil") == 0
