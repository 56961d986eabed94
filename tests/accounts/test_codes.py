"""Codes: forged, expired, replayed, another purpose's, a stranger's, five tries, the newest only, one success."""

import asyncio
import re
from datetime import timedelta

import pytest

from portal.core import db
from portal.core.tokens import hashed
from tests.accounts.conftest import (
    AMARA,
    ATTACKER,
    OFFICE,
    Browser,
    OpenBrowser,
    account,
    mails,
    newest_code,
    own_code,
    run_jobs,
    wrong,
)  # fmt: skip

CODE = "/account/sign-in/code"


@pytest.fixture
async def asked(browser: Browser) -> Browser:
    """A browser that has asked for a sign-in code for Amara."""
    await account(AMARA, "Amara Okonjo")
    await browser.post("/account/sign-in/codes", email=AMARA)
    return browser


def told(answer: object) -> str:
    """What stands beside the code's field."""
    found = re.search(r'id="f-code-e">.*?<span>(.*?)</span>', answer.text, re.DOTALL)  # type: ignore[attr-defined]
    return found[1] if found else ""


async def may_ask_again() -> None:
    """Let the wait for another code be over."""
    await db.execute("UPDATE account_code SET asked_at = asked_at - interval '11 minutes'")


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "0x1234", "12 34", "ⅣⅤⅥⅣⅤⅥ", "\x00\x00\x00\x00\x00\x00", "9" * 4000]
)
async def test_what_is_no_code_costs_no_try(asked: Browser, typed: str) -> None:
    answer = await asked.post(CODE, code=typed)
    assert answer.status_code == 422
    assert told(answer) != ""
    assert await db.fetch_value("SELECT tries FROM account_code") == 0


async def test_after_five_wrong_tries_even_the_right_code_fails(asked: Browser) -> None:
    code = await newest_code(AMARA)
    said = [told(await asked.post(CODE, code=wrong(code))) for _ in range(6)]
    assert said == [
        "This is not the code we sent. You have 4 tries left.",
        "This is not the code we sent. You have 3 tries left.",
        "This is not the code we sent. You have 2 tries left.",
        "This is not the code we sent. You have 1 try left.",
        "This is not the code we sent, and it was the last try. Please ask for a new one.",
        "There were too many wrong tries at this code. Please ask for a new one.",
    ]
    answer = await asked.post(CODE, code=code)
    assert (answer.status_code, asked.session) == (422, None)


async def test_a_new_code_helps_after_too_many_tries(asked: Browser) -> None:
    code = await newest_code(AMARA)
    for _ in range(5):
        await asked.post(CODE, code=wrong(code))
    await may_ask_again()
    answer = await asked.post(f"{CODE}/again")
    assert (answer.status_code, answer.headers["location"]) == (303, CODE)
    assert (await asked.post(CODE, code=await newest_code(AMARA))).status_code == 303


async def test_an_expired_code_fails_and_says_so(asked: Browser) -> None:
    code = await newest_code(AMARA)
    await db.execute("UPDATE account_code SET expires_at = asked_at")
    answer = await asked.post(CODE, code=code)
    assert (answer.status_code, told(answer)) == (422, "This code has run out. Please ask for a new one.")
    assert asked.session is None


async def test_codes_live_ten_minutes(asked: Browser) -> None:
    assert await db.fetch_value("SELECT expires_at - asked_at FROM account_code") == timedelta(minutes=10)


async def test_only_the_newest_code_works(asked: Browser) -> None:
    first = await newest_code(AMARA)
    await may_ask_again()
    await asked.post(f"{CODE}/again")
    second = await newest_code(AMARA)
    assert len(await mails(AMARA)) == 2
    if first != second:
        assert (await asked.post(CODE, code=first)).status_code == 422
    assert (await asked.post(CODE, code=second)).status_code == 303


async def test_a_code_works_once(asked: Browser, open_browser: OpenBrowser) -> None:
    code = await newest_code(AMARA)
    ticket = asked.client.cookies["ticket_sign_in"]
    assert (await asked.post(CODE, code=code)).status_code == 303
    other = await open_browser()
    other.client.cookies.set("ticket_sign_in", ticket, domain="localhost.local", path="/account")
    answer = await other.post(CODE, code=code)
    assert (answer.status_code, answer.headers["location"], other.session) == (303, "/account/sign-in", None)


