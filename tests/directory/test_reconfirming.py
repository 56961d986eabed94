"""Ageing facts are asked about once a quarter, and confirmed on one page that a typed code opens; a link confirms nothing."""

import re
from datetime import UTC, date, datetime, timedelta

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts import queries
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db, times
from portal.core.tokens import signature
from portal.directory.commands import publishing, reconfirming
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.jobs import upkeep
from portal.directory.rules.freshness import quarter
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import ProfileFact
from tests.accounts.conftest import mails, newest_code, run_jobs
from tests.conftest import browser
from tests.directory.conftest import SignIn, account, join, organisation
from tests.directory.forms import Editor, open_form, published, words
from tests.factories import companies

HERE = "/companies/isarwerk-biologics/reconfirm"
ANNA = "anna@isarwerk.example"
FACTS = (
    ("category:Contract manufacturer", None), ("capability:Lyophilisation", 100), ("capability:Vial filling", 400),
    ("route:Oral", 80),
)  # fmt: skip
TODAY = times.today(clock.now())


@pytest.fixture
async def owned(database: str) -> int:
    made = await organisation()
    await companies.make(owner=made, facts=FACTS)
    await join(made, await account(ANNA, "Anna"), MemberRole.EDITOR)
    await join(made, await account("leads@isarwerk.example"), MemberRole.LEADS)
    return made


async def ask_for_code(visitor: httpx.AsyncClient, email: str = ANNA) -> httpx.Response:
    return await visitor.post(f"{HERE}/codes", data={"email": email})


async def opened(visitor: httpx.AsyncClient) -> dict[str, str]:
    """The list of facts, opened with a code."""
    answer = await ask_for_code(visitor)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/reconfirmation")
    answer = await visitor.post("/account/reconfirmation", data={"code": await newest_code(ANNA)})
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    return open_form((await visitor.get(HERE)).text, "reconfirm")


async def fact(key: str) -> ProfileFact | None:
    return next((f for f in (await published()).facts if f.id == key), None)


