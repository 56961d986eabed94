"""Who may stand in line, who is next, and that the line never closes a sale nor is jumped."""

from datetime import timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.registration import privacy
from portal.registration.commands.lapsing import lapse_due
from portal.registration.commands.offering import offer_tickets
from portal.registration.jobs import upkeep as jobs
from portal.registration.values.offers import EventOffer, QuotaOffer, TicketOffer
from tests.factories.registration import Shop, make_shop
from tests.paying import text_of
from tests.registration.test_waiting import ask, fill, join, work

HALL = (QuotaOffer("Hall", 1),)


async def held(client: httpx.AsyncClient, place: str) -> bool:
    return " held for you</h1>" in (await client.get(place)).text


async def buy(client: httpx.AsyncClient, shop: Shop, ticket: str = "Seat", count: int = 1) -> int:
    field = f"ticket_{shop.tickets[ticket]}"
    return (await client.post(f"/events/{shop.slug}/orders", data={field: str(count)})).status_code


async def test_nobody_waits_while_there_is_room(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=7)
    answer = await ask(client, shop, "ada", 8)
    assert answer.status_code == 422
    assert "Seat is not full (7 left): please register instead." in text_of(answer)
    assert "There is no line to stand in" in text_of(await client.get(f"/events/{shop.slug}/waiting"))
    assert await buy(client, shop) == 303


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [(timedelta(days=10), None, "Seat is not on sale yet."), (None, timedelta(0), "Seat is no longer on sale.")],
)
async def test_nobody_waits_outside_the_sale(
    client: httpx.AsyncClient, opens: timedelta | None, closes: timedelta | None, words: str
) -> None:
    now = clock.now()
    ticket = TicketOffer(
        "Seat", 0, ("Hall",), sale_opens_at=None if opens is None else now + opens,
        sale_closes_at=None if closes is None else now + closes,
    )  # fmt: skip
    shop = await make_shop(tickets=(ticket,), quotas=(QuotaOffer("Hall", 0),))
    answer = await ask(client, shop, "ada")
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    await work()
    assert await db.fetch_value("SELECT count(*) FROM seat_order") == 0


async def test_parties_that_could_never_be_served_are_refused(client: httpx.AsyncClient) -> None:
    pair = TicketOffer("Seat", 0, ("Hall",), min_per_order=2, max_per_order=8)
    shop = await make_shop(tickets=(pair,), quotas=(QuotaOffer("Hall", 4),))
    assert await buy(client, shop, count=4) == 303
    for size, words in ((1, "from 2 to 8 places"), (9, "from 2 to 8 places"), (5, "only 4 places of Seat in all")):
        answer = await ask(client, shop, "ada", size)
        assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert (await ask(client, shop, "ada", 4)).status_code == 303


