"""What an event is announced with: its price, the places left, whether it is sold out."""

import asyncio
import json
import re
from contextvars import Context
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import commands
from portal.events.values import PriceSummary
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.offering import follow_sales, offer_tickets
from portal.registration.jobs import upkeep as jobs
from portal.registration.queries import tickets as queries
from portal.registration.rules.pricing import places_left, summary
from portal.registration.values.offers import EventOffer, QuotaOffer, TicketOffer
from portal.registration.values.tickets import Draw, Places, Ticket
from tests.events.hearing import settled
from tests.factories.registration import Shop, make_shop

SOON = timedelta(days=3)
BEFORE, AFTER = {"sale_opens_at": SOON}, {"sale_closes_at": -SOON}


def kind(price: int, left: int | None = 50, *, of: int = 100, now: datetime, quota: int = 1, **more: Any) -> Ticket:
    """A ticket type with one quota; times count from now."""
    given = {"min_per_order": 1, "max_per_order": 8, "by_code_only": False, "extra": False, "waiting": 0,
             "sale_opens_at": None, "sale_closes_at": None}  # fmt: skip
    moments = {name: now + value for name, value in more.items() if isinstance(value, timedelta)}
    draws = () if left is None else (Draw(quota, of, left),)
    return Ticket(
        id=price * 100 + quota, name="", description="", price=price, regular_price=None, currency="EUR",
        tax_rate=Decimal(0), left=left, capacity=of, draws=draws, **{**given, **more, **moments},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("types", "is_free", "price_from", "sold_out"),
    [
        ([{"price": 520}, {"price": 1090}], False, 520, False),
        ([{"price": 520}, {"price": 140, "extra": True}], False, 520, False),
        ([{"price": 520}, {"price": 1, "by_code_only": True}], False, 520, False),
        ([{"price": 520}, {"price": 0}], True, 520, False),
        ([{"price": 0}, {"price": 35, "extra": True}], True, 0, False),
        ([{"price": 500, "left": 0}, {"price": 800}], False, 800, False),
        ([{"price": 500, "left": 3, "min_per_order": 4}, {"price": 800}], False, 800, False),
        ([{"price": 500, "left": None}, {"price": 800}], False, 500, False),
        ([{"price": 500, **AFTER}, {"price": 800}], False, 800, False),
        ([{"price": 500, **BEFORE}, {"price": 800}], False, 800, False),
        ([{"price": 500, "left": 0}, {"price": 800, **BEFORE}], False, 800, None),
        ([{"price": 500, "left": 0}, {"price": 800, "left": 0, **BEFORE}], False, 500, True),
        ([{"price": 500, "left": 0}, {"price": 35, "extra": True}], False, 500, True),
        ([{"price": 500, "left": 0}, {"price": 0}], True, 0, False),
        ([{"price": 500, **AFTER}], None, None, None),
        ([{"price": 1, "by_code_only": True}], None, None, None),
        ([], None, None, None),
    ],
)
def test_what_lists_say(
    types: list[dict[str, Any]], is_free: bool | None, price_from: int | None, sold_out: bool | None, now: datetime
) -> None:
    said = summary([kind(now=now, **more) for more in types], now)
    currency = "" if price_from is None else "EUR"
    assert said == PriceSummary(is_free=is_free, price_from=price_from, price_currency=currency, sold_out=sold_out)


@pytest.mark.parametrize(
    ("types", "left", "capacity"),
    [
        ([{"price": 520}, {"price": 1090}], 50, 100),
        ([{"price": 520, "left": 121, "of": 420}, {"price": 0, "left": 395, "of": 600, "quota": 2}], 121, 420),
        ([{"price": 520, "left": 0, "of": 420}, {"price": 0, "left": 395, "of": 600, "quota": 2}], 395, 600),
        ([{"price": 520, "left": 0, "of": 30}, {"price": 800, "quota": 2}], 50, 130),
        ([{"price": 520, "of": 30, **AFTER}, {"price": 800, "quota": 2}], 50, 100),
        ([{"price": 520}, {"price": 140, "left": 9, "of": 9, "quota": 2, "extra": True}], 50, 100),
        ([{"price": 520, "left": 3, "min_per_order": 4}], 0, 100),
        ([{"price": 520}, {"price": 290, "left": None}], 50, 100),
    ],
)
def test_the_places_are_of_the_tickets_the_price_is_of(
    types: list[dict[str, Any]], left: int, capacity: int, now: datetime
) -> None:
    assert places_left([kind(now=now, **more) for more in types], now) == Places(left, capacity, 0)


