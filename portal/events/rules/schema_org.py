"""An event in schema.org's words, as JSON-LD that is safe inside a page."""

from typing import Any

from portal.core import countries, json_ld
from portal.core.money import Money
from portal.core.times import zone
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import Detail, VenueFacts

_BASE = "https://schema.org/"
_MODE = {
    EventFormat.IN_PERSON: "OfflineEventAttendanceMode",
    EventFormat.ONLINE: "OnlineEventAttendanceMode",
    EventFormat.HYBRID: "MixedEventAttendanceMode",
}


def event(detail: Detail, *, base_url: str, image: str, currency: str, is_over: bool) -> dict[str, Any]:
    """The Event, with what search engines ask for: status, mode, place, organiser, offers."""
    row = detail.row
    address = f"{base_url}/events/{row.slug}"
    moved = row.first_starts_at is not None
    status = "EventRescheduled" if moved else "EventScheduled"
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "name": row.title,
        "url": address,
        "startDate": _when(detail, first=True),
        "endDate": _when(detail, first=False),
        "eventStatus": _BASE + ("EventCancelled" if row.state is EventState.CANCELLED else status),
        "eventAttendanceMode": _BASE + _MODE[row.format],
        "location": _location(detail, address),
        "image": [image],
        "description": row.summary or row.title,
    }
    if row.first_starts_at is not None:
        first = row.first_starts_at.astimezone(zone(row.timezone))
        found["previousStartDate"] = first.date().isoformat() if row.all_day else first.isoformat()
    if row.organiser_name:
        found["organizer"] = {"@type": "Organization", "name": row.organiser_name}
        if row.kind is EventKind.EXTERNAL and row.url:
            found["organizer"]["url"] = row.url
    if row.topics:
        found["keywords"] = list(row.topics.values())
    if offers := _offers(detail, address, currency, is_over=is_over):
        found["offers"] = offers[0] if len(offers) == 1 else offers
    return found


def _when(detail: Detail, *, first: bool) -> str:
    """A date for whole days, else the local time with its offset."""
    row = detail.row
    if row.all_day:
        return (row.starts_on if first else row.ends_on).isoformat()
    return (row.starts_at if first else row.ends_at).astimezone(zone(row.timezone)).isoformat()


def _location(detail: Detail, address: str) -> Any:
    virtual = {"@type": "VirtualLocation", "url": detail.row.url or address}
    if detail.row.format is EventFormat.ONLINE:
        return virtual
    place = _place(detail.place)
    return [place, virtual] if detail.row.format is EventFormat.HYBRID else place


def _place(venue: VenueFacts | None) -> dict[str, Any]:
    if venue is None:
        return {"@type": "Place", "name": "To be announced", "address": "To be announced"}
    parts = {
        "streetAddress": venue.street,
        "postalCode": venue.postal_code,
        "addressLocality": venue.city,
        "addressRegion": venue.region,
        "addressCountry": venue.country,
    }
    known = {name: value for name, value in parts.items() if value}
    name = venue.name or venue.city or countries.name(venue.country)
    place: dict[str, Any] = {
        "@type": "Place",
        "name": name,
        "address": {"@type": "PostalAddress", **known} if known else name,
    }
    if venue.latitude is not None and venue.longitude is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}
    return place


def _offers(detail: Detail, address: str, currency: str, *, is_over: bool) -> list[dict[str, Any]]:
    """Free admission and the lowest price, as far as there are such; whether any is left, where that is known."""
    row = detail.row
    prices = ([0] if row.is_free else []) + ([row.price_from] if row.price_from else [])
    sold_out = True if is_over or row.state is EventState.CANCELLED else detail.sold_out
    availability = {True: "SoldOut", False: "InStock", None: ""}[sold_out]
    currency = row.price_currency or currency
    return [
        {
            "@type": "Offer",
            "url": (row.url if row.kind is EventKind.EXTERNAL else address) or address,
            "price": str(Money(minor, currency).decimal),
            "priceCurrency": currency,
            "validFrom": detail.published_at.isoformat(),
            **({"availability": _BASE + availability} if availability else {}),
        }
        for minor in prices
    ]


def trail(detail: Detail, *, base_url: str) -> dict[str, Any]:
    """Where the page stands, for search results."""
    return json_ld.trail([("Events", f"{base_url}/events"), (detail.row.title, f"{base_url}/events/{detail.row.slug}")])
