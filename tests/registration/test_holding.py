"""Holds: what is counted, what is refused, and that nothing is ever sold twice."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.registration import queries
from portal.registration.commands.holding import SoldOut, change_code, hold_seats
from portal.registration.commands.lapsing import give_back, lapse_due
from portal.registration.values import CodeOffer, QuotaOffer, TicketOffer
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
    order = await queries.order_by_secret(await hold(shop, now, Seat=3))
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
    order = await queries.order_by_secret(first)
    assert order is not None
    assert (order.state, order.end_reason) == ("lapsed", "not completed in time")
    assert await taken(shop) == {"Hall": 2}


async def test_given_back_places_are_free_and_can_be_given_back_once(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=2, now=now)
    order = await queries.order_by_secret(await hold(shop, now, Seat=2))
    assert order is not None
    await give_back(order_id=order.id, now=now)
    assert await taken(shop) == {"Hall": 0}
    with pytest.raises(Conflict):
        await give_back(order_id=order.id, now=now)


async def test_the_database_itself_refuses_to_oversell(database: str, now: datetime) -> None:
    shop = await make_shop(capacity=1, now=now)
    order = await queries.order_by_secret(await hold(shop, now, Seat=1))
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
    order = await queries.order_by_secret(await hold(shop, now, code="circle10", Open=1))
    assert order is not None
    assert [seat.net for seat in order.seats] == [9000]
    order = await queries.order_by_secret(await hold(shop, now, code="INSIDE", Open=1, Hidden=1))
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
    order = await queries.order_by_secret(secret)
    assert order is not None
    await change_code(order_id=order.id, code="half", now=now)
    order = await queries.order_by_secret(secret)
    assert order is not None
    assert (order.code, [seat.net for seat in order.seats]) == ("HALF", [4999, 4999])
    await change_code(order_id=order.id, code="", now=now)
    order = await queries.order_by_secret(secret)
    assert order is not None
    assert (order.code, [seat.net for seat in order.seats]) == ("", [9999, 9999])
