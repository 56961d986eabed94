"""Writing an enquiry: what is taken, what is refused beside its field, guests, doubles, limits."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db, times
from portal.directory.enquiries import limits
from portal.directory.enquiries.commands import sending
from portal.directory.enquiries.rules import spam
from tests.directory.conftest import SignIn, organisation
from tests.directory.enquiries.conftest import (
    BUYER,
    GUEST,
    NEED,
    SLUGS,
    World,
    ask,
    code_for,
    fields,
    mails,
    manage,
    plain,
    run_jobs,
)
from tests.factories import companies


async def test_somebody_signed_in_asks_several_companies_at_once(buyer: httpx.AsyncClient, world: World) -> None:
    shown = await buyer.get(
        f"/enquiries/new?c={SLUGS['isarwerk']}&c={SLUGS['halden']}&kind=question&asked=country%3DDE"
    )
    assert (shown.status_code, "Isarwerk Biologics GmbH" in shown.text, "Halden AS" in shown.text) == (200, True, True)
    number = await ask(
        buyer, "isarwerk", "halden", kind="question", item=["Lyophilisation", "", "Something of our own"],
        quantity=["2 × 5,000", "", ""], needed_by=str(times.today(clock.now()) + timedelta(days=90)), asked="country=DE",
    )  # fmt: skip
    row = await db.fetch_one("SELECT * FROM enquiry WHERE number = $1", number)
    assert row is not None
    assert (row["state"], row["email"], row["kind"], row["company_address"], row["asked"]) == (
        "open", BUYER, "question", True, "country=DE",
    )  # fmt: skip
    assert '"capability:lyophilisation"' in row["lines"]
    assert await db.fetch_value("SELECT count(*) FROM enquiry_recipient WHERE enquiry = $1", row["id"]) == 2
    page = (await buyer.get(f"/enquiries/{number}")).text
    assert ("2 × 5,000" in page, "Something of our own" in page) == (True, True)
    counted = "SELECT company, times FROM company_day WHERE kind = 'enquiry' ORDER BY company"
    assert [tuple(r) for r in await db.fetch(counted)] == [(world.isarwerk, 1), (world.halden, 1)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"need": ""}, "Please say what you need."),
        ({"name": ""}, "Please type your name."),
        ({"kind": "order"}, "Please choose one of the offered values."),
        ({"name": "see www.spam.example"}, "Please type a name only, without the address of a page."),
        ({"needed_by": "soon"}, "Please give a date such as"),
        ({"needed_by": "2001-02-03"}, "This date has passed."),
        ({"c": []}, "Please choose a company to ask."),
        ({"c": ["no-such-company"]}, "Please choose a company to ask."),
        ({"item": [""], "quantity": ["5,000"]}, "Please say what"),
        ({"item": ["x" * 200], "quantity": [""]}, "Please keep each line under"),
        ({"item": list("abcdef")}, "Please use 5 lines at most"),
        ({"website": "http://spam.example"}, "Please leave this field empty."),
        ({"token": "made.up.token"}, "This form was open for too long."),
        ({"need": "x" * 4001}, "Please keep this under 4000 characters"),
    ],
)
async def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(
    buyer: httpx.AsyncClient, wrong: dict[str, object], message: str
) -> None:
    answer = await buyer.post("/enquiries/new", data={**fields(company="Kept GmbH"), **wrong})
    assert answer.status_code == 422
    assert (message in answer.text, "Kept GmbH" in answer.text) == (True, True), plain(answer.text)
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 0


async def test_forms_filled_in_by_a_program_in_no_time_come_back(buyer: httpx.AsyncClient) -> None:
    answer = await buyer.post("/enquiries/new", data=fields(token=spam.form_token(clock.now())))
    assert (answer.status_code, "That was quick." in answer.text, NEED in answer.text) == (422, True, True)


async def test_at_most_ten_companies(buyer: httpx.AsyncClient, world: World) -> None:
    await companies.make_many(11)
    slugs = [row["slug"] for row in await db.fetch("SELECT slug FROM company WHERE slug LIKE 'company-%'")]
    answer = await buyer.post("/enquiries/new", data=fields(c=slugs))
    assert (answer.status_code, "Please choose 10 companies at most; these are 11." in answer.text) == (422, True)
    assert (await buyer.post("/enquiries/new", data=fields(c=slugs[:10]))).status_code == 303


async def test_nobody_asks_their_own_company(olga: httpx.AsyncClient, world: World) -> None:
    answer = await olga.post("/enquiries/new", data=fields())
    assert (answer.status_code, "is your own company" in answer.text) == (422, True)


async def test_hidden_and_closed_companies_cannot_be_asked(buyer: httpx.AsyncClient, world: World) -> None:
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", world.halden)
    answer = await buyer.post("/enquiries/new", data=fields("halden"))
    assert (answer.status_code, "Please choose a company to ask." in answer.text) == (422, True)


async def test_the_same_form_sent_twice_is_one_enquiry_and_the_same_words_are_not_sent_again(
    buyer: httpx.AsyncClient, world: World
) -> None:
    form = fields("isarwerk", "halden")
    first, second = await buyer.post("/enquiries/new", data=form), await buyer.post("/enquiries/new", data=form)
    assert first.headers["location"] == second.headers["location"]
    again = await buyer.post("/enquiries/new", data=fields("halden", "isarwerk", need=f"  {NEED.upper()}  "))
    assert (again.status_code, "You sent this already" in again.text) == (422, True)
    changed = await buyer.post("/enquiries/new", data={**form, "need": "Something else altogether"})
    assert (changed.status_code, "This form was sent already" in changed.text) == (422, True)
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 1


async def test_guests_prove_their_address_on_the_page_before_anything_goes_out(
    client: httpx.AsyncClient, world: World
) -> None:
    missing = await client.post("/enquiries/new", data=fields(need=""))
    assert missing.status_code == 422
    for message in ("Please say what you need.", "Please type your email address."):
        assert message in missing.text
    asked = await client.post("/enquiries/new", data=fields(email=GUEST))
    assert asked.headers["location"] == "/account/enquiries/code"
    code = await code_for(GUEST)
    assert (await db.fetch_value("SELECT state FROM enquiry"), await mails()) == ("unproved", [])
    wrong = await client.post("/account/enquiries/code", data={"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert (wrong.status_code, "This is not the code we sent." in wrong.text) == (422, True)
    done = await client.post("/account/enquiries/code", data={"code": code})
    row = await db.fetch_one("SELECT state, secret, number FROM enquiry")
    assert row is not None
    assert (done.status_code, done.headers["location"], row["state"]) == (303, f"/enquiries/{row['secret']}", "open")
    page = await client.get(done.headers["location"])
    assert (page.status_code, page.headers["referrer-policy"], page.headers["x-robots-tag"]) == (
        200, "no-referrer", "noindex, nofollow",
    )  # fmt: skip
    await run_jobs()
    [sent] = await mails(GUEST)
    assert (f"/enquiries/{row['secret']}" in sent["text"], "not read" in sent["text"]) == (True, True)
    assert (await client.get(f"/enquiries/{row['number']}")).status_code == 303, "the number alone opens nothing"


async def test_a_guest_who_mends_the_form_before_the_code_sends_the_new_text(
    client: httpx.AsyncClient, world: World
) -> None:
    form = fields(email=GUEST)
    for need in (NEED, "Rather this"):
        assert (await client.post("/enquiries/new", data={**form, "need": need})).status_code == 303
        # The mails come in the order of the wishes: only the newest code counts.
        code = await code_for(GUEST)
    await client.post("/account/enquiries/code", data={"code": code})
    assert [tuple(r) for r in await db.fetch("SELECT need, state FROM enquiry")] == [("Rather this", "open")]


async def test_what_nobody_proves_is_forgotten_after_a_day(client: httpx.AsyncClient, world: World) -> None:
    await client.post("/enquiries/new", data=fields(email=GUEST))
    await sending.drop_unproved(now=clock.now())
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 1
    await sending.drop_unproved(now=clock.now() + timedelta(days=1, minutes=1))
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 0


async def test_a_persons_enquiries_a_day_are_limited_and_what_was_typed_stays(
    buyer: httpx.AsyncClient, world: World
) -> None:
    await companies.make_many(limits.SENDER.tries)
    for n in range(limits.SENDER.tries):
        slug = await db.fetch_value("SELECT slug FROM company WHERE name = $1", f"Company {n + 1} GmbH")
        answer = await buyer.post("/enquiries/new", data=fields(c=[slug], need=f"Need number {n}"))
        assert answer.status_code == 303
    answer = await buyer.post("/enquiries/new", data=fields(need="One more"))
    assert (answer.status_code, "Too many tries." in answer.text, "One more" in answer.text) == (429, True, True)


async def test_one_company_is_not_flooded_by_one_person(buyer: httpx.AsyncClient, world: World) -> None:
    for n in range(limits.SAME_COMPANY.tries):
        await ask(buyer, need=f"Need number {n}")
    assert (await buyer.post("/enquiries/new", data=fields(need="One more"))).status_code == 429
    await ask(buyer, "halden", need="Somewhere else")


async def test_what_nobody_proved_uses_up_neither_a_companys_count_nor_the_persons(
    buyer: httpx.AsyncClient, client: httpx.AsyncClient, world: World
) -> None:
    for n in range(limits.COMPANY.tries + 1):
        email = BUYER if n < limits.SENDER.tries else f"nobody{n}@spam.example"
        await limits.before_enquiry(
            sender=spam.sender_key(email), network=f"192.0.2.{n}", company_ids=[world.isarwerk], proved=False, now=clock.now()
        )  # fmt: skip
    await ask(buyer)
    await client.post("/enquiries/new", data=fields(email=GUEST))
    code = await code_for(GUEST)
    await db.execute(
        "UPDATE rate_limit SET tries = $2 WHERE key = $1", f"enquiry-company:{world.isarwerk}", limits.COMPANY.tries
    )
    full = await client.post("/account/enquiries/code", data={"code": code})
    assert (full.status_code, "Too many tries." in full.text) == (429, True)
    await db.execute("DELETE FROM rate_limit WHERE key LIKE 'enquiry-company:%'")
    sent = await client.post("/account/enquiries/code", data={"code": code})
    assert sent.status_code == 303, "the code was not used up"
    assert await db.fetch_value("SELECT count(*) FROM enquiry WHERE state = 'open'") == 2


async def test_unclaimed_companies_are_written_to_without_the_buyers_data(
    buyer: httpx.AsyncClient, world: World
) -> None:
    shown = (await buyer.get(f"/enquiries/new?c={SLUGS['tessin']}")).text
    assert "Nobody has claimed this profile yet." in shown
    number = await ask(buyer, "tessin")
    await run_jobs()
    [told] = await mails("desk@tessin-lyo.example")
    assert ("Claim the profile to read" in told["text"], f"/companies/{SLUGS['tessin']}/claim" in told["text"]) == (
        True,
        True,
    )
    for secret in (BUYER, "Noor", "Velmora", NEED, number):
        assert secret not in told["text"] + told["html"] + told["subject"]
    [sent] = await mails(BUYER)
    assert "Nobody reads there yet" in sent["text"]
    assert "Nobody reads there yet" in (await buyer.get(f"/enquiries/{number}")).text


async def test_where_no_address_is_given_buyer_and_editors_are_told(buyer: httpx.AsyncClient, world: World) -> None:
    silent = await companies.make("Silent Works Ltd", country="GB")
    slug = await db.fetch_value("SELECT slug FROM company WHERE id = $1", silent)
    assert "Nobody reads here" in (await buyer.get(f"/enquiries/new?c={slug}")).text
    await ask(buyer, c=[slug])
    await run_jobs()
    [told] = await db.fetch("SELECT * FROM mail WHERE topic = 'enquiries-staff'")
    assert ("Silent Works Ltd" in told["subject"], BUYER in told["text"] + told["html"]) == (True, False)


async def test_whoever_claims_the_company_later_reads_what_waits(
    buyer: httpx.AsyncClient, world: World, sign_in: SignIn
) -> None:
    number = await ask(buyer, "tessin")
    owner = await organisation("tiziana@tessin-lyo.example", "Tessin Lyo SA")
    await db.execute("UPDATE company SET organisation = $2 WHERE id = $1", world.tessin, owner)
    tiziana = await sign_in("tiziana@tessin-lyo.example", owner)
    assert NEED in (await tiziana.get(manage("tessin", number))).text


async def test_free_mail_is_told_from_company_addresses(sign_in: SignIn, world: World, olga: httpx.AsyncClient) -> None:
    free = await sign_in("somebody@gmail.com")
    number = await ask(free)
    assert "a free mail address" in (await olga.get(manage("isarwerk", number))).text


async def test_a_form_sent_many_times_at_once_is_one_enquiry(buyer: httpx.AsyncClient, world: World) -> None:
    form = fields("isarwerk", "halden")
    answers = await asyncio.gather(*(buyer.post("/enquiries/new", data=form) for _ in range(4)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 1
    assert await db.fetch_value("SELECT count(*) FROM enquiry_recipient") == 2


async def test_one_line_at_first_and_more_by_a_button(buyer: httpx.AsyncClient, world: World) -> None:
    """Without scripts: nothing is sent, everything typed stays."""
    first = (await buyer.get(f"/enquiries/new?c={SLUGS['isarwerk']}")).text
    assert first.count('name="item"') == 1
    answer = await buyer.post(
        "/enquiries/new", data={**fields("isarwerk", item=["Lyophilisation"], quantity=["2"]), "more": "yes"}
    )
    assert (answer.status_code, answer.text.count('name="item"')) == (200, 2)
    assert 'value="Lyophilisation"' in answer.text
    assert NEED in answer.text
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == 0
    typed = {"item": ["a", "b", "c", "d"], "quantity": [""] * 4, "more": "yes"}
    full = (await buyer.post("/enquiries/new", data={**fields("isarwerk"), **typed})).text
    assert (full.count('name="item"'), 'name="more"' in full) == (5, False)
