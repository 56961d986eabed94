"""Claiming a company over HTTP: by code, by record, by file; who comes second; what is refused."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import claim_limits, claiming, publishing
from portal.directory.jobs import claims as claim_jobs
from portal.directory.queries import companies as queries
from portal.directory.rules.claims import Found
from portal.directory.rules.domains import home_of
from tests.directory.claiming import (
    CLAIM,
    CODE,
    LEONIE,
    RIVAL,
    SITE,
    Network,
    by_record,
    company,
    faults,
    network,
    proof,
    start,
    states,
    words,
)  # fmt: skip
from tests.directory.conftest import SignIn, account, organisation
from tests.factories import companies


@pytest.fixture
async def net(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[Network]:
    """A company without an owner, and the network its website is in."""
    await companies.make(website=SITE)
    async with network(app) as made:
        yield made


async def test_visitors_sign_in_first_and_come_back(net: Network, client: httpx.AsyncClient) -> None:
    answer = await client.get(CLAIM)
    assert (answer.status_code, "Sign in to claim Isarwerk Biologics GmbH" in answer.text) == (200, True)
    assert 'href="/account/sign-in?next=/companies/isarwerk-biologics/claim"' in answer.text
    for path in ("", "/look", "/document", "/withdrawal", "/joining"):
        assert (await client.post(CLAIM + path)).headers["location"].startswith("/account/sign-in")
    for path in ("", "/again"):
        assert (await client.post(CODE + path)).headers["location"].startswith("/account/sign-in")


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


@pytest.mark.parametrize(
    "site", ["", "https://www.facebook.com/isarwerk", "https://gmail.com", "http://10.0.0.1/", "https://co.uk"]
)
async def test_without_a_domain_only_a_document_will_do(client: httpx.AsyncClient, sign_in: SignIn, site: str) -> None:
    await companies.make(**({"website": site} if "." in site else {}))
    leonie = await sign_in(LEONIE)
    page = await leonie.get(CLAIM)
    assert re.findall(r'name="way" value="(\w+)"', page.text) == ["document"]
    for way in ("code", "dns", "file"):
        answer = await start(leonie, way, email="a@facebook.com")
        assert (answer.status_code, list(faults(answer))) == (422, ["way"])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "way"),
        ({"way": "magic"}, "way"),
        ({"way": "dns", "organisation": "77"}, "organisation"),
        ({"way": "dns", "organisation": "x"}, "organisation"),
        ({"way": "dns", "organisation_name": "Buy at www.evil.example/now"}, "organisation_name"),
        ({"way": "dns", "organisation_name": "x" * 200}, "organisation_name"),
        ({"way": "code", "email": "x" * 300 + "@isarwerk.example"}, "email"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    net: Network, sign_in: SignIn, fields: dict[str, str], field: str
) -> None:
    leonie = await sign_in(LEONIE)
    answer = await leonie.post(CLAIM, data=fields)
    assert (answer.status_code, list(faults(answer))) == (422, [field])


async def test_by_a_record(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE, await organisation(LEONIE, "Isarwerk Holding"), MemberRole.OWNER)
    own = await db.fetch_value("SELECT id FROM organisation")
    assert (await start(leonie, "dns", organisation=str(own))).status_code == 303
    text = await proof(leonie)
    assert re.fullmatch(r"tradefloor-claim=[\w-]{32}", text)
    assert "Nothing yet. We look by ourselves from" in words(await leonie.get(CLAIM))
    await leonie.post(f"{CLAIM}/look")
    looking = await leonie.get(CLAIM)
    assert ("We are looking." in words(looking), looking.text.count('hx-trigger="every 2s"')) == (True, 1)
    await net.work()
    page = await leonie.get(CLAIM, headers={"HX-Request": "true"})
    assert page.text.startswith('<section id="look"')
    assert "There is no record _tradefloor.isarwerk.example, and isarwerk.example has no TXT record." in page.text
    net.names.records["_tradefloor.isarwerk.example"] = {"TXT": [text]}
    await leonie.post(f"{CLAIM}/look")
    await net.work()
    now = await company()
    assert (now["organisation"], now["verified_by"], now["verified_site"]) == (own, "dns", "isarwerk.example")
    assert await db.fetch_value("SELECT token FROM claim") == ""
    assert "Your organisation owns this profile." in words(await leonie.get(CLAIM))


async def test_by_a_file(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "file")
    net.site.put("www.isarwerk.example", await proof(leonie))
    await leonie.post(f"{CLAIM}/look")
    await net.work()
    assert await states() == [(LEONIE, "accepted")]
    now = await company()
    assert (now["verified_by"], now["verified_site"]) == ("file", "isarwerk.example")


async def test_the_portal_looks_by_itself_for_a_week(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "dns")
    text = await proof(leonie)

    async def later(by: timedelta) -> None:
        await db.execute("UPDATE claim SET asked_at = asked_at - $1::interval, check_at = check_at - $1::interval", by)
        await claim_jobs.look_again()
        await net.work()

    await claim_jobs.look_again()
    await net.work()
    assert net.names.asked == []
    await later(timedelta(minutes=11))
    assert len(net.names.asked) == 2
    await claim_jobs.look_again()
    await net.work()
    assert len(net.names.asked) == 2
    await later(timedelta(days=7))
    assert await db.fetch_value("SELECT check_at FROM claim") is None
    assert "We no longer look by ourselves" in words(await leonie.get(CLAIM))
    # The button still works, until a month is over.
    net.names.records["isarwerk.example"]["TXT"] = [text]
    await db.execute("UPDATE claim SET asked_at = asked_at - interval '24 days'")
    assert (await leonie.post(f"{CLAIM}/look")).status_code == 404
    await claim_jobs.lapse()
    assert await states() == [(LEONIE, "withdrawn")]
    assert "It was not proved within 30 days." in words(await leonie.get(CLAIM))


async def test_a_text_is_worth_nothing_for_another_s_claim_nor_after_its_own(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    await start(leonie, "dns")
    await start(rival, "dns")
    first = await proof(leonie)
    net.names.records["isarwerk.example"]["TXT"] = [first]
    await rival.post(f"{CLAIM}/look")
    await net.work()
    assert await states() == [(LEONIE, "open"), (RIVAL, "open")]
    # A new claim has a text of its own: what was put up for a withdrawn one does nothing.
    await leonie.post(f"{CLAIM}/withdrawal")
    await start(leonie, "dns")
    assert await proof(leonie) != first
    await leonie.post(f"{CLAIM}/look")
    await net.work()
    assert (await states())[-1] == (LEONIE, "open")
    assert (await company())["organisation"] is None


async def test_a_website_that_moves_meanwhile_ends_the_claim(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "dns")
    net.names.records["isarwerk.example"]["TXT"] = [await proof(leonie)]
    moved = await companies.profile(website="https://isarwerk-new.example")
    await publishing.publish(actor=PORTAL, company_id=(await company())["id"], profile=moved, now=clock.now())
    await leonie.post(f"{CLAIM}/look")
    await net.work()
    assert await states() == [(LEONIE, "withdrawn")]
    assert "The company’s website is at another address by now." in words(await leonie.get(CLAIM))


async def test_a_website_that_moves_while_it_is_looked_at_ends_the_claim(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "dns")
    seen, claim = home_of(SITE), await db.fetch_value("SELECT id FROM claim")
    assert seen is not None
    await db.execute("UPDATE company SET website = 'https://elsewhere.example', domain = 'elsewhere.example'")
    await claiming.note_look(claim_id=claim, home=seen, found=Found(holds=True, words="It is there."), now=clock.now())
    assert (await states(), (await company())["organisation"]) == ([(LEONIE, "withdrawn")], None)


async def test_who_is_second_waits_for_staff_and_reads_why(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    await start(rival, "dns")
    await by_record(leonie, net)
    [taken] = await net.mails(RIVAL)
    assert taken["subject"] == "Somebody else has claimed Isarwerk Biologics GmbH"
    net.names.records["isarwerk.example"]["TXT"] = [await proof(rival)]
    await rival.post(f"{CLAIM}/look")
    await net.work()
    assert await states() == [(RIVAL, "proved"), (LEONIE, "accepted")]
    said = words(await rival.get(CLAIM))
    assert "Somebody else was there before you: the company already has an owner." in said
    assert "Somebody claims Isarwerk Biologics GmbH" in [mail["subject"] for mail in await net.mails(LEONIE)]
    again = await start(rival, "dns")
    assert (again.status_code, "with our staff already" in again.text) == (409, True)


async def test_two_who_prove_at_the_same_moment_leave_one_owner(net: Network, sign_in: SignIn) -> None:
    browsers = {email: await sign_in(email) for email in (LEONIE, "jan@isarwerk.example", "ute@isarwerk.example")}
    for email, browser in browsers.items():
        await start(browser, "code", email=email)
    codes = {email: await net.code(email) for email in browsers}
    answers = await asyncio.gather(*(one.post(CODE, data={"code": codes[email]}) for email, one in browsers.items()))
    where = sorted(answer.headers["location"].rpartition("/")[2] for answer in answers)
    assert where == ["claim", "claim", "manage"]
    assert sorted(state for _, state in await states()) == ["accepted", "proved", "proved"]
    assert await db.fetch_value("SELECT count(*) FROM organisation") == 1
    second = next(email for email, state in await states() if state == "proved")
    assert "Somebody else was there before you" in words(await browsers[second].get(CLAIM))


async def test_a_record_and_a_code_at_the_same_moment_leave_one_owner(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    await start(leonie, "code", email=LEONIE)
    code = await net.code(LEONIE)
    await start(rival, "dns")
    net.names.records["isarwerk.example"]["TXT"] = [await proof(rival)]
    await rival.post(f"{CLAIM}/look")
    await asyncio.gather(leonie.post(CODE, data={"code": code}), net.work())
    assert sorted(state for _, state in await states()) == ["accepted", "proved"]


async def test_a_website_elsewhere_ends_what_was_proved(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await by_record(leonie, net)
    known = await company()

    async def move(site: str) -> None:
        profile = await companies.profile(website=site)
        await publishing.publish(actor=PORTAL, company_id=known["id"], profile=profile, now=clock.now())

    await move("https://shop.isarwerk.example/en")
    assert (await company())["verified_by"] == "dns"
    await move("https://isarwerk.example.evil.com")
    seen = await queries.by_slug("isarwerk-biologics")
    assert seen is not None
    assert (seen.verified_by, seen.verified_at, seen.organisation_id) == (None, None, known["organisation"])
    await claim_jobs.lapse()
    await claim_jobs.lapse()
    told = [mail["subject"] for mail in await net.mails(LEONIE)]
    assert told.count("Please verify Isarwerk Biologics GmbH again") == 1
    assert "Not verified" in words(await leonie.get(CLAIM))
    await move(SITE)
    assert (await company())["verified_by"] is None
    await start(leonie, "dns")
    net.names.records["isarwerk.example"]["TXT"] = [await proof(leonie)]
    await leonie.post(f"{CLAIM}/look")
    await net.work()
    now = await company()
    assert (now["verified_by"], now["organisation"], now["claimed_at"]) == (
        "dns", known["organisation"], known["claimed_at"],
    )  # fmt: skip


async def test_an_owner_nobody_is_left_of_is_none(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    empty = await db.fetch_value(
        "INSERT INTO organisation (slug, name, created_at) VALUES ('x', 'X', now()) RETURNING id"
    )
    await db.execute("UPDATE company SET organisation = $1", empty)
    await by_record(leonie, net)
    assert await states() == [(LEONIE, "accepted")]
    assert (await company())["organisation"] != empty


async def test_how_often_claims_are_made_is_limited(
    net: Network, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    leonie = await sign_in(LEONIE)
    monkeypatch.setattr(claim_limits, "ACCOUNT", claim_limits.Limit("claims-account", 2, timedelta(days=1)))
    monkeypatch.setattr(claim_limits, "LOOKS", claim_limits.Limit("claim-looks", 1, timedelta(hours=1)))
    assert [(await start(leonie, "dns")).status_code for _ in range(3)] == [303, 303, 429]
    answers = [await leonie.post(f"{CLAIM}/look") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 429]
    assert "Too many tries." in words(answers[1])
    assert int(answers[1].headers["retry-after"]) > 3000
    monkeypatch.setattr(claim_limits, "CODES_OF_COMPANY", claim_limits.Limit("claim-codes", 1, timedelta(hours=1)))
    said = []
    for name in ("jan", "ute"):
        other = await sign_in(f"{name}@isarwerk.example")
        said.append((await start(other, "code", email=f"{name}@isarwerk.example")).status_code)
    assert said == [303, 429]


async def test_hidden_drafted_and_unknown_companies_cannot_be_claimed(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    for state in ("hidden", "draft"):
        await db.execute("UPDATE company SET state = $1", state)
        assert (await leonie.get(CLAIM)).status_code == 404
        assert (await start(leonie, "dns")).status_code == 404
    assert (await leonie.get("/companies/nobody/claim")).status_code == 404
    await db.execute("UPDATE company SET state = 'closed'")
    assert (await leonie.get(CLAIM)).status_code == 200
