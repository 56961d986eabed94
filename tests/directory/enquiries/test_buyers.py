"""The buyer's side: the list, the secret address, closing, and that buyers never see each other's."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar.connection import Request

from portal.core import clock, db
from portal.directory.enquiries.pages import proof
from tests.directory.conftest import SignIn
from tests.directory.enquiries.conftest import (
    GUEST,
    NEED,
    World,
    ask,
    code_for,
    fields,
    hidden,
    mails,
    manage,
    plain,
    reply,
    run_jobs,
)
from tests.queries import counting


async def guest_page(client: httpx.AsyncClient, **changes: str) -> str:
    """Where a guest's enquiry is."""
    await client.post("/enquiries/new", data=fields(email=GUEST, **changes))
    done = await client.post("/account/enquiries/code", data={"code": await code_for(GUEST)})
    return done.headers["location"]


ROUTES = [
    ("GET", ""),
    ("POST", "/suppliers/0/messages"),
    ("POST", "/suppliers/0/agreement"),
    ("POST", "/closure"),
    ("POST", "/rotation"),
]


async def test_buyers_never_get_at_each_others(
    client: httpx.AsyncClient, buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn
) -> None:
    number = await ask(buyer)
    await reply(olga, "isarwerk", number)
    secret = await db.fetch_value("SELECT secret FROM enquiry")
    other = await sign_in("other@buyers.example")
    before = await db.fetch_value("SELECT e::text FROM enquiry e")
    for method, rest in ROUTES:
        data = {"text": "intrusion", "outcome": "other"} if method == "POST" else None
        for who, status in ((client, 303), (other, 404), (olga, 404)):
            answer = await who.request(method, f"/enquiries/{number}{rest}", data=data)
            assert (answer.status_code, NEED in answer.text) == (status, False), (method, rest)
        wrong = await client.request(method, f"/enquiries/{'x' * 32}{rest}", data=data)
        assert wrong.status_code == 404
    assert NEED not in (await other.get("/enquiries")).text
    assert (await client.get("/enquiries")).headers["location"].startswith("/account/sign-in")
    assert await db.fetch_value("SELECT e::text FROM enquiry e") == before
    assert await db.fetch_value("SELECT count(*) FROM enquiry_message WHERE text = 'intrusion'") == 0
    assert (await client.get(f"/enquiries/{secret}")).status_code == 200, "the secret is the key"


async def test_a_guests_address_can_be_changed_and_the_old_one_leads_nowhere(
    client: httpx.AsyncClient, world: World
) -> None:
    old = await guest_page(client)
    changed = await client.post(f"{old}/rotation")
    new = changed.headers["location"]
    assert (changed.status_code, new == old) == (303, False)
    assert ((await client.get(old)).status_code, (await client.get(new)).status_code) == (404, 200)


