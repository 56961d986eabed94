"""The waiting list: position and party size, timed offers in order, leaving by one click."""

import asyncio
import re
from datetime import timedelta

import httpx

from portal import wiring, worker
from portal.core import clock, db
from portal.core.settings import current
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.lapsing import give_back, lapse_due
from portal.registration.commands.waiting import join_waiting_list, offer_places
from portal.registration.queries.waiting import waiting_place
from portal.registration.values.offers import CodeOffer, QuotaOffer, TicketOffer
from tests.factories.registration import Shop, make_shop
from tests.paying import text_of


async def work() -> None:
    await worker.drain(wiring.services(current()))


async def fill(client: httpx.AsyncClient, shop: Shop, count: int) -> str:
    answer = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": str(count)})
    assert answer.status_code == 303
    path = answer.headers["location"].removesuffix("/details")
    who = {f"s{n}_who": "me" if n == 1 else "later" for n in range(1, count + 1)}
    await client.post(f"{path}/details", data={"first_name": "A", "last_name": "B", "email": "a@b.example", **who})
    return path


async def ask(client: httpx.AsyncClient, shop: Shop, name: str, size: int = 1, ticket: str = "Seat") -> httpx.Response:
    return await client.post(
        f"/events/{shop.slug}/waiting",
        data={
            "ticket_type": str(shop.tickets[ticket]),
            "name": name,
            "email": f"{name}@wait.example",
            "party_size": str(size),
        },
    )


async def join(client: httpx.AsyncClient, shop: Shop, name: str, size: int = 1, ticket: str = "Seat") -> str:
    """Stand in line; gives the address of the place, which only the mail has."""
    answer = await ask(client, shop, name, size, ticket)
    assert answer.status_code == 303, text_of(answer)
    secret = await db.fetch_value(
        "SELECT secret FROM waiting_entry WHERE email = $1 ORDER BY id DESC LIMIT 1", f"{name}@wait.example"
    )
    return f"/waiting/{secret}"


async def test_positions_offers_in_order_and_leaving(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=2)
    path = await fill(client, shop, 2)
    first, second, third = [await join(client, shop, name, size) for name, size in (("ada", 2), ("bo", 1), ("cy", 1))]
    await work()
    assert [text_of(await client.get(p)).count("Position 3") for p in (first, second, third)] == [0, 0, 1]
    assert "You are next" in (await client.get(first)).text
    assert "2 places of “Seat”" in text_of(await client.get(first))
    # One place is not enough for the party of two, and nobody is served past it.
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    assert "You are next" in (await client.get(first)).text
    # Nobody else can take what is kept for the line.
    refused = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    assert refused.status_code == 409
    await client.post(f"{first}/departure")
    assert "You are no longer waiting" in (await client.get(first)).text
    assert (await client.post(f"{first}/departure")).status_code == 409
    await client.post(f"{path}/seats/2/cancellation")
    await work()
    for page in (second, third):
        assert "A place is held for you" in (await client.get(page)).text
    subjects = [
        row["subject"] for row in await db.fetch("SELECT subject FROM mail WHERE topic = 'waiting' ORDER BY id")
    ]
    assert [subject.partition(":")[0] for subject in subjects] == ["On the waiting list"] * 3 + ["Held for you"] * 2


