"""Name, time zone, password and address."""

import re

import pytest

from portal.core import db
from tests.accounts.conftest import AMARA, OFFICE, PASSWORD, Browser, OpenBrowser, account, mails, newest_code, run_jobs

NEW = "a fourth vial on it"
MOVED = "amara@vials.example"


def faults(answer: object) -> list[str]:
    return re.findall(r'id="f-(\w+)-e"', answer.text)  # type: ignore[attr-defined]


async def test_name_and_time_zone_are_saved(amara: Browser) -> None:
    answer = await amara.post("/account/profile", name="  Amara   Okonjo-Reuter ", timezone="new york")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = (await amara.get("/account")).text
    assert re.findall(r'name="(?:name|timezone)" [^>]*value="([^"]*)"', page) == [
        "Amara Okonjo-Reuter",
        "America/New_York",
    ]
    assert page.count("Saved.") == 1
    assert await amara.name() == "Amara Okonjo-Reuter"


async def test_every_zone_can_be_searched(amara: Browser) -> None:
    page = (await amara.get("/account")).text
    offered = re.findall(r'<option value="([^"]*)">', page)
    assert len(offered) > 400
    assert {"Europe/Vienna", "Asia/Kolkata", "UTC"} <= set(offered)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "", "timezone": "UTC"}, "name"),
        ({"name": "x" * 121, "timezone": "UTC"}, "name"),
        ({"name": "Amara", "timezone": "Mars/Olympus"}, "timezone"),
        ({"name": "Amara", "timezone": ""}, "timezone"),
        ({"name": "http://evil.example", "timezone": "UTC"}, "name"),
    ],
)
async def test_bad_profiles_are_told_and_kept(amara: Browser, fields: dict[str, str], fault: str) -> None:
    answer = await amara.post("/account/profile", **fields)
    assert (answer.status_code, faults(answer)) == (422, [fault])
    assert re.findall(r'name="name" [^>]*value="([^"]*)"', answer.text) == [fields["name"]]
    assert await amara.name() == "Amara Okonjo"


async def test_the_password_changes_with_the_current_one(amara: Browser, open_browser: OpenBrowser) -> None:
    office = await open_browser(OFFICE)
    await office.sign_in()
    answer = await amara.post("/account/password", old_password=PASSWORD, new_password=NEW, repeat=NEW)
    assert answer.status_code == 303
    assert (await amara.get("/account")).text.count("You were signed out in 1 other browser.") == 1
    assert (await office.name(), await amara.name()) == (None, "Amara Okonjo")
    assert (await office.sign_in()).status_code == 422
    assert (await office.sign_in(password=NEW)).status_code == 303
    assert [mail["subject"] for mail in await mails(AMARA)] == ["Your password at Sterile Line was changed"]


@pytest.mark.parametrize(
    ("old", "new", "repeat", "fault"),
    [
        ("", NEW, NEW, ["old_password"]),
        ("not the current", NEW, NEW, ["old_password"]),
        (PASSWORD, "short", "short", ["new_password"]),
        (PASSWORD, NEW, "another one", ["repeat"]),
        (PASSWORD, AMARA, AMARA, ["new_password"]),
    ],
)
async def test_bad_changes_of_password(amara: Browser, old: str, new: str, repeat: str, fault: list[str]) -> None:
    answer = await amara.post("/account/password", old_password=old, new_password=new, repeat=repeat)
    assert (answer.status_code, faults(answer)) == (422, fault)
    assert answer.text.count(NEW) == 0
    assert (await amara.sign_in()).status_code == 303


