"""What is known of a buyer and of a member, taking it away, and erasing it."""

import httpx

from portal.accounts.privacy.commands import erase_own
from portal.core import clock, db
from portal.directory import privacy as companies_privacy
from portal.directory.enquiries import privacy
from tests.directory.enquiries.conftest import BUYER, NEED, SECRETS, World, ask, mails, manage, reply, run_jobs
from tests.media import made


async def test_a_copy_names_what_was_asked_and_written(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    files = [("files", ("urs.pdf", made.pdf(), "application/pdf"))]
    number = await ask(buyer, item=["Vials", "Stoppers"], quantity=["5,000", ""], files=files)
    await reply(olga, "isarwerk", number, text="Gladly")
    copy = (await buyer.get("/account/privacy/data.json")).json()["sources"]["Enquiries"]
    assert [(row["what"], row["number"], row["need"]) for row in copy] == [("Enquiry", number, NEED)]
    assert (copy[0]["lines"], copy[0]["files"]) == ("Vials: 5,000; Stoppers", "urs.pdf")
    theirs = (await olga.get("/account/privacy/data.json")).json()["sources"]["Enquiries"]
    assert [(row["what"], row["text"]) for row in theirs] == [("Message", "Gladly")]


async def test_erasing_a_buyer_leaves_the_companies_a_request_without_a_name(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    files = [("files", ("urs.pdf", made.pdf(), "application/pdf"))]
    number = await ask(
        buyer, need=f"{NEED} Ask for Noor van Dijk of VELMORA THERAPEUTICS BV, {BUYER}.", item=["Velmora Therapeutics BV vials"],
        quantity=["5"], files=files,
    )  # fmt: skip
    await reply(olga, "isarwerk", number, text="Dear Noor, yes.")
    told = await privacy.forget(BUYER, clock.now())
    assert "taken out of 1 enquiry" in told
    page = (await olga.get(manage("isarwerk", number))).text
    assert [word for word in SECRETS if word.lower() in page.lower()] == []
    assert (NEED in page, "Dear [removed], yes." in page, "data was erased" in page) == (True, True, True)
    row = await db.fetch_one("SELECT state, email, name, company, account, sender FROM enquiry")
    assert row is not None
    assert tuple(row) == ("closed", "", "", "", None, "")
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 0
    assert NEED not in (await buyer.get("/enquiries")).text
    assert await privacy.known_about(BUYER) == []
    await run_jobs()


async def test_nobody_is_said_to_read_for_a_company_whose_last_member_was_erased(
    buyer: httpx.AsyncClient, world: World
) -> None:
    async with db.transaction():
        await companies_privacy.forget("olga@isarwerk.example", clock.now())
        await erase_own("olga@isarwerk.example", clock.now())
    row = await db.fetch_one("SELECT organisation, claimed_at, verified_at FROM company WHERE id = $1", world.isarwerk)
    assert row is not None
    assert tuple(row) == (None, None, None)
    await ask(buyer)
    await run_jobs()
    assert ["Nobody reads there yet" in mail["text"] for mail in await mails(BUYER)] == [True]


async def test_erasing_somebody_unknown_says_so(database: str) -> None:
    assert await privacy.forget("nobody@example.org", clock.now()) == "No enquiry was known."


async def test_a_name_that_is_a_word_of_the_data_breaks_nothing(buyer: httpx.AsyncClient, world: World) -> None:
    await ask(buyer, name="Quantity Term", company="Name", item=["Vials"], quantity=["a name"])
    await privacy.forget(BUYER, clock.now())
    assert await db.fetch_value("SELECT lines->0->>'quantity' FROM enquiry") == "a [removed]"
