"""The invented publisher's own events, read from `data/own`. Their dates count from the day the demo first starts."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from portal.core import times
from portal.core.settings import current
from portal.events.tables import EventFormat, EventKind
from portal.events.values import EventFacts, VenueFacts
from portal.registration.values.offers import CodeOffer, EventOffer, QuotaOffer, TicketOffer

SOURCE = "sterile-line-demo"
FOLDER = Path(__file__).parent / "data" / "own"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


class When(msgspec.Struct, forbid_unknown_fields=True):
    """The first such weekday at least `after` days from the demo's first day, or that very day where none is named; times of
    day are the place's.
    """

    after: int
    starts: str
    ends: str
    weekday: Literal["mon", "tue", "wed", "thu", "fri"] | None = None
    days: int = 1


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """An invented house in a real city."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    timezone: str
    latitude: float
    longitude: float
    region: str = ""
    directions: str = ""


class Ticket(msgspec.Struct, forbid_unknown_fields=True):
    """A ticket type; `opens` and `closes` in days, `taken` places are gone when the demo begins."""

    name: str
    price: int
    quotas: tuple[str, ...]
    description: str
    regular_price: int | None = None
    opens: int | None = None
    closes: int | None = None
    min: int = 1
    max: int = 8
    hidden: bool = False
    extra: bool = False
    taken: int = 0


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """A promo code."""

    code: str
    label: str
    percent_off: float = 0
    amount_off: int = 0
    max_uses: int | None = None
    closes: int | None = None
    tickets: tuple[str, ...] = ()


class Offer(msgspec.Struct, forbid_unknown_fields=True):
    """What an event sells. `tax` in per cent; prices are net, in the currency's minor units."""

    currency: str
    tax: float
    quotas: dict[str, int]
    tickets: list[Ticket]
    codes: list[Code] = []
    waiting: dict[str, int] = {}


class Moved(msgspec.Struct, forbid_unknown_fields=True):
    """The event was put off by so many days after it had been announced."""

    days: int


class OwnEvent(msgspec.Struct, forbid_unknown_fields=True):
    """One event of the files."""

    key: str
    title: str
    when: When
    topics: tuple[str, ...]
    image: str
    language: str
    summary: str
    description: str
    place: Place | None = None
    format: EventFormat = EventFormat.IN_PERSON
    online_url: str = ""
    sponsor: str = ""
    organiser: str = ""
    state: Literal["published", "cancelled"] = "published"
    moved: Moved | None = None
    offer: Offer | None = None


def read() -> list[OwnEvent]:
    """Every own event, in the order of the files."""
    found: list[OwnEvent] = []
    for file in sorted(FOLDER.glob("*.yml")):
        content: Any = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found += msgspec.convert(content, list[OwnEvent])
    return found


def first_day(when: When, today: date) -> date:
    """The day an event begins; never at a weekend nor over the turn of the year, unless it goes by the day."""
    day = today + timedelta(days=when.after)
    if when.weekday is None:
        return day
    day += timedelta(days=(_WEEKDAYS.index(when.weekday) - day.weekday()) % 7)
    week = timedelta(days=7 if when.after > 0 else -7)
    while (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 6):
        day += week
    return day


def today(now: datetime) -> date:
    """The day it is where the publisher sits."""
    return now.astimezone(times.zone(current().site_timezone)).date()


def announced(event: OwnEvent, *, now: datetime) -> datetime:
    """When the publisher announced it: half a year ahead, the latest a few days ago."""
    return now - timedelta(days=max(2, 178 - event.when.after), hours=event.when.after % 9)


def facts(event: OwnEvent, *, now: datetime) -> EventFacts:
    """An event as it is announced first."""
    starts_at, ends_at, zone = span(event, now=now)
    place = event.place
    online = event.format is not EventFormat.IN_PERSON
    venue = None
    if place is not None:
        kept = {name: getattr(place, name) for name in Place.__struct_fields__ if name != "timezone"}
        venue = VenueFacts(**kept)
    return EventFacts(
        title=event.title,
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=zone,
        format=event.format,
        kind=EventKind.OWN,
        summary=event.summary,
        description=event.description,
        venue=venue,
        topics=event.topics,
        organiser_name=event.organiser or current().site_name,
        online_url=event.online_url or (f"https://rooms.sterileline.example/{event.key}" if online else ""),
        language=event.language,
        image=event.image,
        sponsor=event.sponsor,
        slug=event.key,
        source=SOURCE,
        source_key=event.key,
    )


def span(event: OwnEvent, *, now: datetime, later: int = 0) -> tuple[datetime, datetime, str]:
    """Start, end and zone; `later` days after the first announcement."""
    zone = event.place.timezone if event.place else current().site_timezone
    first = first_day(event.when, today(now)) + timedelta(days=later)
    last = first + timedelta(days=event.when.days - 1)
    starts = datetime.combine(first, time.fromisoformat(event.when.starts), times.zone(zone))
    ends = datetime.combine(last, time.fromisoformat(event.when.ends), times.zone(zone))
    return starts.astimezone(UTC), ends.astimezone(UTC), zone


def ticket_specs(*, now: datetime) -> dict[str, EventOffer]:
    """What each own event sells, by its key."""
    return {event.key: offer(event.offer, now=now) for event in read() if event.offer is not None}


def offer(sold: Offer, *, now: datetime) -> EventOffer:
    """Days turned into moments."""
    tax = Decimal(str(sold.tax))
    return EventOffer(
        currency=sold.currency,
        quotas=tuple(QuotaOffer(name, capacity) for name, capacity in sold.quotas.items()),
        tickets=tuple(
            TicketOffer(
                name=ticket.name, price=ticket.price, quotas=ticket.quotas, description=ticket.description,
                regular_price=ticket.regular_price, tax_rate=tax, sale_opens_at=_end_of(ticket.opens, now),
                sale_closes_at=_end_of(ticket.closes, now), min_per_order=ticket.min, max_per_order=ticket.max,
                by_code_only=ticket.hidden, extra=ticket.extra,
            )
            for ticket in sold.tickets
        ),
        codes=tuple(
            CodeOffer(
                code=code.code, label=code.label, percent_off=Decimal(str(code.percent_off)),
                amount_off=code.amount_off, max_uses=code.max_uses, valid_until=_end_of(code.closes, now),
                tickets=code.tickets,
            )
            for code in sold.codes
        ),
    )  # fmt: skip


def _end_of(days: int | None, now: datetime) -> datetime | None:
    """The last minute of a day at the publisher's."""
    if days is None:
        return None
    day = today(now) + timedelta(days=days)
    return datetime.combine(day, time(23, 59), times.zone(current().site_timezone)).astimezone(UTC)