async def test_two_uses_at_the_same_moment_let_one_in(asked: Browser, open_browser: OpenBrowser) -> None:
    code = await newest_code(AMARA)
    browsers = [asked]
    for _ in range(4):
        twin = await open_browser()
        twin.client.cookies.set(
            "ticket_sign_in", asked.client.cookies["ticket_sign_in"], domain="localhost.local", path="/account"
        )
        browsers.append(twin)
    await asyncio.gather(*(one.post(CODE, code=code) for one in browsers))
    assert [one.session is not None for one in browsers].count(True) == 1
    assert await db.fetch_value("SELECT count(*) FROM account_session") == 1


async def test_many_wrong_tries_at_the_same_moment_count_each(asked: Browser) -> None:
    code = await newest_code(AMARA)
    answers = await asyncio.gather(*(asked.post(CODE, code=wrong(code)) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {422}
    assert await db.fetch_value("SELECT tries FROM account_code") == 5
    assert (await asked.post(CODE, code=code)).status_code == 422


async def test_the_code_is_bound_to_the_browser_that_asked(asked: Browser, open_browser: OpenBrowser) -> None:
    """Somebody who read the mail over a shoulder has the code but not the ticket."""
    code = await newest_code(AMARA)
    thief = await open_browser(ATTACKER)
    answer = await thief.post(CODE, code=code)
    assert (answer.status_code, answer.headers["location"], thief.session) == (303, "/account/sign-in", None)
    await thief.post("/account/sign-in/codes", email=AMARA)
    await run_jobs()
    answer = await thief.post(CODE, code=code)
    if answer.status_code == 303:  # one in a million: both codes are the same
        pytest.skip("the same code twice")
    assert thief.session is None


async def test_a_stranger_spends_none_of_somebodys_tries(asked: Browser, open_browser: OpenBrowser) -> None:
    code = await newest_code(AMARA)
    stranger = await open_browser(ATTACKER)
    await stranger.post("/account/sign-in/codes", email=AMARA)
    for _ in range(8):
        await stranger.post(CODE, code="000000")
    assert (await asked.post(CODE, code=code)).status_code == 303


async def test_a_strangers_question_does_not_make_the_own_code_useless(
    asked: Browser, open_browser: OpenBrowser
) -> None:
    code = await newest_code(AMARA)
    for network in (ATTACKER, OFFICE):
        await (await open_browser(network)).post("/account/sign-in/codes", email=AMARA)
    await run_jobs()
    assert (await asked.post(CODE, code=code)).status_code == 303


@pytest.mark.parametrize("forged", ["", "x", "a" * 43, "%00", "\xfc\xff", "\x7f", "a=b;c", '"x'])
async def test_a_forged_ticket_opens_nothing(asked: Browser, open_browser: OpenBrowser, forged: str) -> None:
    code = await newest_code(AMARA)
    other = await open_browser()
    sent = {b"Cookie": f"ticket_sign_in={forged}; device={forged}; session={forged}".encode("latin-1")}
    answer = await other.client.post(CODE, data={"code": code}, headers=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in")
    assert (await other.client.get(CODE, headers=sent)).headers["location"] == "/account/sign-in"
    assert (await other.client.post("/account/sign-in/codes", data={"email": AMARA}, headers=sent)).status_code == 303
    assert other.session is None


async def test_a_code_of_another_purpose_opens_nothing(asked: Browser) -> None:
    """The reset's ticket and code, given to signing in."""
    await asked.post("/account/reset", email=AMARA)
    code = await own_code(asked, "/account/reset/code")
    cookies = asked.client.cookies
    sign_in, reset = cookies["ticket_sign_in"], cookies["ticket_reset"]
    assert (await asked.post(CODE, code=code)).status_code == 422
    cookies.set("ticket_sign_in", reset, domain="localhost.local", path="/account")
    assert (await asked.post(CODE, code=code)).headers["location"] == "/account/sign-in"
    cookies.set("ticket_sign_in", sign_in, domain="localhost.local", path="/account")
    assert asked.session is None
    assert (await asked.post("/account/reset/code", code=code)).status_code == 303


async def test_neither_code_nor_ticket_is_stored_readable(asked: Browser) -> None:
    code = await newest_code(AMARA)
    row = dict(await db.fetch_one("SELECT * FROM account_code") or {})
    assert row["ticket_hash"] == hashed(asked.client.cookies["ticket_sign_in"])
    stored = " ".join(str(value) for name, value in row.items() if name not in {"asked_at", "expires_at"})
    assert stored.count(code) == 0
    # Without the secret key, trying all million codes finds nothing.
    bound = f"{row['id']}:{row['purpose']}:{row['email']}:"
    assert {hashed(f"{bound}{code}")[:24], hashed(code)[:24], hashed(f"code:{bound}{code}")[:24]} & {
        row["code_hash"]
    } == set()
    queue = await db.fetch("SELECT payload FROM pgqueuer UNION ALL SELECT traceback::text::bytea FROM pgqueuer_log")
    assert [row for row in queue if code.encode() in (row["payload"] or b"")] == []


async def test_another_code_must_wait_and_the_page_says_how_long(asked: Browser) -> None:
    page = (await asked.get(CODE)).text
    [shown] = re.findall(r'<span class="num" data-countdown>(\d+:\d\d)</span>', page)
    assert shown == "1:00" or shown == "0:59"
    answer = await asked.post(f"{CODE}/again")
    assert answer.status_code == 429
    assert 55 <= int(answer.headers["retry-after"]) <= 60
    assert len(re.findall(r"Please wait \d+ more seconds", answer.text)) == 1
    assert len(await mails(AMARA)) == 1


async def test_the_wait_grows_with_each_code(asked: Browser) -> None:
    await db.execute("UPDATE account_code SET asked_at = asked_at - interval '61 seconds'")
    assert (await asked.post(f"{CODE}/again")).status_code == 303
    await db.execute("UPDATE account_code SET asked_at = asked_at - interval '61 seconds'")
    answer = await asked.post(f"{CODE}/again")
    assert answer.status_code == 429
    assert 55 <= int(answer.headers["retry-after"]) <= 60


async def test_two_clicks_at_once_send_one_more_code(asked: Browser) -> None:
    await run_jobs()
    await may_ask_again()
    await asyncio.gather(asked.post(f"{CODE}/again"), asked.post(f"{CODE}/again"))
    assert len(await mails(AMARA)) == 2


async def test_asking_anew_ends_the_browsers_old_ticket(asked: Browser) -> None:
    await asked.post("/account/sign-in/codes", email=AMARA)
    assert await db.fetch_value("SELECT count(*) FROM account_code") == 1


async def test_the_job_may_run_twice(asked: Browser) -> None:
    from portal.accounts.access import jobs

    code_id = await db.fetch_value("SELECT id FROM account_code")
    code = await newest_code(AMARA)
    await jobs.send_code(code_id=code_id, number=1)
    await jobs.send_code(code_id=code_id + 1, number=1)
    await jobs.send_code(code_id=code_id, number=2)
    assert len(await mails(AMARA)) == 1
    assert (await asked.post(CODE, code=code)).status_code == 303


async def test_old_tickets_and_ended_sessions_are_swept(asked: Browser) -> None:
    from portal.accounts.access import jobs

    await asked.post(CODE, code=await newest_code(AMARA))
    await asked.post("/account/reset", email=AMARA)
    await jobs.sweep()
    assert await db.fetch_value("SELECT count(*) FROM account_code") == 2
    await db.execute("UPDATE account_code SET asked_at = asked_at - interval '25 hours'")
    await db.execute("UPDATE account_session SET expires_at = expires_at - interval '38 days'")
    await jobs.sweep()
    assert await db.fetch_value("SELECT count(*) FROM account_code") == 0
    assert await db.fetch_value("SELECT count(*) FROM account_session") == 0


async def test_a_ticket_left_for_an_hour_starts_again(asked: Browser) -> None:
    await db.execute("UPDATE account_code SET asked_at = asked_at - interval '61 minutes'")
    for answer in (await asked.get(CODE), await asked.post(f"{CODE}/again"), await asked.post(CODE, code="123456")):
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in")
    assert (await asked.get("/account/sign-in")).text.count("That step has run out. Please start again.") == 1
