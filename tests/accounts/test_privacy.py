"""“Your data”: everything known, who received it, a copy, and erasing (house rule 20)."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from portal import wiring
from portal.accounts import commands
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.organisations import commands as organisations
from portal.accounts.privacy import commands as privacy
from portal.accounts.privacy import queries as privacy_queries
from portal.accounts.tables import CodePurpose, MemberRole, StaffRole
from portal.accounts.values import PersonalData
from portal.core import clock, db
from portal.core.settings import current
from tests.accounts.conftest import AMARA, OFFICE, Browser, OpenBrowser, account, newest_code, run_jobs, wrong
from tests.accounts.test_organisations import actor, organisation, roles

HERE = "/account/privacy/erasure"


async def disclosed(email: str = AMARA, recipient: str = "Tessin Lyo SA") -> None:
    await commands.record_disclosure(
        email=email, recipient=recipient, what="Name and company", purpose="Badge scanned at a booth", now=clock.now()
    )


async def erase(browser: Browser) -> Any:
    await browser.post(f"{HERE}/codes")
    return await browser.post(HERE, code=await newest_code(AMARA))


async def test_the_page_shows_sources_and_recipients(amara: Browser) -> None:
    await disclosed()
    await disclosed("other@brennhof.example", "Somebody Else AG")
    page = (await amara.get("/account/privacy")).text
    heads = re.findall(r'<h2 id="source-\d+">([^<]*)</h2>', page)
    assert heads == [source.name for source in wiring.personal_data(wiring.services(current()))]
    assert page.count("Amara Okonjo</dd>") == 1
    assert (page.count("Tessin Lyo SA"), page.count("Somebody Else AG")) == (1, 0)
    assert page.count("What the law makes us keep") == 1


async def test_the_copy_is_json_with_everything(amara: Browser) -> None:
    await disclosed()
    answer = await amara.get("/account/privacy/data.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "private, no-store"
    assert re.fullmatch(r'attachment; filename="your-data-[\d-]{10}\.json"', answer.headers["content-disposition"])
    content = json.loads(answer.text)
    assert content["about"] == AMARA
    own = content["sources"]["Account"]
    assert [row["record"] for row in own] == ["Account", "Signed-in browser"]
    assert [(row["recipient"], row["purpose"]) for row in content["received_by_others"]] == [
        ("Tessin Lyo SA", "Badge scanned at a booth")
    ]
    assert answer.text.count("argon2") == 0
    assert answer.text.count(amara.session or "-") == 0


async def test_every_kind_of_row_of_accounts_is_shown(amara: Browser, now: datetime) -> None:
    await organisation(AMARA)
    other = await organisation("boss@vials.example", name="Vials AG")
    await organisations.invite(
        actor=await actor("boss@vials.example"),
        organisation_id=other,
        email=AMARA,
        role=MemberRole.LEADS,
        now=clock.now(),
    )
    await commands.grant_role(actor=PORTAL, email=AMARA, role=StaffRole.DOOR, now=now)
    await amara.post("/account/password/codes")
    kinds = {row["record"] for row in await privacy_queries.own(AMARA)}
    assert kinds == {
        "Account", "Signed-in browser", "Code asked for", "Role at the publisher", "Member of an organisation",
        "Invited by an organisation",
    }  # fmt: skip
    assert (await amara.get("/account/privacy")).status_code == 200


async def test_erasing_needs_the_code(amara: Browser) -> None:
    assert (await amara.post(HERE, code="123456")).headers["location"] == "/account/privacy#erase"
    await amara.post(f"{HERE}/codes")
    code = await newest_code(AMARA)
    assert (await amara.post(HERE, code=wrong(code))).status_code == 422
    assert await amara.name() == "Amara Okonjo"
    assert (await amara.get(HERE)).text.count("This cannot be undone") == 1


async def test_a_sign_in_code_does_not_erase(amara: Browser) -> None:
    await amara.post("/account/sign-in/codes", email=AMARA)
    code = await newest_code(AMARA)
    ticket = amara.client.cookies["ticket_sign_in"]
    amara.client.cookies.set("ticket_erasure", ticket, domain="localhost.local", path="/account")
    assert (await amara.post(HERE, code=code)).headers["location"] == "/account/privacy#erase"
    assert await amara.name() == "Amara Okonjo"


async def test_erasing_leaves_no_trace_of_the_person(amara: Browser, open_browser: OpenBrowser) -> None:
    phone = await open_browser(OFFICE)
    await phone.sign_in()
    await disclosed()
    await phone.post("/account/reset", email=AMARA)
    await run_jobs()  # so that the codes come in this order
    answer = await erase(amara)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/erased")
    assert (amara.session, await amara.name(), await phone.name()) == (None, None, None)
    page = (await amara.get("/account/erased")).text
    assert page.count("<h1>Your account is erased</h1>") == 1
    assert page.count("Your account, its sessions, codes, roles and memberships are erased.") == 1
    assert (await phone.sign_in()).status_code == 422
    assert (await phone.get("/account/erased")).headers["location"] == "/account/privacy"
    left = await _tables_naming(AMARA) | await _tables_naming("Amara Okonjo")
    # The mail with the code is on its way still; notifications drop its text and then the mail itself.
    assert left - {"mail"} == set()
    assert await db.fetch_value("SELECT count(*) FROM account_session") == 0


async def _tables_naming(word: str) -> set[str]:
    """Every table with a row that holds the word anywhere."""
    await run_jobs()
    tables = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = set()
    for table in (row["tablename"] for row in tables):
        if await db.fetch_value(f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, $1) > 0', word):
            found.add(table)
    return found


async def test_the_audit_trail_keeps_that_it_happened_without_the_address(amara: Browser) -> None:
    account_id = await db.fetch_value("SELECT id FROM account")
    await erase(amara)
    [row] = await db.fetch("SELECT actor, verb, kind, key, facts FROM audit_entry")
    assert (row["actor"], row["verb"], row["kind"], row["key"]) == (
        f"account {account_id}", "account.erased", "account", str(account_id),
    )  # fmt: skip
    told = json.loads(row["facts"])["sources"]
    assert told["Account"] == "Your account, its sessions, codes, roles and memberships are erased."
    assert row["facts"].count("@") == 0


async def test_the_address_may_sign_up_anew(amara: Browser) -> None:
    await erase(amara)
    await amara.sign_up(name="Amara again")
    assert await amara.name() == "Amara again"
    assert await db.fetch_value("SELECT count(*) FROM account") == 2


async def test_an_organisation_left_by_its_only_owner_gets_another(amara: Browser) -> None:
    shared = await organisation(
        AMARA, ("first@vials.example", MemberRole.LEADS), ("second@vials.example", MemberRole.EDITOR)
    )
    alone = await organisation(AMARA, name="One person")
    await erase(amara)
    assert await roles(shared) == {"first@vials.example": "owner", "second@vials.example": "editor"}
    assert await roles(alone) == {}


async def _proved(sources: list[PersonalData], code_typed: str | None = None) -> Any:
    """Erase by command, with the given sources."""
    from portal.accounts.access.commands import codes
    from portal.accounts.access.values import Browser as AskingBrowser

    somebody: Actor = await actor(AMARA)
    ticket = await codes.ask(
        purpose=CodePurpose.ERASURE,
        email=AMARA,
        browser=AskingBrowser(),
        now=clock.now(),
        account_id=somebody.account_id,
    )
    return await privacy.erase(
        actor=somebody, ticket=ticket, code=code_typed or await newest_code(AMARA), sources=sources, now=clock.now()
    )


async def nothing(email: str) -> list[dict[str, Any]]:
    return []


async def test_every_source_is_erased_from_the_top_down_and_answers(database: str) -> None:
    order: list[str] = []

    def source(name: str) -> PersonalData:
        async def gone(email: str, now: datetime) -> str:
            order.append(name)
            return f"{name}: {email} is gone."

        return PersonalData(name, nothing, gone)

    parts = await _proved([PersonalData("Account", nothing, privacy.erase_own), source("mail"), source("orders")])
    assert order == ["orders", "mail"]
    assert [(part.name, part.told) for part in parts][1:] == [
        ("mail", "mail: the address is gone."), ("orders", "orders: the address is gone."),
    ]  # fmt: skip


async def test_a_source_that_fails_undoes_all_of_it(database: str) -> None:
    async def broken(email: str, now: datetime) -> str:
        raise RuntimeError("no")

    own = PersonalData("Account", nothing, privacy.erase_own)
    with pytest.raises(RuntimeError):
        await _proved([PersonalData("ground", nothing, broken), own])
    row = await db.fetch_one("SELECT email, erased_at FROM account")
    assert row is not None
    assert (row["email"], row["erased_at"]) == (AMARA, None)
    assert await db.fetch_value("SELECT used_at FROM account_code") is None
    assert await db.fetch_value("SELECT count(*) FROM audit_entry") == 0


async def test_values_of_all_kinds_are_shown_as_text(amara: Browser) -> None:
    """Other packages hand in what they have: times, numbers, nothing, yes and no, markup typed by somebody."""
    from portal.web.rendering import render

    rows = [
        {
            "at": clock.now(),
            "paid": True,
            "count": 3,
            "none": None,
            "tags": ["a", "b"],
            "name": "<script>alert(1)</script>",
        }
    ] * 30
    page = render(
        "accounts/privacy.html", actor=await actor(AMARA), here="privacy", path="/account/privacy", error=None, most=25,
        known=[privacy_queries.Known("Test", rows)], received=[],
    )  # fmt: skip
    assert page.count("<script>alert(1)") == 0
    assert (page.count("<dd>Yes</dd>"), page.count("<dd>a, b</dd>"), page.count("<dt>None</dt>")) == (25, 25, 0)
    assert page.count("And 5 more; all are in the download.") == 1


async def test_a_disclosure_is_stored_as_told(database: str, now: datetime) -> None:
    await account(AMARA)
    await commands.record_disclosure(email=AMARA.upper(), recipient="R" * 400, what="w", purpose="p", now=now)
    [row] = await privacy_queries.disclosures(AMARA)
    assert row == {"recipient": "R" * 200, "what": "w", "purpose": "p", "at": now}