async def test_the_password_changes_with_a_code(amara: Browser) -> None:
    answer = await amara.post("/account/password/codes")
    assert answer.headers["location"] == "/account/password/code"
    code = await newest_code(AMARA)
    assert (await mails(AMARA))[-1]["text"].count("Somebody who is signed in to your account asked for this.") == 1
    refused = await amara.post("/account/password/code", code=code, new_password="short", repeat="short")
    assert (refused.status_code, faults(refused)) == (422, ["new_password"])
    answer = await amara.post("/account/password/code", code=code, new_password=NEW, repeat=NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert (await amara.sign_in(password=NEW)).status_code == 303


async def test_somebody_else_cannot_use_the_code_of_a_change(amara: Browser, open_browser: OpenBrowser) -> None:
    await account("other@brennhof.example", "Other")
    other = await open_browser(OFFICE)
    await other.sign_in("other@brennhof.example")
    await amara.post("/account/password/codes")
    code = await newest_code(AMARA)
    other.client.cookies.set(
        "ticket_password", amara.client.cookies["ticket_password"], domain="localhost.local", path="/account"
    )
    answer = await other.post("/account/password/code", code=code, new_password=NEW, repeat=NEW)
    assert answer.headers["location"] == "/account#password"
    assert (await other.sign_in("other@brennhof.example")).status_code == 303


async def test_an_account_without_a_password_is_offered_a_code(open_browser: OpenBrowser) -> None:
    await account(AMARA, password=None)
    browser = await open_browser()
    await browser.post("/account/sign-in/codes", email=AMARA)
    await browser.post("/account/sign-in/code", code=await newest_code(AMARA))
    page = (await browser.get("/account")).text
    assert (page.count('name="old_password"'), page.count("Your account has no password")) == (0, 1)
    answer = await browser.post("/account/password", old_password="anything at all", new_password=NEW, repeat=NEW)
    assert (answer.status_code, answer.text.count("This account has no password yet.")) == (422, 1)


async def move(browser: Browser, email: str = MOVED, password: str = PASSWORD) -> None:
    answer = await browser.post("/account/address", email=email, password=password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/address/code")


async def test_the_address_changes_with_a_code_to_the_new_one(amara: Browser) -> None:
    await move(amara)
    assert await mails(AMARA) == []
    answer = await amara.post("/account/address/code", code=await newest_code(MOVED))
    assert answer.status_code == 303
    assert (await amara.get("/account")).text.count(f"Your address is {MOVED} from now on.") == 1
    assert (await amara.sign_in(MOVED)).status_code == 303
    assert (await amara.sign_in(AMARA)).status_code == 422


async def test_the_old_address_is_told_and_the_new_one_not_named(amara: Browser) -> None:
    await move(amara)
    await amara.post("/account/address/code", code=await newest_code(MOVED))
    [notice] = await mails(AMARA)
    assert notice["subject"] == "Your account at Sterile Line has a new address"
    assert (notice["text"] + notice["html"]).count(MOVED) == 0


async def test_changing_the_address_needs_the_password(amara: Browser) -> None:
    for password in ("", "not the current"):
        answer = await amara.post("/account/address", email=MOVED, password=password)
        assert (answer.status_code, faults(answer)) == (422, ["password"])
        assert re.findall(r'name="email" type="email" value="([^"]*)"', answer.text) == [MOVED]
    assert await mails(MOVED) == []


async def test_a_taken_address_is_answered_like_a_free_one(amara: Browser, open_browser: OpenBrowser) -> None:
    await account("taken@vials.example", "Taken")
    await move(amara, "taken@vials.example")
    [mail] = await mails("taken@vials.example")
    assert mail["subject"][:-6] == "An account with this address exists at Sterile Line"
    assert re.findall(r"\b\d{6}\b", mail["text"]) == []
    answer = await amara.post("/account/address/code", code="000000")
    assert (answer.status_code, faults(answer)) == (422, ["code"])


async def test_an_address_taken_in_the_meantime_is_refused_cleanly(amara: Browser) -> None:
    await move(amara)
    code = await newest_code(MOVED)
    await account(MOVED, "Faster")
    answer = await amara.post("/account/address/code", code=code)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account#address")
    assert (await amara.get("/account")).text.count("This address belongs to another account.") == 1
    assert await db.fetch_value("SELECT count(*) FROM account WHERE email = $1", AMARA) == 1


async def test_codes_for_the_old_address_die_with_the_change(amara: Browser, open_browser: OpenBrowser) -> None:
    """Whoever reads the old mailbox must not get in by a code asked for before."""
    reader = await open_browser(OFFICE)
    await reader.post("/account/reset", email=AMARA)
    code = await newest_code(AMARA)
    await move(amara)
    await amara.post("/account/address/code", code=await newest_code(MOVED))
    answer = await reader.post("/account/reset/code", code=code)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/reset")


async def test_the_own_address_is_no_new_one(amara: Browser) -> None:
    answer = await amara.post("/account/address", email=AMARA.upper(), password=PASSWORD)
    assert (answer.status_code, faults(answer)) == (422, ["email"])
    await run_jobs()
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0
