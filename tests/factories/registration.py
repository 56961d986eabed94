"""Events that sell tickets, made through the ordinary commands."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.commands import save_event
from portal.events.tables import EventFormat
from portal.events.values import EventFacts, VenueFacts
from portal.registration.commands.asking import save_question, set_rules
from portal.registration.commands.offering import offer_tickets
from portal.registration.queries import setup
from portal.registration.tables import QuestionKind
from portal.registration.values.offers import CodeOffer, EventOffer, QuotaOffer, TicketOffer
from portal.registration.values.setup import QuestionFacts

_numbers = count(1)


async def rule(shop: "Shop", **rules: Any) -> None:
    """Set rules of the event's registration."""
    known = await setup.rules(shop.event_id)
    await set_rules(
        actor=PORTAL, event_id=shop.event_id, rules=msgspec.structs.replace(known, **rules), now=clock.now()
    )


async def ask(shop: "Shop", label: str, kind: QuestionKind = QuestionKind.TEXT, *options: str, **more: Any) -> str:
    """Have the event ask something of everybody; gives the field's plain name."""
    facts = QuestionFacts(kind=kind, label=label, options=options, **{"required": True, **more})
    made = await save_question(actor=PORTAL, event_id=shop.event_id, facts=facts, now=clock.now())
    return f"q{made}"


class Shop:
    """An event on sale: its id, slug, and ticket-type ids by name."""

    def __init__(self, event_id: int, slug: str, tickets: dict[str, int]) -> None:
        self.event_id = event_id
        self.slug = slug
        self.tickets = tickets


async def make_shop(
    *,
    capacity: int = 100,
    price: int = 0,
    currency: str = "EUR",
    tax_rate: str = "19",
    tickets: tuple[TicketOffer, ...] = (),
    quotas: tuple[QuotaOffer, ...] = (),
    codes: tuple[CodeOffer, ...] = (),
    format: EventFormat = EventFormat.IN_PERSON,
    country: str = "DE",
    starts_at: datetime | None = None,
    now: datetime | None = None,
) -> Shop:
    """One published event with one ticket type (`Seat`) drawing from one quota, unless told otherwise."""
    now = now or clock.now()
    start = starts_at or (now + timedelta(days=60)).replace(hour=9, minute=0, second=0, microsecond=0)
    number = next(_numbers)
    venue = VenueFacts(name="Donauhalle", street="Uferstrasse 14", postal_code="1220", city="Vienna", country=country)
    event_id = await save_event(
        actor=PORTAL,
        facts=EventFacts(
            title=f"Fill & Finish Forum {number}", starts_at=start.astimezone(UTC),
            ends_at=start.astimezone(UTC) + timedelta(hours=8), timezone="Europe/Vienna", format=format,
            venue=None if format is EventFormat.ONLINE else venue, organiser_name="Sterile Line",
        ),
        now=now,
    )  # fmt: skip
    offer = EventOffer(
        currency=currency,
        quotas=quotas or (QuotaOffer("Hall", capacity),),
        tickets=tickets or (TicketOffer("Seat", price, ("Hall",), tax_rate=Decimal(tax_rate), max_per_order=50),),
        codes=codes,
    )
    await offer_tickets(actor=PORTAL, event_id=event_id, offer=offer, now=now)
    slug = await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id)
    rows = await db.fetch("SELECT name, id FROM ticket_type WHERE event = $1", event_id)
    return Shop(event_id, slug, {row["name"]: row["id"] for row in rows})