async def test_a_cancelled_event_has_no_line(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    await fill(client, shop, 1)
    await join(client, shop, "ada")
    await db.execute("UPDATE event SET state = 'cancelled'")
    assert (await ask(client, shop, "bo")).status_code == 409
    assert "Nobody can join this waiting list any more." in (await client.get(f"/events/{shop.slug}/waiting")).text
    await db.execute("UPDATE quota SET capacity = 10")
    await jobs.offer_everywhere()
    assert await db.fetch_value("SELECT count(*) FROM seat_order WHERE state = 'held'") == 0


async def test_an_offer_ends_with_the_sale(client: httpx.AsyncClient) -> None:
    now = clock.now()
    closes = now + timedelta(hours=2)
    shop = await make_shop(tickets=(TicketOffer("Seat", 0, ("Hall",), sale_closes_at=closes),), quotas=HALL)
    path = await fill(client, shop, 1)
    await join(client, shop, "ada")
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    assert await db.fetch_value("SELECT holds_until FROM seat_order WHERE state = 'held'") == closes


async def test_when_the_head_leaves_the_next_is_served(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=2)
    path = await fill(client, shop, 2)
    first, second = await join(client, shop, "ada", 2), await join(client, shop, "bo", 1)
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    assert not await held(client, second)
    await client.post(f"{first}/departure")
    await work()
    assert await held(client, second)


async def test_when_the_head_is_erased_the_next_is_served(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=2)
    path = await fill(client, shop, 2)
    await join(client, shop, "ada", 2)
    second = await join(client, shop, "bo", 1)
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    await privacy.forget("ada@wait.example", clock.now())
    await work()
    assert await held(client, second)


async def test_leaving_with_an_offer_passes_it_on(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    path = await fill(client, shop, 1)
    first, second = await join(client, shop, "ada"), await join(client, shop, "bo")
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    assert "Give the place to the next and leave" in (await client.get(first)).text
    await client.post(f"{first}/departure")
    await work()
    assert "You are no longer waiting" in (await client.get(first)).text
    assert await held(client, second)
    assert await db.fetch_value("SELECT taken FROM quota") == 1


async def test_more_capacity_serves_the_line_and_opens_the_sale(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    await fill(client, shop, 1)
    place = await join(client, shop, "ada")
    assert await buy(client, shop) == 409
    offer = EventOffer("EUR", (QuotaOffer("Hall", 50),), (TicketOffer("Seat", 0, ("Hall",)),))
    await offer_tickets(actor=PORTAL, event_id=shop.event_id, now=clock.now(), offer=offer)
    # What is left beside the line's share is on sale at once.
    assert await buy(client, shop) == 303
    await work()
    assert await held(client, place)


async def test_the_sweeper_finds_places_that_nobody_announced(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    await fill(client, shop, 1)
    place = await join(client, shop, "ada")
    await work()
    await db.execute("UPDATE quota SET capacity = 2")
    await jobs.offer_everywhere()
    assert await held(client, place)


async def test_after_a_missed_offer_one_can_join_again(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    path = await fill(client, shop, 1)
    missed = await join(client, shop, "ada")
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    await lapse_due(now=clock.now() + timedelta(hours=25))
    assert "The offer has run out" in (await client.get(missed)).text
    await fill(client, shop, 1)
    again = await join(client, shop, "ada")
    assert again != missed
    assert "You are next" in (await client.get(again)).text


async def test_nobody_jumps_the_line_by_another_ticket_type(client: httpx.AsyncClient) -> None:
    both = (TicketOffer("X", 0, ("Hall",)), TicketOffer("Seat", 0, ("Hall",)))
    shop = await make_shop(quotas=HALL, tickets=both)
    path = await fill(client, shop, 1)
    place = await join(client, shop, "ada", ticket="X")
    await client.post(f"{path}/seats/1/cancellation")
    # The worker has not come round yet.
    assert await buy(client, shop) == 409
    await work()
    assert await held(client, place)


async def test_who_came_first_is_served_first_whatever_the_ticket(client: httpx.AsyncClient) -> None:
    shop = await make_shop(quotas=HALL, tickets=(TicketOffer("X", 0, ("Hall",)), TicketOffer("Seat", 0, ("Hall",))))
    path = await fill(client, shop, 1)
    first, second = await join(client, shop, "ada", ticket="Seat"), await join(client, shop, "bo", ticket="X")
    assert "Position 2" in (await client.get(second)).text
    await work()
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    assert (await held(client, first), await held(client, second)) == (True, False)


async def test_who_waits_for_lunch_does_not_close_the_hall(client: httpx.AsyncClient) -> None:
    quotas = (QuotaOffer("Hall", 10), QuotaOffer("Lunch", 1))
    shop = await make_shop(
        quotas=quotas, tickets=(TicketOffer("Seat", 0, ("Hall", "Lunch")), TicketOffer("Lean", 0, ("Hall",)))
    )
    assert await buy(client, shop) == 303
    await join(client, shop, "ada")
    assert [await buy(client, shop, "Lean") for _ in range(9)] == [303] * 8 + [409]


async def test_joining_is_counted(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=0)
    answers = [await ask(client, shop, f"w{n}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert 'value="w20@wait.example"' in answers[-1].text
    assert "Too many tries." in answers[-1].text
