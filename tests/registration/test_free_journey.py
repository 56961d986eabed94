"""Registering for nothing, over HTTP: hold, details, confirmation, mail, tickets, names that follow, giving up."""

import re
from datetime import timedelta

import httpx
from icalendar import Calendar

from portal import wiring, worker
from portal.core import clock, db
from portal.core.settings import current
from portal.registration.jobs.upkeep import lapse_holds
from tests.factories.registration import Shop, make_shop

DETAILS = {
    "first_name": "Amara",
    "last_name": "Okonjo-Reuter",
    "email": "Amara@Brennhof.example",
    "job_title": "Head of filling",
}


async def hold(client: httpx.AsyncClient, shop: Shop, count: int = 1) -> str:
    answer = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": str(count)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/details")


async def work() -> None:
    await worker.drain(wiring.services(current()))


async def mails() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT recipient, subject FROM mail ORDER BY id")
    return [(row["recipient"], row["subject"]) for row in rows]


async def test_hold_survives_a_reload_and_says_when_it_ends(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5)
    path = await hold(client, shop, 2)
    first, second = await client.get(f"{path}/details"), await client.get(f"{path}/details")
    until = re.search(r"held until \d\d:\d\d:\d\d", first.text)
    assert until is not None
    assert until.group(0) in second.text
    assert re.search(r"data-countdown [^>]*>1[45]:\d\d<", second.text)
    assert first.headers["cache-control"] == "private, no-store"


async def test_registered_with_mail_ticket_and_calendar(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5)
    path = await hold(client, shop, 2)
    answer = await client.post(
        f"{path}/details", data={**DETAILS, "s1_who": "me", "s2_who": "asked", "s2_email": "p@brennhof.example"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = await client.get(path)
    assert "You are going to Vienna, Amara." in page.text
    assert "2 tickets issued" in page.text
    await work()
    assert await mails() == [
        (
            "amara@brennhof.example",
            await db.fetch_value("SELECT subject FROM mail WHERE recipient = 'amara@brennhof.example'"),
        ),
        ("p@brennhof.example", await db.fetch_value("SELECT subject FROM mail WHERE recipient = 'p@brennhof.example'")),
    ]
    ticket = await client.get(f"{path}/tickets.pdf")
    assert (ticket.headers["content-type"], ticket.content[:5]) == ("application/pdf", b"%PDF-")
    invitation = Calendar.from_ical((await client.get(f"{path}/calendar/1.ics")).content)
    assert invitation["METHOD"] == "REQUEST"
    held = await db.fetch("SELECT address, number, method FROM calendar_message ORDER BY address")
    assert [tuple(row) for row in held] == [("amara@brennhof.example", 1, "REQUEST")]


async def test_a_colleague_fills_in_the_name_and_gets_a_ticket(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5)
    path = await hold(client, shop, 2)
    await client.post(
        f"{path}/details", data={**DETAILS, "s1_who": "me", "s2_who": "asked", "s2_email": "p@brennhof.example"}
    )
    await work()
    claim = await db.fetch_value("SELECT claim_secret FROM seat WHERE position = 2")
    assert (await client.get(f"/seats/{claim}")).status_code == 200
    refused = await client.post(f"/seats/{claim}", data={"first_name": "Per", "last_name": "", "email": "nonsense"})
    assert refused.status_code == 422
    assert 'value="Per"' in refused.text
    saved = await client.post(
        f"/seats/{claim}",
        data={"first_name": "Per", "last_name": "Lindqvist", "email": "p@brennhof.example", "company": "Brennhof"},
    )
    assert saved.status_code == 303
    await work()
    assert (await db.fetch_value("SELECT count(*) FROM mail WHERE recipient = 'p@brennhof.example'")) == 2
    assert (await client.get(f"/seats/{claim}/ticket.pdf")).status_code == 200


async def test_giving_a_seat_up_frees_it_and_takes_the_calendar_entry_back(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    path = await hold(client, shop)
    await client.post(f"{path}/details", data={**DETAILS, "s1_who": "me"})
    await work()
    full = await client.get(f"/events/{shop.slug}/register")
    assert "Join the waiting list" in full.text
    assert (await client.get(f"{path}/seats/1/cancellation")).status_code == 200
    assert await db.fetch_value("SELECT taken FROM quota") == 1
    assert (await client.post(f"{path}/seats/1/cancellation")).status_code == 303
    assert await db.fetch_value("SELECT taken FROM quota") == 0
    await work()
    content = await db.fetch_value(
        "SELECT p.content FROM mail_part p JOIN mail m ON m.id = p.mail WHERE m.topic = 'calendar' AND p.alternative"
    )
    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"
    assert "This order is cancelled." in (await client.get(path)).text
    assert (await client.get(f"{path}/tickets.pdf")).status_code == 404


async def test_details_that_are_wrong_keep_what_was_typed(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5)
    path = await hold(client, shop)
    answer = await client.post(
        f"{path}/details", data={**DETAILS, "email": "amara@", "s1_who": "named", "s1_first_name": "Per"}
    )
    assert answer.status_code == 422
    for kept in ('value="Amara"', 'value="amara@"', 'value="Per"', 'id="f-email-e"', 'id="f-s1_last_name-e"'):
        assert kept in answer.text
    assert await db.fetch_value("SELECT state FROM seat_order") == "held"


async def test_after_the_hold_the_order_says_so(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5, now=clock.now() - timedelta(hours=1))
    path = await hold(client, shop)
    await db.execute(
        "UPDATE seat_order SET held_at = held_at - interval '1 hour', holds_until = holds_until - interval '1 hour'"
    )
    answer = await client.post(f"{path}/details", data={**DETAILS, "s1_who": "me"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    await lapse_holds()
    page = await client.get(path)
    assert "This place went back on sale." in page.text
    assert await db.fetch_value("SELECT taken FROM quota") == 0


async def test_a_refused_buyer_sees_what_is_still_free(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=3)
    await hold(client, shop, 2)
    answer = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "2"})
    assert answer.status_code == 409
    assert "Seat: 1 left, 2 asked for" in answer.text
    assert '<b class="few">1 of 3 left</b>.' in answer.text


async def test_somebody_elses_address_is_not_found(client: httpx.AsyncClient) -> None:
    for path in (
        "/orders/nonsense",
        "/orders/nonsense/details",
        "/orders/nonsense/tickets.pdf",
        "/seats/nonsense",
        "/waiting/x",
    ):
        assert (await client.get(path)).status_code == 404
    foreign = await client.post("/orders/nonsense/payment", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
