"""How an event is put into words on pages and in feeds."""

import re
from datetime import date
from urllib.parse import quote, urlencode

from portal.core import countries, money, times
from portal.core.settings import current
from portal.events.rules.changes import CALLED_OFF
from portal.events.tables import EventFormat, EventState
from portal.events.values import Row, VenueFacts

FORMATS = {
    EventFormat.IN_PERSON: "In person",
    EventFormat.ONLINE: "Online",
    EventFormat.HYBRID: "In person and online",
}


def days(row: Row) -> str:
    """The days an event takes, in its own zone."""
    return times.day_span(row.starts_on, row.ends_on)


def hours(row: Row) -> str:
    """`15:00–16:00 CET` within one day; `Tue 09:00 to Thu 15:30 CET` over several; empty for whole days."""
    if row.all_day:
        return ""
    zone = times.zone(row.timezone)
    first, last = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    short = times.zone_short(row.timezone, row.starts_at)
    if row.starts_on == row.ends_on:
        return f"{first:%H:%M}–{last:%H:%M} {short}"
    starts, ends = times.day(first.date(), "EEE"), times.day(last.date(), "EEE")
    return f"{starts} {first:%H:%M} to {ends} {last:%H:%M} {short}"


def where(row: Row) -> tuple[str, str]:
    """The place in two parts, the first for bold type: `Ghent`, `Belgium`; `Online`, `15:00–16:00 CET`."""
    if row.format is EventFormat.ONLINE:
        return "Online", hours(row) if row.starts_on == row.ends_on else ""
    rest = countries.name(row.country)
    if row.format is EventFormat.HYBRID:
        rest = f"{rest}, and online" if rest else "and online"
    if row.city or row.venue:
        return row.city or row.venue, rest
    return rest, ""


def price(row: Row) -> str:
    """`Free`, `from €890`, `Free and from €890`; empty when it is not known."""
    amount = (
        money.written(row.price_from, row.price_currency, current().site_locale, short=True) if row.price_from else ""
    )
    return " and ".join(part for part in ("Free" if row.is_free else "", f"from {amount}" if amount else "") if part)


def first_day(row: Row) -> date | None:
    """The day an event was announced for at first, where it starts on another one now."""
    if row.first_starts_at is None:
        return None
    day = row.first_starts_at.astimezone(times.zone(row.timezone)).date()
    return day if day != row.starts_on else None


def in_a_line(row: Row, most: int = 160) -> str:
    """What a search result says below the title: when, where, and as much of the summary as there is room for."""
    place = ", ".join(part for part in where(row) if part and part != hours(row))
    state = "Cancelled" if row.state is EventState.CANCELLED else ""
    facts = ". ".join(part for part in (state, days(row), place, price(row), row.summary or row.organiser_name) if part)
    line = f"{facts}." if facts[-1] not in ".!?…" else facts
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def zone(row: Row) -> str:
    """The event's zone in words: `Central European Standard Time`."""
    return times.zone_words(row.timezone, row.starts_at)


def was(row: Row) -> str:
    """What was announced at first, where that is no longer so: a date, a time, a place."""
    found = []
    if row.first_starts_at is not None:
        pattern = "EEE d MMMM y" if row.all_day else "EEE d MMMM y, HH:mm"
        found.append(times.moment(row.first_starts_at, row.timezone, pattern))
    if row.first_place:
        found.append(row.first_place)
    return "; ".join(found)


_WAS = re.compile(r" \(was [^()]*(?:\([^()]*\)[^()]*)*\)")


def in_short(note: str) -> str:
    """What attendees were told of a change, less what the event's page says anyway: what it was, that it is off."""
    return _WAS.sub("", note).removeprefix(CALLED_OFF).strip()


def place_name(venue: VenueFacts | None) -> str:
    """The shortest that tells where: the house, else the city, else the country."""
    return (venue.name or venue.city or countries.name(venue.country)) if venue else ""


def is_a_venue(venue: VenueFacts | None) -> bool:
    """Whether more is known of a place than the city it is in."""
    return venue is not None and bool(venue.name or venue.street or venue.directions)


def address_lines(venue: VenueFacts | None) -> list[str]:
    """A postal address, line by line, without the name that stands above it."""
    if venue is None:
        return []
    town = " ".join(part for part in (venue.postal_code, venue.city) if part)
    lines = (venue.street, town, venue.region, countries.name(venue.country))
    return [line for line in lines if line and line != place_name(venue)]


def map_address(venue: VenueFacts | None) -> str:
    """A map of the place, at a site that tracks nobody; empty when only the city is known."""
    if venue is None:
        return ""
    if venue.latitude is not None and venue.longitude is not None:
        point = f"{venue.latitude:.5f}/{venue.longitude:.5f}"
        return f"https://www.openstreetmap.org/?mlat={venue.latitude:.5f}&mlon={venue.longitude:.5f}#map=16/{point}"
    if not venue.name and not venue.street:
        return ""
    query = ", ".join(part for part in (venue.street or venue.name, venue.city, countries.name(venue.country)) if part)
    return "https://www.openstreetmap.org/search?" + urlencode({"query": query}, quote_via=quote)
