"""Signing in with a password or a code; the same answer, and the same work, for known and unknown addresses."""

import html
import re
from typing import Any

import argon2
import httpx
import pytest
from litestar import Litestar

from portal.accounts import passwords
from portal.core import db
from portal.core.settings import current
from portal.core.tokens import hashed
from tests.accounts.conftest import (
    AMARA,
    PASSWORD,
    Browser,
    OpenBrowser,
    account,
    mails,
    newest_code,
    without_marks,
    wrong,
)
from tests.queries import counting

NOBODY = "nobody@brennhof.example"


async def test_a_password_signs_in(browser: Browser) -> None:
    await account(AMARA, "Amara Okonjo")
    assert await browser.name() is None
    answer = await browser.sign_in(email="  Amara@Brennhof.Example ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await browser.name() == "Amara Okonjo"


async def test_a_code_signs_in(browser: Browser) -> None:
    await account(AMARA, "Amara Okonjo", password=None)
    answer = await browser.post("/account/sign-in/codes", email=AMARA)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in/code")
    code = await newest_code(AMARA)
    answer = await browser.post("/account/sign-in/code", code=f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, await browser.name()) == (303, "Amara Okonjo")
    assert (await mails(AMARA))[-1]["subject"][:-6] == "Your sign-in code for Sterile Line"


async def test_wrong_and_unknown_are_answered_alike(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    await account("codes-only@brennhof.example", password=None)
    answers = []
    for email in (AMARA, "codes-only@brennhof.example", NOBODY):
        answer = await (await open_browser()).sign_in(email, "not the password")
        answers.append((answer.status_code, answer.text.replace(email, "ADDRESS"), sorted(answer.headers)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 422


async def test_known_and_unknown_addresses_cost_the_same_work(
    browser: Browser, dear_hashes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: one Argon2 verification with the same parameters, and the same statements."""
    await account(AMARA)
    verified: list[str] = []
    real = argon2.low_level.verify_secret

    def spied(stored: bytes, *rest: Any, **more: Any) -> bool:
        verified.append(stored.decode().rsplit("$", 2)[0])
        return real(stored, *rest, **more)

    monkeypatch.setattr(argon2._password_hasher, "verify_secret", spied)
    work = []
    for email in (AMARA, NOBODY):
        verified.clear()
        async with counting() as run:
            await browser.sign_in(email, "not the password")
        work.append((list(verified), list(run)))
    assert work[0] == work[1]
    assert work[0][0] == ["$argon2id$v=19$m=19456,t=2,p=1"]
    assert len(work[0][1]) == 4


async def test_asking_for_a_code_is_answered_and_worked_alike(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    for path in ("/account/sign-in", "/account/reset"):
        ask = f"{path}/codes" if path.endswith("in") else path
        pages, rows = [], []
        for email in (AMARA, NOBODY):
            browser = await open_browser()
            answer = await browser.post(ask, email=email)
            page = (await browser.get(f"{path}/code")).text.replace(email, "ADDRESS")
            pages.append((answer.status_code, answer.headers["location"], without_marks(page)))
            row = await db.fetch_one(
                "SELECT purpose, sent, tries, tries_allowed, code_hash, account, details, expires_at - asked_at AS life "
                "FROM account_code WHERE email = $1 ORDER BY id DESC LIMIT 1",
                email,
            )
            rows.append(dict(row or {}))
        assert pages[0] == pages[1]
        assert rows[0] == rows[1]


async def test_an_unknown_address_gets_a_mail_without_a_code_and_any_code_fails(browser: Browser) -> None:
    await browser.post("/account/sign-in/codes", email=NOBODY)
    [mail] = await mails(NOBODY)
    assert mail["subject"][:-6] == "There is no account with this address at Sterile Line"
    assert re.findall(r"\b\d{6}\b", mail["text"]) == []
    answer = await browser.post("/account/sign-in/code", code="000000")
    assert answer.status_code == 422
    assert answer.text.count("You have 4 tries left.") == 2
    assert await db.fetch_value("SELECT code_hash FROM account_code") is None


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: Browser) -> None:
    await account(AMARA)
    answer = await browser.sign_in()
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("session=")]
    name_and_value, *parts = cookie.split("; ")
    assert len(name_and_value.removeprefix("session=")) == 43
    assert {part.lower() for part in parts} == {"httponly", "path=/", "samesite=lax", "max-age=2592000"}


async def test_over_https_cookies_are_bound_to_this_host(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And are still read, and taken away again, under the names that bind them."""
    await account(AMARA, "Amara Okonjo")
    monkeypatch.setenv("BASE_URL", "https://portal.publisher.example")
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-one's-own-with-many-characters")
    current.cache_clear()
    headers = {"Sec-Fetch-Site": "same-origin"}
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    try:
        async with httpx.AsyncClient(transport=transport, base_url=current().base_url, headers=headers) as secure:
            browser = Browser(secure)
            asked = await browser.post("/account/sign-in/codes", email=AMARA)
            entered = await browser.sign_in()
            saved = await browser.post("/account/profile", name="Amara O.", timezone="UTC")
            shown = (await browser.get("/account")).text.count("Saved.")
            left = await browser.post("/account/sign-out")
            names = {cookie.name for cookie in secure.cookies.jar}
    finally:
        monkeypatch.undo()
        current.cache_clear()
    said = [c for answer in (asked, entered, saved, left) for c in answer.headers.get_list("set-cookie")]
    for cookie in said:
        parts = {part.lower() for part in cookie.split("; ")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= parts
        assert ("path=/" in parts) == cookie.startswith("__Host-"), cookie
    assert {cookie.partition("=")[0] for cookie in said} == {
        "__Secure-ticket_sign_in", "__Host-session", "__Secure-device", "__Host-notice"
    }  # fmt: skip
    assert (shown, names) == (1, {"__Secure-ticket_sign_in", "__Secure-device", "__Host-notice"})


async def test_only_the_hash_of_the_session_is_stored(amara: Browser) -> None:
    [row] = await db.fetch("SELECT secret_hash FROM account_session")
    assert row["secret_hash"] == hashed(amara.session or "")
    assert row["secret_hash"] != amara.session


async def test_each_sign_in_makes_a_new_session_and_ends_the_old_one(amara: Browser) -> None:
    first = amara.session
    await amara.sign_in()
    assert amara.session != first
    assert await db.fetch_value("SELECT count(*) FROM account_session WHERE revoked_at IS NULL") == 1


async def test_a_session_planted_before_is_not_taken_over(browser: Browser) -> None:
    await account(AMARA)
    browser.client.cookies.set("session", "planted-by-a-stranger", domain="localhost.local", path="/")
    await browser.sign_in()
    assert (
        await db.fetch_value(
            "SELECT count(*) FROM account_session WHERE secret_hash = $1", hashed("planted-by-a-stranger")
        )
        == 0
    )


async def test_an_old_hash_is_renewed_at_the_next_sign_in(browser: Browser) -> None:
    account_id = await account(AMARA)
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    await db.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, old)
    assert (await browser.sign_in()).status_code == 303
    stored = await db.fetch_value("SELECT password_hash FROM account")
    assert stored != old
    assert not passwords.outdated(stored)
    assert (await browser.sign_in()).status_code == 303


@pytest.mark.parametrize(
    "evil", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\tevil"]
)
async def test_no_way_of_signing_in_redirects_elsewhere(open_browser: OpenBrowser, browser: Browser, evil: str) -> None:
    await account(AMARA)
    page = await browser.get("/account/sign-in", params={"next": evil})
    assert page.text.count("evil") == 0
    answer = await browser.post("/account/sign-in", email=AMARA, password=PASSWORD, next=evil)
    assert answer.headers["location"] == "/account"
    coder = await open_browser()
    await coder.post("/account/sign-in/codes", email=AMARA, next=evil)
    answer = await coder.post("/account/sign-in/code", code=await newest_code(AMARA))
    assert answer.headers["location"] == "/account"


async def test_a_guarded_page_leads_back_after_signing_in(browser: Browser) -> None:
    await account(AMARA)
    turned = await browser.get("/account/sessions")
    assert turned.headers["location"] == "/account/sign-in?next=%2Faccount%2Fsessions"
    page = (await browser.get(turned.headers["location"])).text
    assert re.findall(r'name="next" value="([^"]*)"', page) == ["/account/sessions"]
    answer = await browser.post("/account/sign-in", email=AMARA, password=PASSWORD, next="/account/sessions")
    assert answer.headers["location"] == "/account/sessions"


async def test_the_address_to_lead_back_to_keeps_its_query(browser: Browser) -> None:
    wanted = "/staff/events?q=isolator%20day&state=draft"
    turned = await browser.get(wanted)
    page = html.unescape((await browser.get(turned.headers["location"])).text)
    assert re.findall(r'name="next" value="([^"]*)"', page) == [wanted]
    await account(AMARA)
    answer = await browser.post("/account/sign-in", email=AMARA, password=PASSWORD, next=wanted)
    assert answer.headers["location"] == wanted


async def test_signing_out_is_a_post_and_ends_the_session_at_once(amara: Browser) -> None:
    secret = amara.session or ""
    visit = await amara.get("/account/sign-out")
    assert (visit.status_code, visit.headers["location"]) == (303, "/account")
    assert await amara.name() == "Amara Okonjo"
    answer = await amara.post("/account/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in")
    assert amara.session is None
    amara.client.cookies.set("session", secret, domain="localhost.local", path="/")
    assert await amara.name() is None


async def test_a_form_from_another_site_signs_nobody_in_or_out(amara: Browser) -> None:
    amara.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await amara.post("/account/sign-out")).status_code == 403
    assert (await amara.sign_in()).status_code == 403
    assert await amara.name() == "Amara Okonjo"


async def test_the_menu_is_private_and_speaks_to_the_person(open_browser: OpenBrowser, amara: Browser) -> None:
    fragment = await amara.get("/account/menu", headers={"HX-Request": "true"})
    assert fragment.headers["cache-control"] == "private, no-store"
    assert re.findall(r'(?:href|action)="(/account[^"]*)"', fragment.text) == ["/account", "/account/sign-out"]
    visitor = await (await open_browser()).get("/account/menu", headers={"HX-Request": "true"})
    assert re.findall(r'(?:href|action)="(/account[^"]*)"', visitor.text) == ["/account/sign-in"]


async def test_staff_find_their_pages_in_the_menu(amara: Browser) -> None:
    await db.execute("INSERT INTO staff_member (account, role, since) SELECT id, 'editor', now() FROM account")
    fragment = (await amara.get("/account/menu", headers={"HX-Request": "true"})).text
    assert re.findall(r'<a [^>]*href="([^"]*)"', fragment) == ["/staff", "/account"]


async def test_a_wrong_code_then_the_right_one(browser: Browser) -> None:
    await account(AMARA, "Amara Okonjo")
    await browser.post("/account/sign-in/codes", email=AMARA)
    code = await newest_code(AMARA)
    answer = await browser.post("/account/sign-in/code", code=wrong(code))
    assert answer.status_code == 422
    assert (await browser.post("/account/sign-in/code", code=code)).status_code == 303