async def test_an_offer_that_runs_out_goes_to_the_next(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    path = await fill(client, shop, 1)
    first, second = await join(client, shop, "ada"), await join(client, shop, "bo")
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    assert "A place is held for you" in (await client.get(first)).text
    await lapse_due(now=clock.now() + timedelta(hours=25))
    await work()
    assert "The offer has run out" in (await client.get(first)).text
    assert "A place is held for you" in (await client.get(second)).text


async def test_an_offer_is_taken_up_like_any_order(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    path = await fill(client, shop, 1)
    place = await join(client, shop, "ada")
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    record = await waiting_place(place.rpartition("/")[2])
    assert record is not None
    details = await client.get(f"/orders/{record.offer_secret}/details")
    assert 'value="ada@wait.example"' in details.text
    done = await client.post(
        f"/orders/{record.offer_secret}/details",
        data={"first_name": "Ada", "last_name": "L", "email": "ada@wait.example", "s1_who": "me"},
    )
    assert done.status_code == 303
    assert "You are registered" in (await client.get(place)).text


async def test_joining_twice_keeps_the_place_and_writes_again(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=0)
    assert await join(client, shop, "ada") == await join(client, shop, "ada")
    await join(client, shop, "ada")
    await work()
    assert await db.fetch_value("SELECT count(*) FROM waiting_entry") == 1
    # The first mail, and one more for all of a day's asking.
    assert await db.fetch_value("SELECT count(*) FROM mail WHERE topic = 'waiting'") == 2


async def test_the_answer_says_nothing_about_who_stands_in_line(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    path = await fill(client, shop, 1)
    first = await ask(client, shop, "victim")
    await client.post(f"{path}/seats/1/cancellation")
    await work()
    # The victim is offered a place by now, and whoever asks with the same address must not get hold of it.
    again = await ask(client, shop, "victim")
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    secrets = await db.fetch_one(
        "SELECT w.secret AS place, o.secret AS offer FROM waiting_entry w JOIN seat_order o ON o.id = w.offered_order"
    )
    assert secrets is not None
    page = await client.get(again.headers["location"])
    for said in (str(again.headers), again.text, page.text):
        assert secrets["place"] not in said
        assert secrets["offer"] not in said
    assert "We have written to you" in page.text


async def test_looking_at_the_page_changes_nothing(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=0)
    place = await join(client, shop, "ada")
    await client.get(place)
    visit = await client.get(f"{place}/departure")
    assert (visit.status_code, visit.headers["location"]) == (303, place)
    assert await db.fetch_value("SELECT count(*) FROM waiting_entry WHERE left_at IS NULL") == 1


async def test_what_cannot_be_waited_for(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=0)
    for data, field in (
        ({"ticket_type": "999", "name": "A", "email": "a@b.example"}, "ticket_type"),
        ({"ticket_type": str(shop.tickets["Seat"]), "name": "", "email": "a@b.example"}, "name"),
        ({"ticket_type": str(shop.tickets["Seat"]), "name": "A", "email": "a@"}, "email"),
        (
            {"ticket_type": str(shop.tickets["Seat"]), "name": "A", "email": "a@b.example", "party_size": "0"},
            "party_size",
        ),
    ):
        answer = await client.post(f"/events/{shop.slug}/waiting", data=data)
        assert answer.status_code == 422
        assert f'id="f-{field}-e"' in answer.text


async def test_ten_wait_for_one_freed_place(database: str) -> None:
    now = clock.now()
    shop = await make_shop(capacity=1, now=now)
    seat = shop.tickets["Seat"]
    held = await hold_seats(event_id=shop.event_id, wanted={seat: 1}, code="", actor=None, now=now)
    for n in range(10):
        await join_waiting_list(
            event_id=shop.event_id, ticket_type=seat, email=f"w{n}@wait.example", name=f"W{n}", party_size=1, now=now
        )
    await give_back(order_id=held.order_id, now=now)
    await asyncio.gather(*(offer_places(event_id=shop.event_id, now=now) for _ in range(5)))
    rows = await db.fetch("SELECT email FROM waiting_entry WHERE offered_at IS NOT NULL")
    assert [row["email"] for row in rows] == ["w0@wait.example"]
    assert await db.fetch_value("SELECT taken FROM quota") == 1


async def test_who_finds_it_fully_booked_is_shown_to_the_line(client: httpx.AsyncClient) -> None:
    """The line is the first thing offered, beside the event, on the page without scripts and in the bar of a phone."""
    shop = await make_shop(capacity=1)
    seat = shop.tickets["Seat"]
    here = f"/events/{shop.slug}"
    for path in (f"{here}/tickets", f"{here}/register"):
        assert "Hold 1 place and continue" in (await client.get(path)).text
    assert "waiting" not in (await client.get(f"{here}/places")).text
    await fill(client, shop, 1)
    await join(client, shop, "ada")
    for path in (f"{here}/tickets", f"{here}/register"):
        page = await client.get(path)
        assert "Fully booked" in text_of(page)
        assert "and continue" not in page.text
        (link,) = re.findall(r'<a class="btn primary[^"]*" href="([^"]*)">Join the waiting list', page.text)
        assert link == f"{here}/waiting?ticket_type={seat}"
        assert f'<option value="{seat}" selected>' in (await client.get(link)).text
    bar = await client.get(f"{here}/places")
    assert text_of(bar).split() == ["Full", "·", "1", "waiting", "Join", "the", "waiting", "list"]
    assert f'id="bar-act" hx-swap-oob="true" href="{here}/waiting?ticket_type={seat}"' in bar.text
    rows = (await client.get(f"/events/places?ids={shop.event_id}")).text
    assert ("Full\N{NBSP}· 1 waiting" in rows, "bar-act" in rows) == (True, False)


async def test_a_code_still_opens_what_is_hidden_when_all_else_is_full(client: httpx.AsyncClient) -> None:
    shop = await make_shop(
        quotas=(QuotaOffer("Hall", 1), QuotaOffer("Crew", 5)),
        tickets=(TicketOffer("Seat", 0, ("Hall",)), TicketOffer("Helper", 0, ("Crew",), by_code_only=True)),
        codes=(CodeOffer("CREW", tickets=("Helper",)),),
    )
    await fill(client, shop, 1)
    assert "Fully booked" in text_of(await client.get(f"/events/{shop.slug}/register"))
    page = text_of(await client.get(f"/events/{shop.slug}/register?code=CREW"))
    assert ("Fully booked" in page, "Hold 1 place and continue" in page) == (False, True)


async def test_what_is_not_on_sale_cannot_be_held(client: httpx.AsyncClient) -> None:
    later = TicketOffer("Seat", 0, ("Hall",), sale_opens_at=clock.now() + timedelta(days=3))
    shop = await make_shop(tickets=(later,))
    page = text_of(await client.get(f"/events/{shop.slug}/register"))
    assert "None of these tickets is on sale at the moment." in page
    assert "and continue" not in page


async def test_large_numbers_are_easy_to_read(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=12345)
    for path in (f"/events/{shop.slug}/places", f"/events/places?ids={shop.event_id}"):
        assert "12,345 of 12,345 left" in text_of(await client.get(path))
    assert "12,345 left." in text_of(await client.get(f"/events/{shop.slug}/tickets"))
