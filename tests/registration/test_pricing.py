"""The price an event is announced with: what somebody who comes alone pays at least."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.registration import jobs
from portal.registration.commands.offering import follow_sales, offer_tickets
from portal.registration.rules.pricing import Priced, Summary, summary
from portal.registration.values import EventOffer, QuotaOffer, TicketOffer
from tests.factories.registration import make_shop


def priced(price: int, **more: Any) -> Priced:
    given = {"places": 100, "min_per_order": 1, "max_per_order": 8, "by_code_only": False, "sale_opens_at": None,
             "sale_closes_at": None}  # fmt: skip
    return Priced(price=price, **{**given, **more})


SOON = timedelta(days=3)


@pytest.mark.parametrize(
    ("types", "is_free", "price_from"),
    [
        ([priced(52000), priced(109000)], False, 52000),
        ([priced(52000), priced(14000, places=19)], False, 52000),
        ([priced(52000), priced(19000, places=20)], False, 19000),
        ([priced(52000, places=None), priced(19000, places=20)], False, 19000),
        ([priced(52000), priced(30000, min_per_order=4)], False, 52000),
        ([priced(52000), priced(9000, max_per_order=1)], False, 52000),
        ([priced(52000), priced(100, by_code_only=True)], False, 52000),
        ([priced(52000), priced(0)], False, 52000),
        ([priced(0, places=6000), priced(3500, places=60)], True, 0),
        ([priced(0, max_per_order=2), priced(0, max_per_order=1)], True, 0),
        ([priced(30000, min_per_order=4), priced(20000, min_per_order=2)], False, 20000),
        ([priced(9000, max_per_order=1)], False, 9000),
        ([priced(100, by_code_only=True)], False, None),
        ([], False, None),
    ],
)
def test_who_comes_alone_and_proves_nothing(
    types: list[Priced], is_free: bool, price_from: int | None, now: datetime
) -> None:
    assert summary(types, now) == Summary(is_free, price_from)


def test_what_is_on_sale_counts_else_what_will_be(now: datetime) -> None:
    over, later = priced(100, sale_closes_at=now), priced(200, sale_opens_at=now + SOON)
    assert summary([over, later, priced(300)], now).price_from == 300
    assert summary([over, later], now).price_from == 200
    assert summary([over], now).price_from == 100
    extra = priced(10, places=10)
    assert summary([later, extra], now).price_from == 200


async def announced() -> Any:
    return await db.fetch_value("SELECT price_from FROM event")


async def test_when_the_early_price_is_over_no_list_names_it(database: str) -> None:
    now = clock.now()
    early = TicketOffer("Early", 50000, ("Hall",), sale_closes_at=now + SOON)
    await make_shop(tickets=(early, TicketOffer("Regular", 80000, ("Hall",))))
    for passed, price in ((timedelta(0), 50000), (SOON - timedelta(seconds=1), 50000), (SOON, 80000)):
        await follow_sales(now=now + passed)
        assert await announced() == price
    version = await db.fetch_value("SELECT version FROM event")
    await follow_sales(now=now + SOON + timedelta(days=1))
    assert await db.fetch_value("SELECT version FROM event") == version


async def test_the_worker_follows_sales(database: str) -> None:
    early = TicketOffer("Early", 50000, ("Hall",), sale_closes_at=clock.now() + SOON)
    await make_shop(tickets=(early, TicketOffer("Regular", 80000, ("Hall",))))
    await db.execute("UPDATE ticket_type SET sale_closes_at = $1 WHERE name = 'Early'", clock.now() - SOON)
    await jobs.follow_sales()
    assert await announced() == 80000


async def test_an_offer_taken_back_leaves_no_price(database: str) -> None:
    shop = await make_shop(price=5000)
    await offer_tickets(
        actor=PORTAL, event_id=shop.event_id, offer=EventOffer("EUR", (QuotaOffer("Hall", 1),), ()), now=clock.now()
    )
    assert await announced() is None
