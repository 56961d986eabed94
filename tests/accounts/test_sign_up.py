"""Making an account: the typed code, the same answer for known addresses, nothing prepared for others."""

import re

import pytest

from portal.core import db
from tests.accounts.conftest import (
    AMARA,
    IPHONE,
    PASSWORD,
    Browser,
    OpenBrowser,
    account,
    mails,
    newest_code,
    without_marks,
)


async def test_a_newcomer_signs_up_with_a_typed_code(browser: Browser) -> None:
    answer = await browser.sign_up()
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await browser.name() == "Amara Okonjo"
    row = await db.fetch_one("SELECT email, name, timezone, verified_at IS NOT NULL AS verified FROM account")
    assert dict(row or {}) == {
        "email": AMARA, "name": "Amara Okonjo", "timezone": "Europe/Berlin", "verified": True,
    }  # fmt: skip


async def test_no_account_exists_before_the_code_is_typed(browser: Browser) -> None:
    await browser.post("/account/sign-up", email=AMARA, name="Amara", password=PASSWORD)
    assert await db.fetch_value("SELECT count(*) FROM account") == 0
    assert (await browser.sign_in()).status_code == 422


async def test_the_password_chosen_signs_in_afterwards(browser: Browser, open_browser: OpenBrowser) -> None:
    await browser.sign_up()
    other = await open_browser()
    assert (await other.sign_in()).status_code == 303


async def test_what_was_typed_is_not_kept_once_the_account_is_made(browser: Browser) -> None:
    await browser.sign_up()
    assert await db.fetch_value("SELECT details FROM account_code") == "{}"


async def test_a_known_address_gets_the_same_answer_and_page(open_browser: OpenBrowser) -> None:
    await account(AMARA, "Amara Okonjo")
    pages: list[tuple[int, str, str]] = []
    for email in (AMARA, "nobody@brennhof.example"):
        browser = await open_browser()
        answer = await browser.post("/account/sign-up", email=email, name="Somebody", password="another long one")
        page = (await browser.get("/account/sign-up/code")).text.replace(email, "ADDRESS")
        pages.append((answer.status_code, answer.headers["location"], without_marks(page)))
    assert pages[0] == pages[1]


async def test_a_known_address_is_told_by_mail_and_gets_a_sign_in_code(browser: Browser) -> None:
    await account(AMARA, "Amara Okonjo")
    answer = await browser.sign_up(name="Somebody Else", password="another long one")
    assert (answer.status_code, await browser.name()) == (303, "Amara Okonjo")
    mail = (await mails(AMARA))[-1]
    assert mail["subject"][:-6] == "Your sign-in code for Sterile Line"
    assert mail["text"].count("There is an account with this address already") == 1
    page = (await browser.get("/account")).text
    assert page.count("There was an account with this address already.") == 1


async def test_signing_up_again_does_not_change_the_password(browser: Browser, open_browser: OpenBrowser) -> None:
    await account(AMARA)
    await browser.sign_up(password="another long one")
    other = await open_browser()
    assert (await other.sign_in(password="another long one")).status_code == 422
    assert (await other.sign_in()).status_code == 303


async def test_a_stranger_cannot_prepare_an_account_for_somebody_else(open_browser: OpenBrowser) -> None:
    """The stranger chose a password for Amara's address; Amara then signs up herself."""
    stranger, amara = await open_browser("192.0.2.66"), await open_browser()
    await stranger.post("/account/sign-up", email=AMARA, name="Stranger", password="the stranger's one")
    await amara.sign_up()
    assert (await stranger.sign_in(password="the stranger's one")).status_code == 422
    assert await amara.name() == "Amara Okonjo"


async def test_no_name_typed_by_a_stranger_reaches_the_mail(browser: Browser) -> None:
    await browser.post("/account/sign-up", email=AMARA, name="Buy cheap vials now", password=PASSWORD)
    [mail] = await mails(AMARA)
    assert (mail["text"] + mail["html"] + mail["subject"]).count("cheap vials") == 0


async def test_the_mail_says_who_when_which_browser_and_has_no_link_that_acts(open_browser: OpenBrowser) -> None:
    browser = await open_browser(agent=IPHONE)
    await browser.post("/account/sign-up", email=AMARA, name="Amara", password=PASSWORD)
    [mail] = await mails(AMARA)
    code = re.findall(r"\b\d{6}\b", mail["text"])
    assert len(code) == 1
    assert mail["subject"][:-6] == "Your code to confirm this address for Sterile Line"
    assert re.findall(r"^(Asked for|With|Address) +(.*)$", mail["text"], re.MULTILINE)[1:] == [
        ("With", "Safari on iPhone"),
        ("Address", AMARA),
    ]
    assert re.search(r"Asked for \w{3} \d+ \w+ \d{4}, \d\d:\d\d [A-Z+:0-9]+\n", mail["text"]) is not None
    assert mail["text"].count("That was not you?") == 1
    addresses = set(re.findall(r'(?:href="|https?://)([^"\s<]*)', mail["text"] + mail["html"]))
    assert {address for address in addresses if "account" in address or "code" in address} == set()
    assert mail["topic"] == "codes"


async def test_signed_in_people_are_sent_on(amara: Browser) -> None:
    for path in ("/account/sign-up", "/account/sign-in"):
        answer = await amara.get(path, params={"next": "/events"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/events")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": AMARA, "name": "", "password": PASSWORD}, "name"),
        ({"email": "amara", "name": "A", "password": PASSWORD}, "email"),
        ({"email": AMARA, "name": "A", "password": "short"}, "password"),
        ({"email": AMARA, "name": "A", "password": AMARA}, "password"),
        ({"email": AMARA, "name": "A", "password": "qwertyuiop"}, "password"),
        ({"email": AMARA, "name": "see https://evil.example", "password": PASSWORD}, "name"),
    ],
)
async def test_bad_input_is_told_beside_the_field_and_kept(
    browser: Browser, fields: dict[str, str], field: str
) -> None:
    answer = await browser.post("/account/sign-up", **fields)
    assert answer.status_code == 422
    assert re.findall(r'id="f-(\w+)-e"', answer.text) == [field]
    assert answer.text.count(f'value="{fields["email"]}"') == 1
    assert answer.text.count(PASSWORD) == 0
    assert await db.fetch_value("SELECT count(*) FROM account_code") == 0


async def test_the_page_leads_where_the_visitor_wanted_to_go(browser: Browser) -> None:
    await browser.post("/account/sign-up", email=AMARA, name="Amara", password=PASSWORD, next="/events?page=2")
    answer = await browser.post("/account/sign-up/code", code=await newest_code(AMARA))
    assert answer.headers["location"] == "/events?page=2"


async def test_fields_are_named_for_password_managers(browser: Browser) -> None:
    page = (await browser.get("/account/sign-up")).text
    assert re.findall(r'name="(\w+)"[^>]*autocomplete="([\w-]+)"', page) == [
        ("name", "name"), ("email", "username"), ("password", "new-password"),
    ]  # fmt: skip
    await browser.post("/account/sign-up", email=AMARA, name="Amara", password=PASSWORD)
    page = (await browser.get("/account/sign-up/code")).text
    assert re.findall(r'name="code"[^>]*autocomplete="one-time-code"[^>]*inputmode="numeric"', page) != []
    assert re.findall(r"<input[^>]*(?:maxlength|onpaste)", page) == []
