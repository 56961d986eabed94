"""Holds: what is counted, what is refused, and that nothing is ever sold twice."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.payments.buying import Buyer
from portal.registration.commands.codes import change_code
from portal.registration.commands.holding import SoldOut, hold_seats
from portal.registration.commands.lapsing import give_back, lapse_due
from portal.registration.commands.offering import offer_tickets
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.commands.waiting import offer_places
from portal.registration.queries import tickets as queries
from portal.registration.queries.orders import order_by_secret
from portal.registration.rules.pricing import places_left
from portal.registration.values.offers import CodeOffer, EventOffer, QuotaOffer, TicketOffer
from portal.registration.values.tickets import Places
from tests.factories.registration import Shop, make_shop


async def hold(shop: Shop, now: datetime, code: str = "", **wanted: int) -> str:
    tickets = {shop.tickets[name.replace("_", " ")]: count for name, count in wanted.items()}
    held = await hold_seats(event_id=shop.event_id, wanted=tickets, code=code, actor=None, now=now)
    return held.secret


async def taken(shop: Shop) -> dict[str, int]:
    rows = await db.fetch("SELECT name, taken FROM quota WHERE event = $1", shop.event_id)
    return {row["name"]: row["taken"] for row in rows}


async def test_a_hold_takes_places_and_says_when_it_ends(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=10, now=now)
    order = await order_by_secret(await hold(shop, now, Seat=3))
    assert order is not None
    assert (order.state, len(order.seats), order.left_after_hold) == ("held", 3, 7)
    assert order.holds_until == now + timedelta(minutes=15)
    assert await taken(shop) == {"Hall": 3}


async def test_ticket_types_share_a_quota(database: str, now: datetime) -> None:
    shop = await make_shop(
        quotas=(QuotaOffer("Hall", 5), QuotaOffer("Lunch", 2)),
        tickets=(TicketOffer("Full", 100, ("Hall", "Lunch")), TicketOffer("Lean", 50, ("Hall",))),
        now=now,
    )
    await hold(shop, now, Full=2, Lean=1)
    assert await taken(shop) == {"Hall": 3, "Lunch": 2}
    with pytest.raises(SoldOut) as gone:
        await hold(shop, now, Full=1)
    assert gone.value.left == {shop.tickets["Full"]: 0, shop.tickets["Lean"]: 2}
    await hold(shop, now, Lean=2)
    assert await taken(shop) == {"Hall": 5, "Lunch": 2}


async def test_lapsed_holds_are_free_again_at_once(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=2, now=now)
    first = await hold(shop, now, Seat=2)
    later = now + timedelta(minutes=15)
    assert [ticket.left for ticket in await queries.tickets(shop.event_id, now=later)] == [2]
    await hold(shop, later, Seat=2)
    order = await order_by_secret(first)
    assert order is not None
    assert (order.state, order.end_reason) == ("lapsed", "not completed in time")
    assert await taken(shop) == {"Hall": 2}


async def test_given_back_places_are_free_and_can_be_given_back_once(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=2, now=now)
    order = await order_by_secret(await hold(shop, now, Seat=2))
    assert order is not None
    await give_back(order_id=order.id, now=now)
    assert await taken(shop) == {"Hall": 0}
    with pytest.raises(Conflict):
        await give_back(order_id=order.id, now=now)


async def test_the_database_itself_refuses_to_oversell(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=1, now=now)
    order = await order_by_secret(await hold(shop, now, Seat=1))
    assert order is not None
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute(
            "INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, "
            "last_name, email, job_title, company) VALUES ($1, $2, 9, 'held', 0, 0, 'X', 'X', '', '', '', '', '')",
            order.id, shop.tickets["Seat"],
        )  # fmt: skip


async def test_200_buyers_at_once_for_100_places(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=100, now=now)

    async def buy() -> bool:
        try:
            await hold(shop, now, Seat=1)
        except SoldOut:
            return False
        return True

    won = await asyncio.gather(*(buy() for _ in range(200)))
    assert sum(won) == 100
    assert await taken(shop) == {"Hall": 100}


async def test_mixed_baskets_in_any_order_never_deadlock(database: str, now: datetime) -> None:
    shop = await make_shop(
        quotas=(QuotaOffer("A", 60), QuotaOffer("B", 60), QuotaOffer("C", 60)),
        tickets=(
            TicketOffer("x", 0, ("A", "B")),
            TicketOffer("y", 0, ("C", "A")),
            TicketOffer("z", 0, ("B", "C")),
        ),
        now=now,
    )
    baskets = [{"x": 1, "y": 1}, {"y": 1, "z": 1}, {"z": 1, "x": 1}]

    async def buy(n: int) -> bool:
        try:
            await hold(shop, now, **baskets[n % 3])
        except SoldOut:
            return False
        return True

    await asyncio.gather(*(buy(n) for n in range(120)))
    seats = await db.fetch_value("SELECT count(*) FROM seat WHERE state = 'held'")
    counted = await taken(shop)
    assert sum(counted.values()) == 2 * seats
    assert max(counted.values()) <= 60


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def test_quotas_are_locked_one_after_the_other_in_one_order(database: str, now: datetime) -> None:
    """Each is held by somebody else in turn: whoever waits for it has locked those before it, and none after it."""
    names = [f"Q{n}" for n in range(5)]
    shop = await make_shop(
        quotas=tuple(QuotaOffer(name, 60) for name in names),
        tickets=(TicketOffer("x", 0, tuple(reversed(names))), TicketOffer("y", 0, ("Q2", "Q0"))),
        now=now,
    )
    # Rows lie in another order than their ids.
    for name in ("Q1", "Q3", "Q0"):
        await db.execute("UPDATE quota SET capacity = capacity + 1 WHERE name = $1", name)
    ids = [row["id"] for row in await db.fetch("SELECT id FROM quota ORDER BY id")]
    other = await asyncpg.connect(database)
    watcher = await asyncpg.connect(database)
    try:
        for n, blocked in enumerate(ids):
            block = other.transaction()
            await block.start()
            await other.execute("SELECT FROM quota WHERE id = $1 FOR UPDATE", blocked)
            buying = asyncio.create_task(hold(shop, now, x=1, y=1))
            while not await watcher.fetchval(_WAITING):
                await asyncio.sleep(0.01)
            free = await watcher.fetch("SELECT id FROM quota ORDER BY id FOR UPDATE SKIP LOCKED")
            assert [row["id"] for row in free] == ids[n + 1 :]
            await block.rollback()
            await buying
    finally:
        await other.close()
        await watcher.close()


@pytest.mark.parametrize("act", ["buy", "offer tickets", "offer places"])
async def test_whoever_waits_for_the_event_has_locked_no_quota(database: str, now: datetime, act: str) -> None:
    shop = await make_shop(capacity=5, price=5000, now=now)
    seat = shop.tickets["Seat"]
    acts: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
        "buy": lambda: hold(shop, now, Seat=1),
        "offer tickets": lambda: offer_tickets(
            actor=PORTAL, event_id=shop.event_id, now=now,
            offer=EventOffer("EUR", (QuotaOffer("Hall", 9),), (TicketOffer("Seat", 100, ("Hall",)),)),
        ),
        "offer places": lambda: offer_places(event_id=shop.event_id, now=now),
    }  # fmt: skip
    await db.execute(
        "INSERT INTO waiting_entry (secret, ticket_type, email, name, party_size, joined_at, left_reason) "
        "VALUES ('s', $1, 'a@b.example', 'A', 1, $2, '')", seat, now,
    )  # fmt: skip
    other = await asyncpg.connect(database)
    try:
        block = other.transaction()
        await block.start()
        await other.execute("SELECT FROM event WHERE id = $1 FOR UPDATE", shop.event_id)
        acting = asyncio.create_task(acts[act]())
        while not await other.fetchval(_WAITING):
            await asyncio.sleep(0.01)
        assert await other.fetch("SELECT id FROM quota FOR UPDATE NOWAIT")
        await block.rollback()
        await acting
    finally:
        await other.close()


async def test_codes_that_are_swapped_at_once_never_deadlock(database: str, now: datetime) -> None:
    codes = (
        CodeOffer("AAA", percent_off=Decimal(50), max_uses=50),
        CodeOffer("BBB", percent_off=Decimal(40), max_uses=50),
    )
    shop = await make_shop(price=5000, codes=codes, now=now)
    swaps = []
    for n in range(20):
        order = await order_by_secret(await hold(shop, now, code=("AAA", "BBB")[n % 2], Seat=1))
        assert order is not None
        swaps.append(change_code(order_id=order.id, code=("BBB", "AAA")[n % 2], now=now))
    await asyncio.gather(*swaps)
    assert [row["used"] for row in await db.fetch("SELECT used FROM promo_code ORDER BY id")] == [10, 10]


async def test_giving_back_while_details_are_saved_leaves_no_open_page(database: str, now: datetime) -> None:
    """The purchase that appears between two reads is voided with the order."""
    shop = await make_shop(price=5000, now=now)
    buyer = Buyer(email="a@b.example", name="A B", country="DE")
    for _ in range(8):
        order = await order_by_secret(await hold(shop, now, Seat=1))
        assert order is not None
        save = save_details(order=order, buyer=buyer, attendees=[Attendee()], draft={}, actor=None, now=now)
        await asyncio.gather(save, give_back(order_id=order.id, now=now), return_exceptions=True)
    rows = await db.fetch(
        "SELECT o.state AS o, p.state AS p FROM seat_order o LEFT JOIN purchase p ON p.id = o.purchase_id"
    )
    assert {row["o"] for row in rows} == {"lapsed"}
    assert {row["p"] for row in rows} <= {"void", None}


@pytest.mark.parametrize(
    ("quotas", "tickets", "wanted", "words"),
    [
        (
            (QuotaOffer("Hall", 1),), (TicketOffer("Hall seat", 0, ("Hall",)), TicketOffer("Online", 0, ())),
            {"Hall seat": 2, "Online": 2}, "Hall seat: 1 left, 2 asked for.",
        ),
        (
            (QuotaOffer("Hall", 10),), (TicketOffer("A", 0, ("Hall",)), TicketOffer("B", 0, ("Hall",))),
            {"A": 6, "B": 6}, "A and B share their places, and there are not 12 left.",
        ),
        ((QuotaOffer("Hall", 0),), (TicketOffer("A", 0, ("Hall",)),), {"A": 1}, "A is full."),
    ],
)  # fmt: skip
async def test_what_is_missing_is_said_truly(
    database: str, now: datetime, quotas: tuple[QuotaOffer, ...], tickets: tuple[TicketOffer, ...],
    wanted: dict[str, int], words: str,
) -> None:  # fmt: skip
    shop = await make_shop(quotas=quotas, tickets=tickets, now=now)
    with pytest.raises(SoldOut) as gone:
        await hold_seats(
            event_id=shop.event_id,
            wanted={shop.tickets[name]: n for name, n in wanted.items()},
            code="",
            actor=None,
            now=now,
        )
    assert gone.value.message == words


async def test_places_are_those_that_can_be_sold(database: str, now: datetime) -> None:
    shop = await make_shop(
        quotas=(QuotaOffer("Hall", 100), QuotaOffer("Dinner", 20), QuotaOffer("Staff", 7)),
        tickets=(
            TicketOffer("A", 0, ("Hall",)), TicketOffer("B", 0, ("Hall", "Dinner")), TicketOffer("Online", 0, ()),
            TicketOffer("Crew", 0, ("Staff",), by_code_only=True),
        ),
        now=now,
    )  # fmt: skip
    assert places_left(await queries.tickets(shop.event_id, now=now), now) == Places(100, 100, 0)
    await hold(shop, now, A=2, B=3)
    assert places_left(await queries.tickets(shop.event_id, now=now), now) == Places(95, 100, 0)


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({}, "", "Please choose at least one ticket."),
        ({"Pair": 1}, "Pair", "Pair is sold from 2 places."),
        ({"Pair": 5}, "Pair", "At most 4 places of Pair per order."),
        ({"Early": 1}, "Early", "Early is no longer on sale."),
        ({"Late": 1}, "Late", "Late is not on sale yet."),
        ({"Hidden": 1}, "Hidden", "This ticket is not on offer."),
    ],
)
async def test_choices_that_cannot_be(
    database: str, now: datetime, wanted: dict[str, int], field: str, words: str
) -> None:
    shop = await make_shop(
        tickets=(
            TicketOffer("Pair", 0, ("Hall",), min_per_order=2, max_per_order=4),
            TicketOffer("Early", 0, ("Hall",), sale_closes_at=now),
            TicketOffer("Late", 0, ("Hall",), sale_opens_at=now + timedelta(days=1)),
            TicketOffer("Hidden", 0, ("Hall",), by_code_only=True),
        ),
        now=now,
    )
    with pytest.raises(Invalid) as refused:
        await hold(shop, now, **wanted)
    assert refused.value.fields == {f"ticket_{shop.tickets[field]}" if field else "": words}


async def test_codes_take_off_reveal_and_run_out(database: str, now: datetime) -> None:
    shop = await make_shop(
        tickets=(
            TicketOffer("Open", 10000, ("Hall",)),
            TicketOffer("Hidden", 5000, ("Hall",), by_code_only=True),
        ),
        codes=(
            CodeOffer("Circle10", percent_off=Decimal(10)),
            CodeOffer("INSIDE", tickets=("Hidden",), amount_off=1500),
            CodeOffer("ONCE", percent_off=Decimal(100), max_uses=1),
            CodeOffer("OLD", percent_off=Decimal(5), valid_until=now),
        ),
        now=now,
    )
    order = await order_by_secret(await hold(shop, now, code="circle10", Open=1))
    assert order is not None
    assert [seat.net for seat in order.seats] == [9000]
    order = await order_by_secret(await hold(shop, now, code="INSIDE", Open=1, Hidden=1))
    assert order is not None
    assert [(seat.ticket_name, seat.net) for seat in order.seats] == [("Open", 10000), ("Hidden", 3500)]
    for code, words in {
        "OLD": "This code has expired.", "NOPE": "We do not know this code. Please check the spelling.",
    }.items():  # fmt: skip
        with pytest.raises(Invalid) as refused:
            await hold(shop, now, code=code, Open=1)
        assert refused.value.fields == {"code": words}


async def test_a_limited_code_is_used_once_by_many_at_once(database: str, now: datetime) -> None:
    shop = await make_shop(price=5000, codes=(CodeOffer("ONCE", percent_off=Decimal(50), max_uses=3),), now=now)

    async def buy() -> bool:
        try:
            await hold(shop, now, code="ONCE", Seat=1)
        except Invalid:
            return False
        return True

    assert sum(await asyncio.gather(*(buy() for _ in range(12)))) == 3
    await lapse_due(now=now + timedelta(hours=1))
    assert await db.fetch_value("SELECT used FROM promo_code") == 0


async def test_code_put_on_and_taken_off_a_hold(database: str, now: datetime) -> None:
    shop = await make_shop(price=9999, codes=(CodeOffer("HALF", percent_off=Decimal(50)),), now=now)
    secret = await hold(shop, now, Seat=2)
    order = await order_by_secret(secret)
    assert order is not None
    await change_code(order_id=order.id, code="half", now=now)
    order = await order_by_secret(secret)
    assert order is not None
    assert (order.code, [seat.net for seat in order.seats]) == ("HALF", [4999, 4999])
    await change_code(order_id=order.id, code="", now=now)
    order = await order_by_secret(secret)
    assert order is not None
    assert (order.code, [seat.net for seat in order.seats]) == ("", [9999, 9999])