@pytest.mark.parametrize(
    "types",
    [[], [{"price": 520, "left": None}], [{"price": 520, "left": 0}, {"price": 290, "left": None}],
     [{"price": 520, **AFTER}]],
)  # fmt: skip
def test_no_number_where_there_is_no_limit(types: list[dict[str, Any]], now: datetime) -> None:
    assert places_left([kind(now=now, **more) for more in types], now) is None


async def announced() -> tuple[Any, ...]:
    return tuple(await db.fetch_one("SELECT is_free, price_from, sold_out FROM event") or ())


async def version() -> Any:
    return await db.fetch_value("SELECT version FROM event")


async def hold(shop: Shop, **wanted: int) -> None:
    chosen = {shop.tickets[name]: count for name, count in wanted.items()}
    await hold_seats(event_id=shop.event_id, wanted=chosen, code="", actor=None, now=clock.now())


async def test_when_the_early_price_is_over_no_list_names_it(database: str) -> None:
    now = clock.now()
    early = TicketOffer("Early", 50000, ("Hall",), sale_closes_at=now + SOON)
    await make_shop(tickets=(early, TicketOffer("Regular", 80000, ("Hall",))), now=now)
    for passed, price in ((timedelta(0), 50000), (SOON - timedelta(seconds=1), 50000), (SOON, 80000)):
        await follow_sales(now=now + passed)
        assert await announced() == (False, price, False)
    before = await version()
    await follow_sales(now=now + SOON + timedelta(days=1))
    assert await version() == before


async def test_what_is_gone_is_not_announced_until_it_comes_back(app: Litestar, client: httpx.AsyncClient) -> None:
    """Held places go and come back without anybody's edit; whoever holds the calendar entry has no news from it."""
    shop = await make_shop(
        quotas=(QuotaOffer("Early", 3), QuotaOffer("Hall", 10)),
        tickets=(TicketOffer("Early", 50000, ("Early", "Hall")), TicketOffer("Regular", 80000, ("Hall",))),
    )
    first, revision = await version(), await db.fetch_value("SELECT number FROM calendar_revision ORDER BY id DESC")
    await jobs.follow_sales()
    assert await version() == first
    await hold(shop, Early=3)
    await jobs.follow_sales()
    assert (await announced(), await version()) == ((False, 80000, False), first + 1)
    await settled(app)
    assert "from €800" in (await client.get("/events")).text
    await hold(shop, Regular=7)
    await jobs.follow_sales()
    assert (await announced(), await version()) == ((False, 50000, True), first + 2)
    assert await offers(app, client, shop) == [("500.00", "SoldOut")]
    assert "Full" in (await client.get(f"/events/{shop.slug}/places")).text
    await follow_sales(now=clock.now() + timedelta(hours=1))
    assert (await announced(), await version()) == ((False, 50000, False), first + 3)
    assert await offers(app, client, shop) == [("500.00", "InStock")]
    assert await db.fetch_value("SELECT number FROM calendar_revision ORDER BY id DESC") == revision


async def offers(app: Litestar, client: httpx.AsyncClient, shop: Shop) -> list[tuple[str, str | None]]:
    """Prices and availability as search engines read them."""
    await settled(app)
    page = (await client.get(f"/events/{shop.slug}")).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    event = json.loads(found[1])
    given = (event[0] if isinstance(event, list) else event).get("offers", [])
    return [
        (one["price"], one["availability"].rpartition("/")[2] if "availability" in one else None)
        for one in (given if isinstance(given, list) else [given])
    ]