async def test_one_page_after_a_code_without_a_password(client: httpx.AsyncClient, owned: int) -> None:
    page = await client.get(HERE)
    assert "Lyophilisation" not in words(page.text)
    form = await opened(client)
    shown = words((await client.get(HERE)).text)
    assert "Lyophilisation" in shown
    assert "Oral" not in shown
    assert "Contract manufacturer" not in shown.partition("Are these facts")[2]
    sent = {**form, "holds.f1": "changed", "value.f1": "20 m²", "holds.f2": "gone"}
    answer = await client.post(HERE, data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    changed = await fact("f1")
    assert changed is not None
    assert (changed.value, changed.confirmed_on, changed.source) == ("20 m²", TODAY, FactSource.COMPANY)
    assert await fact("f2") is None
    untouched = await fact("f3")
    assert untouched is not None
    assert untouched.confirmed_on == TODAY - timedelta(80)
    row = await db.fetch_one(
        "SELECT r.number, r.note, a.email FROM company_revision r JOIN account a ON a.id = r.author ORDER BY r.id DESC"
    )
    assert row is not None
    assert tuple(row) == (2, "Facts confirmed", ANNA)
    page = words((await client.get(HERE)).text)
    assert "Your answers are public, as revision 2." in page
    assert "Nothing is ageing" in page
    assert client.cookies.get("session") is None


async def test_no_link_and_no_get_confirms_anything(client: httpx.AsyncClient, owned: int) -> None:
    """What a mail scanner does: it fetches every link, and sends every form it finds."""
    assert await reconfirming.ask_companies(now=clock.now()) == 1
    [mail] = await mails(ANNA)
    links = re.findall(r"https?://[^\s\"<>]+", mail["text"] + mail["html"])
    assert any(link.endswith(HERE) for link in links)
    before = await published()
    for link in links:
        page = await client.get(re.sub(r"https?://[^/]+", "", link) or "/")
        assert page.status_code in (200, 303)
    await client.post(HERE, data={"holds.f1": "true", "seen.f1": "x"})
    assert await published() == before
    assert (await client.post("/account/reconfirmation", data={"code": "123456"})).status_code == 303


async def test_asked_once_a_quarter_and_only_owners_and_editors(database: str, owned: int) -> None:
    await companies.make("Fresh AG", owner=await organisation("f@fresh.example", "Fresh"), facts=FACTS[3:])
    await companies.make("Nobody’s AG", facts=FACTS)
    await upkeep.ask_companies()
    await upkeep.ask_companies()
    await run_jobs()
    rows = await db.fetch("SELECT recipient, subject FROM mail ORDER BY recipient")
    assert [row["recipient"] for row in rows] == [ANNA, "owner@isarwerk.example"]
    assert rows[0]["subject"] == "Is this still true of Isarwerk Biologics GmbH?"
    assert await db.fetch_value("SELECT facts FROM reconfirmation") == 2
    later = clock.now() + timedelta(days=93)
    assert await reconfirming.ask_companies(now=later) == 2


def test_quarters() -> None:
    assert [quarter(date(2026, month, 17)) for month in (1, 3, 4, 12)] == [
        date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 10, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("email", ["leads@isarwerk.example", "stranger@example.org", "boss@halden.example"])
async def test_a_right_code_of_the_wrong_person_opens_nothing(
    client: httpx.AsyncClient, owned: int, email: str
) -> None:
    await account("stranger@example.org")
    await companies.make("Halden AS", owner=await organisation("boss@halden.example", "Halden"))
    await ask_for_code(client, email)
    answer = await client.post("/account/reconfirmation", data={"code": await newest_code(email)})
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    page = words((await client.get(HERE)).text)
    assert "This address belongs to nobody who may edit the profile." in page
    assert "Lyophilisation" not in page
    assert (await client.post(HERE, data={"holds.f1": "gone"})).status_code == 409
    assert await fact("f1") is not None


async def test_unknown_addresses_are_answered_alike(client: httpx.AsyncClient, app: Litestar, owned: int) -> None:
    pages = []
    for email in (ANNA, "nobody@isarwerk.example"):
        async with browser(app) as visitor:
            answer = await ask_for_code(visitor, email)
            page = (await visitor.get(answer.headers["location"])).text
            pages.append(re.sub(r"data-countdown>[^<]*|ends with <strong>\w{3}", "", page).replace(email, "-"))
    assert pages[0] == pages[1]
    [mail] = await mails("nobody@isarwerk.example")
    assert not re.search(r"\b\d{6}\b", mail["text"])
    assert (await client.post(f"{HERE}/codes", data={"email": "no address"})).status_code == 422


async def test_the_page_closes_and_keeps_what_was_answered(client: httpx.AsyncClient, owned: int) -> None:
    form = await opened(client)
    value = client.cookies["reconfirm"]
    company, member, until, _ = value.split(".")
    over = f"{company}.{member}.{int(clock.now().timestamp()) - 1}"
    elsewhere = f"{int(company) + 1}.{member}.{until}"
    forged = [
        *(f"{packed}.{signature('reconfirm', packed)}" for packed in (over, elsewhere)),
        f"{company}.{member}.{int(until) + 99}.{value.rpartition('.')[2]}", "x", "1.2.3.4", "...", f"{value}x", "",
    ]  # fmt: skip
    client.cookies.clear()
    assert "Lyophilisation" in (await client.get(HERE, headers={"Cookie": f"reconfirm={value}"})).text
    for wrong in forged:
        answer = await client.post(
            HERE, data={**form, "holds.f1": "changed", "value.f1": "Kept 1"}, headers={"Cookie": f"reconfirm={wrong}"}
        )
        assert answer.status_code == 409, wrong
        again = open_form(answer.text, "reconfirm")
        assert (again["holds.f1"], again["value.f1"]) == ("changed", "Kept 1")
    await db.execute("DELETE FROM membership WHERE role = 'editor'")
    last = await client.post(HERE, data={**form, "holds.f1": "gone"}, headers={"Cookie": f"reconfirm={value}"})
    assert last.status_code == 409
    assert await db.fetch_value("SELECT max(number) FROM company_revision") == 1


async def test_a_fact_that_was_changed_meanwhile_is_looked_at_again(client: httpx.AsyncClient, owned: int) -> None:
    form = await opened(client)
    profile = await published()
    changed = tuple(msgspec.structs.replace(f, value="New") if f.id == "f1" else f for f in profile.facts)
    company = await db.fetch_value("SELECT id FROM company")
    await publishing.publish(
        actor=PORTAL, company_id=company, profile=msgspec.structs.replace(profile, facts=changed), now=clock.now()
    )
    answer = await client.post(HERE, data={**form, "holds.f1": "gone", "holds.f2": "true"})
    assert answer.status_code == 422
    assert "Somebody changed this fact meanwhile." in words(answer.text)
    again = open_form(answer.text, "reconfirm")
    assert (again["holds.f1"], again["holds.f2"]) == ("gone", "true")
    assert (await client.post(HERE, data=again)).status_code == 303
    assert await fact("f1") is None
    assert (await client.post(HERE, data={"holds.x": "true", "holds.": "true", "holds.f3": "maybe"})).status_code in (
        303,
        422,
    )
    assert (await client.post(HERE, data={})).status_code == 422


async def test_a_draft_is_merged_with_what_was_confirmed(
    client: httpx.AsyncClient, owned: int, sign_in: SignIn
) -> None:
    person = await sign_in(ANNA)
    editor = Editor(person, "/companies/isarwerk-biologics/manage/profile")
    form = await editor.form("capabilities/items/f1")
    await editor.save("capabilities/items/f1", {**form, "value": "In the draft"})
    seen = open_form((await person.get(HERE)).text, "reconfirm")["seen.f2"]
    await reconfirming.reconfirm(
        actor=await _anna(), company_id=await db.fetch_value("SELECT id FROM company"), now=clock.now(),
        answers={"f2": reconfirming.Answer(reconfirming.Holds.TRUE, seen)},
    )  # fmt: skip
    assert (await editor.publish()).status_code == 303
    first, second = await fact("f1"), await fact("f2")
    assert first is not None
    assert second is not None
    assert (first.value, second.confirmed_on) == ("In the draft", TODAY)


async def _anna() -> Actor:
    known = await queries.account_by_email(ANNA)
    assert known is not None
    found = await queries.member(known.id)
    assert found is not None
    return found


async def test_staff_see_who_is_late(client: httpx.AsyncClient, owned: int, sign_in: SignIn) -> None:
    await reconfirming.ask_companies(now=datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC))
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    at = "/staff/companies/reconfirmations"
    page = words((await staff.get(at)).text)
    assert "Isarwerk Biologics GmbH" in page
    assert "2 facts" in page
    assert (await (await sign_in("door@sterileline.example", staff=StaffRole.DOOR)).get(at)).status_code == 403
    form = await opened(client)
    await client.post(HERE, data={**form, "holds.f1": "true"})
    assert "Nobody is late" in words((await staff.get(at)).text)


async def answered(client: httpx.AsyncClient, **facts: ProfileFact) -> dict[str, str]:
    """The opened list where the profile has these facts of the company and no others."""
    profile = await published()
    mine = tuple(msgspec.structs.replace(one, source=FactSource.COMPANY) for one in facts.values())
    company = await db.fetch_value("SELECT id FROM company")
    await publishing.publish(
        actor=PORTAL, company_id=company, profile=msgspec.structs.replace(profile, facts=mine), now=clock.now()
    )
    return await opened(client)


async def test_changed_needs_to_say_what_it_is_now(client: httpx.AsyncClient, owned: int) -> None:
    answer = await client.post(HERE, data={**await opened(client), "holds.f1": "changed"})
    assert answer.status_code == 422
    assert "Please say what it is now, or choose “Still true”." in words(answer.text)
    assert open_form(answer.text, "reconfirm")["holds.f1"] == "changed"
    unchanged = await fact("f1")
    assert unchanged is not None
    assert unchanged.confirmed_on == TODAY - timedelta(100)


async def test_an_ended_certificate_is_renewed_or_gone_but_not_still_true(
    client: httpx.AsyncClient, owned: int
) -> None:
    await add_terms([NewTerm(kind=TermKind.CERTIFICATE, name="ISO 13485")])
    ended = ProfileFact(
        id="c1", term="certificate:iso-13485", issuer="TÜV Isar", reference="71", confirmed_on=TODAY - timedelta(200),
        expires_on=TODAY - timedelta(10),
    )  # fmt: skip
    form = await answered(client, c1=ended)
    assert (form["reference.c1"], form["expires_on.c1"]) == ("71", ended.expires_on.isoformat())  # type: ignore[union-attr]
    still = await client.post(HERE, data={**form, "holds.c1": "true"})
    assert (still.status_code, "If it was renewed, choose “Changed”" in still.text) == (422, True)
    wrong = await client.post(HERE, data={**form, "holds.c1": "changed", "expires_on.c1": "soon"})
    assert wrong.status_code == 422
    assert re.search(r'aria-invalid="true" aria-describedby="f-expires_on.c1-e"', wrong.text)
    until = TODAY + timedelta(700)
    sent = {**form, "holds.c1": "changed", "expires_on.c1": until.isoformat(), "reference.c1": "72"}
    assert (await client.post(HERE, data=sent)).status_code == 303
    renewed = await fact("c1")
    assert renewed is not None
    assert (renewed.reference, renewed.expires_on, renewed.confirmed_on, renewed.issuer) == (
        "72",
        until,
        TODAY,
        "TÜV Isar",
    )


async def test_the_number_of_a_figure_changes_with_its_words(client: httpx.AsyncClient, owned: int) -> None:
    await add_terms([NewTerm(kind=TermKind.FIGURE, name="Lead time")])
    lead = ProfileFact(
        id="g1", term="figure:lead-time", value="17 weeks", number=17, confirmed_on=TODAY - timedelta(200)
    )
    form = await answered(client, g1=lead)
    assert form["number.g1"] == "17"
    wrong = await client.post(HERE, data={**form, "holds.g1": "changed", "number.g1": "twelve"})
    assert (wrong.status_code, "Please type a whole number." in wrong.text) == (422, True)
    await client.post(HERE, data={**form, "holds.g1": "changed", "value.g1": "12 weeks", "number.g1": "12"})
    changed = await fact("g1")
    assert changed is not None
    assert (changed.value, changed.number) == ("12 weeks", 12)