async def test_an_address_from_a_mail_only_reads_until_a_person_types_a_code(
    client: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    page = await guest_page(client, blind="1")
    await reply(olga, "isarwerk", await db.fetch_value("SELECT number FROM enquiry"))
    scanner = await sign_in("scanner@elsewhere.example")
    shown = (await scanner.get(page)).text
    offered = re.findall(r'<form[^>]*action="(/enquiries/[^"]+)"', shown)
    assert ("We can." in shown, offered) == (True, [f"{page}/code"])
    stands = (
        "SELECT (SELECT e::text FROM enquiry e), (SELECT r::text FROM enquiry_recipient r), "
        "(SELECT count(*) FROM enquiry_message)"
    )
    before = await db.fetch_one(stands)
    for method, rest in ROUTES[1:]:
        answer = await scanner.request(method, f"{page}{rest}", data={"text": "intrusion", "outcome": "other"})
        assert (answer.status_code, "Please confirm first" in answer.text) == (409, True), rest
        assert ("intrusion" in answer.text) == rest.endswith("messages"), "what was typed is kept"
    assert (await scanner.post(f"{page}/code")).headers["location"] == "/account/enquiries/code"
    assert (await scanner.post("/account/enquiries/code", data={"code": "000000"})).status_code == 422
    # That code is sent now, so that the next one is the newest.
    await code_for(GUEST)
    assert await db.fetch_one(stands) == before

    for cookie in [cookie for cookie in client.cookies.jar if cookie.name == "enquiry"]:
        client.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
    assert (await client.post(f"{page}/suppliers/0/agreement")).status_code == 409
    await client.post(f"{page}/code")
    step = (await client.get("/account/enquiries/code")).text
    assert ("Confirm that it is you" in step, f'href="{page}"' in step, "Confirm and send" in step) == (
        True,
        True,
        False,
    )
    done = await client.post("/account/enquiries/code", data={"code": await code_for(GUEST)})
    assert (done.status_code, done.headers["location"]) == (303, page)
    assert (await client.post(f"{page}/suppliers/0/messages", data={"text": "Fine"})).status_code == 303
    assert (await client.post(f"{page}/suppliers/0/agreement")).status_code == 303
    new = (await client.post(f"{page}/rotation")).headers["location"]
    old, made = (client.cookies.get("enquiry", path=path) for path in (page, new))
    assert old is not None
    assert old != made
    client.cookies.set("enquiry", old, path=new, domain="localhost.local")
    assert (await client.post(f"{new}/closure", data={"outcome": "other"})).status_code == 409, "one address, one proof"


async def test_leave_to_act_lasts_two_hours(client: httpx.AsyncClient, world: World) -> None:
    page = await guest_page(client)
    secret, [cookie] = page.rpartition("/")[2], [one for one in client.cookies.jar if one.name == "enquiry"]
    now = clock.now()
    asked: Any = Request({"type": "http", "headers": [(b"cookie", f"enquiry={cookie.value}".encode())]})
    assert (proof.given(asked, secret, now), proof.given(asked, secret, now + timedelta(hours=2))) == (True, False)
    assert cookie.path == page


async def test_who_is_signed_in_as_the_buyer_needs_no_code(
    client: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    page = await guest_page(client)
    assert (await (await sign_in(GUEST)).post(f"{page}/closure", data={"outcome": "other"})).status_code == 303


async def test_who_proves_the_address_later_finds_the_guests_enquiry(
    client: httpx.AsyncClient, world: World, sign_in: SignIn
) -> None:
    await guest_page(client)
    later = await sign_in(GUEST)
    assert NEED in (await later.get("/enquiries")).text


async def test_secret_addresses_stay_out_of_logs(
    client: httpx.AsyncClient, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    page = await guest_page(client)
    await client.get(page)
    assert page.rpartition("/")[2] not in "".join(capfd.readouterr())


async def test_closing_says_who_won_and_tells_everybody(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, hanne: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "isarwerk", "halden")
    await reply(olga, "isarwerk", number)
    await reply(hanne, "halden", number)
    winner = await db.fetch_value("SELECT position FROM enquiry_recipient WHERE company = $1", world.isarwerk)
    closed = await buyer.post(
        f"/enquiries/{number}/closure", data={"outcome": "awarded", "winner": str(winner), "decided": "lead_time"}
    )
    assert closed.status_code == 303
    assert "It was awarded to you." in (await olga.get(manage("isarwerk", number))).text
    assert "what decided it: lead time" in (await hanne.get(manage("halden", number))).text
    await run_jobs()
    for member in ("olga@isarwerk.example", "hanne@halden.example"):
        assert f"Enquiry {number} is closed" in [mail["subject"] for mail in await mails(member)]
    late = await buyer.post(f"/enquiries/{number}/suppliers/{winner}/messages", data={"text": "One thing"})
    assert (late.status_code, "not open any more" in late.text, "One thing" in plain(late.text)) == (409, True, False)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Please choose what came of it."),
        ({"outcome": "lost"}, "Please choose one of the offered values."),
        ({"outcome": "awarded"}, "Please choose a company that said yes."),
        ({"outcome": "awarded", "winner": "0"}, "Please choose a company that said yes."),
    ],
)
async def test_closing_that_makes_no_sense_is_refused(
    buyer: httpx.AsyncClient, world: World, form: dict[str, str], message: str
) -> None:
    number = await ask(buyer)
    answer = await buyer.post(f"/enquiries/{number}/closure", data=form)
    assert (answer.status_code, message in answer.text) == (422, True)
    assert await db.fetch_value("SELECT state FROM enquiry") == "open"


async def test_messages_need_a_yes_or_a_question_and_words(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer)
    where = f"/enquiries/{number}/suppliers/0/messages"
    early = await buyer.post(where, data={"text": "Hello?"})
    assert (early.status_code, "You can write once" in early.text) == (409, True)
    await reply(olga, "isarwerk", number)
    empty = await buyer.post(where, data={"text": " "})
    assert (empty.status_code, "Please type a message." in empty.text) == (422, True)
    for position in ("7", "99999999999999999999"):
        assert (
            await buyer.post(f"/enquiries/{number}/suppliers/{position}/messages", data={"text": "x"})
        ).status_code in (404, 400)
    token = hidden((await buyer.get(f"/enquiries/{number}")).text, "token")
    for _ in range(2):
        assert (await buyer.post(where, data={"text": "Once", "token": token})).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM enquiry_message WHERE text = 'Once'") == 1


async def test_lists_take_the_same_number_of_queries_however_long(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    async def taken() -> tuple[int, int]:
        async with counting() as mine:
            assert (await buyer.get("/enquiries")).status_code == 200
        async with counting() as theirs:
            assert (await olga.get(manage("isarwerk"))).status_code == 200
        return len(mine), len(theirs)

    await ask(buyer)
    one = await taken()
    await db.execute(
        """
        INSERT INTO enquiry (number, secret, form_key, kind, state, need, asked, blind, files_after_yes, account, email, name,
            company, company_address, sender, digest, hold_reason, decided_by, created_at, sent_at)
        SELECT 'N' || n, 'S' || n, 'F' || n, kind, state, need, asked, blind, files_after_yes, account, email, name, company,
            company_address, sender, 'd' || n, '', '', created_at, sent_at FROM enquiry, generate_series(1, 29) n
        """
    )
    await db.execute(
        "INSERT INTO enquiry_recipient (enquiry, company, position, state, version, reminders, report) "
        "SELECT id, $1, 0, 'sent', 0, 0, '' FROM enquiry WHERE form_key LIKE 'F%'",
        world.isarwerk,
    )
    assert await taken() == one
    for client, where in ((buyer, "/enquiries"), (olga, manage("isarwerk"))):
        sign = "&" if "?" in where else "?"
        assert (await client.get(f"{where}{sign}page=2")).status_code == 200
        assert (await client.get(f"{where}{sign}page=3")).status_code == 404
        assert (await client.get(f"{where}{sign}page=x")).status_code == 404
