"""What the HTTP API answers with. These structs are the documentation's schemas."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from portal.core.money import Money
from portal.core.settings import current
from portal.events.queries.exports import Full
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import Detail


class Place(msgspec.Struct, frozen=True, omit_defaults=False):
    """Where an event is. A city may be all that is known."""

    name: str
    street: str
    postal_code: str
    city: str
    region: str
    country: Annotated[str | None, Meta(description="ISO 3166-1 alpha-2 code")]
    latitude: float | None
    longitude: float | None


class TopicOut(msgspec.Struct, frozen=True):
    slug: str
    name: str


class TopicCounted(msgspec.Struct, frozen=True):
    """A topic and how many upcoming events have it."""

    slug: str
    name: str
    upcoming: int


class TopicList(msgspec.Struct, frozen=True):
    topics: list[TopicCounted]


class Price(msgspec.Struct, frozen=True):
    """Whether some tickets are free, and the lowest price of the others, before tax; 0 where there are no others.
    `minor` counts the smallest unit of the currency; `amount` is the same in words a person would use, such as
    `890.00`."""

    free: bool
    minor: int
    amount: str
    currency: str


class EventOut(msgspec.Struct, frozen=True, kw_only=True):
    """An event. Moments are in UTC; `timezone` is the IANA zone in which the event is announced, and `starts_on` and
    `ends_on` are its days there."""

    id: int
    version: Annotated[int, Meta(description="Rises with every change of the event")]
    slug: str
    title: str
    summary: str
    state: Annotated[EventState, Meta(description="`moved`: takes place at another time or place than first announced")]
    kind: Annotated[EventKind, Meta(description="`own`: tickets are sold here; `external`: on the organiser’s site")]
    format: EventFormat
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    timezone: str
    all_day: bool
    first_starts_at: Annotated[datetime | None, Meta(description="What was announced first, where the time has moved")]
    first_place: Annotated[str | None, Meta(description="Where it was announced first, where the place has moved")]
    place: Place | None
    topics: list[TopicOut]
    organiser: str | None
    language: str | None
    price: Annotated[Price | None, Meta(description="null where the price is not known")]
    sponsor: Annotated[str | None, Meta(description="Who paid for the listing. Show it wherever you show the event")]
    url: Annotated[str, Meta(description="The event’s page here")]
    organiser_url: str | None
    calendar: Annotated[str, Meta(description="The event as iCalendar: to open once, or to subscribe to")]
    credit: Annotated[str | None, Meta(description="Source and licence of the facts, where they are not ours")]
    changed_at: datetime


class EventFull(EventOut, frozen=True, kw_only=True):
    """An event with its description."""

    description_html: Annotated[str, Meta(description="Sanitised HTML")]
    change_note: Annotated[str | None, Meta(description="What attendees were told of the last change")]


class EventList(msgspec.Struct, frozen=True):
    """A page of events by date. `next` and `previous` are addresses, or null at the ends."""

    events: list[EventOut]
    total: int
    page: int
    pages: int
    per_page: int
    next: str | None
    previous: str | None


def event_out(full: Full) -> EventOut:
    """An event as lists of the API give it."""
    return EventOut(**event_fields(full))


def event_full(detail: Detail) -> EventFull:
    """An event with everything."""
    full = Full(detail.row, detail.place, detail.credit, detail.published_at)
    return EventFull(
        **event_fields(full), description_html=detail.description_html, change_note=detail.change_note or None
    )


_SAME = (
    "id", "version", "slug", "title", "summary", "state", "kind", "format", "starts_at", "ends_at", "starts_on",
    "ends_on", "timezone", "all_day", "first_starts_at", "changed_at",
)  # fmt: skip


def event_fields(full: Full) -> dict[str, Any]:
    """What an `EventOut` is made of."""
    row, base_url = full.row, current().base_url
    place = full.place
    return {
        **{name: getattr(row, name) for name in _SAME},
        "first_place": row.first_place or None,
        "place": Place(**{name: getattr(place, name) for name in Place.__struct_fields__}) if place else None,
        "topics": [TopicOut(slug, name) for slug, name in row.topics.items()],
        "organiser": row.organiser_name or None,
        "language": row.language or None,
        "price": _price(full),
        "sponsor": row.sponsor or None,
        "url": f"{base_url}/events/{row.slug}",
        "organiser_url": row.url or None,
        "calendar": f"{base_url}/events/{row.slug}.ics",
        "credit": full.credit or None,
    }


def _price(full: Full) -> Price | None:
    row = full.row
    if not row.price_from and not row.is_free:
        return None
    if not row.price_from:
        return Price(free=True, minor=0, amount="0", currency=row.price_currency or current().site_currency)
    amount = str(Money(row.price_from, row.price_currency).decimal)
    return Price(free=bool(row.is_free), minor=row.price_from, amount=amount, currency=row.price_currency)
