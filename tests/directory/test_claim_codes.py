"""Claiming by a code: to which addresses it goes, what it is good for, and for whom."""

import re

import pytest

from portal.core import db
from tests.directory.claiming import (
    CLAIM,
    CODE,
    LEONIE,
    RIVAL,
    Network,
    company,
    faults,
    start,
    states,
)
from tests.directory.conftest import SignIn, account

pytestmark = pytest.mark.usefixtures("unclaimed")


async def test_by_a_code_to_an_address_at_the_company(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in("leonie@private.example")
    asked = await start(leonie, "code", email=LEONIE, organisation_name="Isarwerk Biologics")
    assert (asked.status_code, asked.headers["location"]) == (303, CODE)
    assert "code to claim your company’s profile" in (await net.mails(LEONIE))[-1]["subject"]
    typed = await leonie.post(CODE, data={"code": await net.code(LEONIE)})
    assert (typed.status_code, typed.headers["location"]) == (303, "/companies/isarwerk-biologics/manage")
    now = await company()
    assert (now["verified_by"], now["verified_site"]) == ("code", "isarwerk.example")
    owner = await db.fetch_one(
        "SELECT o.name, a.email, m.role FROM organisation o JOIN membership m ON m.organisation = o.id "
        "JOIN account a ON a.id = m.account WHERE o.id = $1",
        now["organisation"],
    )
    assert tuple(owner or ()) == ("Isarwerk Biologics", "leonie@private.example", "owner")
    assert (await leonie.get("/companies/isarwerk-biologics/manage")).status_code == 303
    [mail] = await net.mails("leonie@private.example")
    assert mail["subject"] == "Isarwerk Biologics GmbH is yours to look after"
    assert await db.fetch_value("SELECT facts->>'way' FROM audit_entry WHERE verb = 'company.claimed'") == "code"


async def test_a_code_is_wrong_late_or_of_somebody_else(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "code", email=LEONIE)
    code = await net.code(LEONIE)
    wrong = await leonie.post(CODE, data={"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert (wrong.status_code, faults(wrong)) == (
        422, {"code": "This is not the code we sent. You have 4 tries left."},
    )  # fmt: skip
    # A code is worth something only in the browser that asked, and only for whom it was asked.
    rival = await sign_in(RIVAL)
    assert (await rival.post(CODE, data={"code": code})).headers["location"] == "/account/organisations"
    rival.cookies.set("ticket_claim", leonie.cookies["ticket_claim"], domain="localhost.local", path="/account")
    assert (await rival.post(CODE, data={"code": code})).status_code == 303
    assert await states() == [(LEONIE, "open")]
    assert (await leonie.post(f"{CODE}/again")).status_code == 429
    await db.execute("UPDATE account_code SET expires_at = now()")
    late = await leonie.post(CODE, data={"code": code})
    assert faults(late) == {"code": "This code has run out. Please ask for a new one."}
    assert (await company())["organisation"] is None


async def test_a_code_works_once_and_for_this_claim_only(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "code", email=LEONIE)
    code = await net.code(LEONIE)
    ticket = leonie.cookies["ticket_claim"]
    # Another claim takes the place of the first; its code is worth nothing then.
    await start(leonie, "dns")
    gone = await leonie.post(CODE, data={"code": code})
    assert (gone.headers["location"], await states()) == (CLAIM, [(LEONIE, "withdrawn"), (LEONIE, "open")])
    await start(leonie, "code", email=LEONIE)
    code = await net.code(LEONIE)
    ticket = leonie.cookies["ticket_claim"]
    assert (await leonie.post(CODE, data={"code": code})).headers["location"].endswith("/manage")
    leonie.cookies.set("ticket_claim", ticket, domain="localhost.local", path="/account")
    assert (await leonie.post(CODE, data={"code": code})).headers["location"] == "/account/organisations"


async def test_a_claim_s_code_does_not_sign_in_nor_a_sign_in_s_code_claim(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "code", email=LEONIE)
    code = await net.code(LEONIE)
    await leonie.post("/account/sign-in/codes", data={"email": LEONIE})
    other = await net.code(LEONIE)
    answer = await leonie.post("/account/sign-in/code", data={"code": code})
    assert answer.status_code == (303 if code == other else 422)
    assert (await leonie.post(CODE, data={"code": other})).status_code == (303 if code == other else 422)


@pytest.mark.parametrize(
    "email",
    [
        "leonie@evil-isarwerk.example", "leonie@isarwerk.example.evil.com", "leonie@gmail.com", "leonie@іsarwerk.example",
        "leonie@example", "isarwerk.example", "", "a@b@isarwerk.example",
    ],
)  # fmt: skip
async def test_no_code_goes_to_another_domain(net: Network, sign_in: SignIn, email: str) -> None:
    leonie = await sign_in(LEONIE)
    answer = await start(leonie, "code", email=email, organisation_name="Kept as typed")
    assert (answer.status_code, list(faults(answer))) == (422, ["email"])
    assert 'value="Kept as typed"' in answer.text
    await net.work()
    assert (await db.fetch_value("SELECT count(*) FROM claim"), await db.fetch_value("SELECT count(*) FROM mail")) == (
        0,
        0,
    )


async def test_every_address_at_the_domain_gets_the_same_answer(net: Network, sign_in: SignIn) -> None:
    """Whether somebody has an account there, or the mailbox exists, is not told."""
    await account("known@isarwerk.example")
    said = []
    for email in ("known@isarwerk.example", "unknown@isarwerk.example"):
        leonie = await sign_in(f"x-{email}")
        answer = await start(leonie, "code", email=email)
        page = await leonie.get(CODE)
        assert len(await net.mails(email)) == 1
        shown = re.sub(r"data-countdown>[^<]*|ends with <strong>\w{3}", "", page.text).replace(email, "")
        said.append((answer.status_code, answer.headers["location"], shown))
    assert said[0] == said[1]