async def test_a_conference_with_a_free_exhibition(app: Litestar, client: httpx.AsyncClient) -> None:
    """The price, the places beside it and both filters speak of the same tickets."""
    shop = await make_shop(
        quotas=(QuotaOffer("Conference", 420), QuotaOffer("Exhibition", 600), QuotaOffer("Tour", 24)),
        tickets=(
            TicketOffer("Day", 52000, ("Conference",)), TicketOffer("Exhibition", 0, ("Exhibition",)),
            TicketOffer("Tour", 14000, ("Tour",), extra=True),
        ),
    )  # fmt: skip
    for path in ("/events", "/events?price=free", "/events?price=paid", f"/events/{shop.slug}", "/events.atom"):
        assert "Free and from €520" in (await client.get(path)).text.replace("\u00a0", " "), path
    for path in (f"/events/places?ids={shop.event_id}", f"/events/{shop.slug}/places"):
        assert "420 of 420 left" in (await client.get(path)).text
    assert await offers(app, client, shop) == [("0.00", "InStock"), ("520.00", "InStock")]
    price = (await client.get("/api/v1/events")).json()["events"][0]["price"]
    assert price == {"free": True, "minor": 52000, "amount": "520.00", "currency": "EUR"}
    assert (await client.get(f"/events/{shop.slug}/register")).text.count("On top of another ticket.") == 1


async def test_nothing_is_claimed_of_a_sale_to_come(app: Litestar, client: httpx.AsyncClient) -> None:
    shop = await make_shop(tickets=(TicketOffer("Day", 52000, ("Hall",), sale_opens_at=clock.now() + SOON),))
    assert await offers(app, client, shop) == [("520.00", None)]


async def test_events_called_off_or_over_and_other_peoples_stay_as_they_are(database: str) -> None:
    now = clock.now()
    closing = (TicketOffer("Seat", 100, ("Hall",), sale_closes_at=now + timedelta(hours=1)),)
    shops = [await make_shop(tickets=closing, now=now) for _ in range(3)]
    await make_shop(tickets=closing, starts_at=now - timedelta(days=2), now=now)
    off, other, told, _ = await db.fetch("SELECT id, version FROM event ORDER BY id")
    await commands.cancel_event(actor=PORTAL, event_id=off["id"], version=off["version"], now=now)
    await db.execute("UPDATE event SET kind = 'external' WHERE id = $1", other["id"])
    await follow_sales(now=now + SOON)
    rows = await db.fetch("SELECT id, price_from FROM event ORDER BY id")
    assert [row["price_from"] for row in rows] == [100, 100, None, 100]
    assert told["id"] == shops[2].event_id


async def somebody_waits() -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not await db.fetch_value(waiting):
        await asyncio.sleep(0.01)


async def test_an_offer_that_changes_meanwhile_wins(database: str) -> None:
    """Whoever follows the sales waits for whoever edits the offer, and then reads it again."""
    now = clock.now()
    shop = await make_shop(price=5000, now=now)
    await db.execute("UPDATE ticket_type SET price = 6000")
    async with db.transaction():
        await db.execute("SELECT FROM event WHERE id = $1 FOR NO KEY UPDATE", shop.event_id)
        following = asyncio.create_task(follow_sales(now=now), context=Context())
        await asyncio.create_task(somebody_waits(), context=Context())
        offer = EventOffer("EUR", (QuotaOffer("Hall", 100),), (TicketOffer("Seat", 7000, ("Hall",)),))
        await offer_tickets(actor=PORTAL, event_id=shop.event_id, offer=offer, now=now)
    await following
    assert await announced() == (False, 7000, False)
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'event.priced'") == 2


async def test_the_worker_follows_sales(database: str) -> None:
    early = TicketOffer("Early", 50000, ("Hall",), sale_closes_at=clock.now() + SOON)
    await make_shop(tickets=(early, TicketOffer("Regular", 80000, ("Hall",))))
    await db.execute("UPDATE ticket_type SET sale_closes_at = $1 WHERE name = 'Early'", clock.now() - SOON)
    await jobs.follow_sales()
    assert await announced() == (False, 80000, False)


async def test_an_offer_taken_back_leaves_no_price(database: str) -> None:
    shop = await make_shop(price=5000)
    await offer_tickets(
        actor=PORTAL, event_id=shop.event_id, offer=EventOffer("EUR", (QuotaOffer("Hall", 1),), ()), now=clock.now()
    )
    assert await announced() == (None, None, None)
    assert await queries.tickets(shop.event_id, now=clock.now()) == []
