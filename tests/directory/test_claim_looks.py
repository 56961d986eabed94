"""Claiming by a record or a file: when the portal looks, whose text counts, and websites that move meanwhile or later."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import claiming, publishing
from portal.directory.jobs import claims as claim_jobs
from portal.directory.queries import companies as queries
from portal.directory.rules import claims as rules
from portal.directory.rules.claims import Found
from portal.directory.rules.domains import home_of
from tests.directory.claiming import (
    CLAIM,
    LEONIE,
    RIVAL,
    SITE,
    Network,
    by_record,
    company,
    proof,
    start,
    states,
    words,
)
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies

pytestmark = pytest.mark.usefixtures("unclaimed")


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


def test_looks_come_soon_then_rarely_and_end_after_a_week() -> None:
    asked = at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    looks = []
    while (then := rules.next_look(asked_at=asked, now=at)) is not None:
        looks.append(then - at)
        at = then
    assert looks[0] == timedelta(minutes=10)
    assert looks == sorted(looks)
    assert (looks[-1], len(looks)) == (timedelta(hours=6), 51)
    assert asked + timedelta(days=6, hours=12) < at < asked + timedelta(days=7)


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
