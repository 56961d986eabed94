"""Facts as they may be stored: tidied, checked, digested."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from portal.core import countries, times
from portal.core.text import many_lines, one_line, plain, slug
from portal.events.tables import EventState
from portal.events.values import EventFacts, VenueFacts

EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_SUMMARY = 400
_MOST_TOPICS = 20
_TAKEN_BY_PAGES = {"calendar", "places"}


def tidied(facts: EventFacts) -> EventFacts:
    """The same facts without control characters and stray blanks, cut to fit; a missing summary is made."""
    description = many_lines(facts.description)
    summary = one_line(facts.summary) or plain(description[:4000], limit=240)
    topics = dict.fromkeys(name for name in (_cut(topic, 120) for topic in facts.topics) if name)
    return msgspec.structs.replace(
        facts,
        title=_cut(facts.title, 250),
        summary=_cut(summary, _SUMMARY),
        description=description,
        starts_at=times.utc(facts.starts_at) if facts.starts_at.tzinfo else facts.starts_at,
        ends_at=times.utc(facts.ends_at) if facts.ends_at.tzinfo else facts.ends_at,
        venue=_tidied_venue(facts.venue) if facts.venue else None,
        topics=tuple(topics)[:_MOST_TOPICS],
        organiser_name=_cut(facts.organiser_name, 200),
        url=facts.url.strip(),
        online_url=facts.online_url.strip(),
        language=_cut(facts.language, 60),
        image=_cut(facts.image, 120),
        credit=_cut(facts.credit, 300),
        price_currency=facts.price_currency.strip().upper(),
        sponsor=_cut(facts.sponsor, 200),
        slug=slug(facts.slug, fallback="") if facts.slug else "",
    )


def _tidied_venue(venue: VenueFacts) -> VenueFacts | None:
    kept = msgspec.structs.replace(
        venue,
        name=_cut(venue.name, 200),
        street=_cut(venue.street, 200),
        postal_code=_cut(venue.postal_code, 20),
        city=_cut(venue.city, 120),
        region=_cut(venue.region, 120),
        country=venue.country.strip().upper() or None if venue.country else None,
        directions=many_lines(venue.directions),
    )
    return kept if kept.name or kept.street or kept.city or kept.country else None


def _cut(value: str, most: int) -> str:
    line = one_line(value)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def faults(facts: EventFacts) -> dict[str, str]:
    """What keeps tidied facts from being stored: a field's name and a sentence for each."""
    found = {**time_faults(facts.starts_at, facts.ends_at, facts.timezone)}
    if not facts.title:
        found["title"] = "An event needs a title."
    if facts.state is EventState.MOVED:
        found["state"] = "An event becomes moved by moving it."
    for name in ("url", "online_url"):
        if fault := url_fault(getattr(facts, name)):
            found[name] = fault
    if facts.price_from is not None and facts.price_from < 0:
        found["price_from"] = "A price cannot be below zero."
    if facts.price_from and len(facts.price_currency) != 3:
        found["price_currency"] = "A price needs its currency, such as EUR."
    if facts.source_key is not None and (not facts.source or len(facts.source_key) > 400):
        found["source_key"] = "An imported event needs its source, and a key of at most 400 characters."
    if facts.venue:
        found |= venue_faults(facts.venue)
    return found


def time_faults(starts_at: datetime, ends_at: datetime, timezone: str) -> dict[str, str]:
    """What is wrong with a time."""
    found = {}
    if len(timezone) > 64 or not _known_zone(timezone):
        found["timezone"] = f"“{timezone[:60]}” is not a time zone we know. Use a name such as Europe/Vienna."
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        found["starts_at"] = "Start and end need a time zone."
    elif not EARLIEST <= starts_at <= LATEST:
        found["starts_at"] = f"The year {starts_at.year} cannot be right."
    elif not EARLIEST <= ends_at <= LATEST:
        found["ends_at"] = f"The year {ends_at.year} cannot be right."
    elif ends_at <= starts_at:
        found["ends_at"] = "The end must come after the start."
    return found


def venue_faults(venue: VenueFacts) -> dict[str, str]:
    """What is wrong with a place."""
    found = {}
    if venue.country is not None and venue.country not in countries.names():
        found["country"] = f"“{venue.country[:40]}” is not a country’s two-letter code."
    if venue.latitude is not None and not -90 <= venue.latitude <= 90:
        found["latitude"] = "A latitude lies between -90 and 90."
    if venue.longitude is not None and not -180 <= venue.longitude <= 180:
        found["longitude"] = "A longitude lies between -180 and 180."
    return found


def url_fault(address: str) -> str:
    """Why an address cannot be linked to; empty when it can, or when there is none."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        well = parts.scheme in {"http", "https"} and bool(parts.hostname)
        secret = parts.username is not None
    except ValueError:
        well = secret = False
    if secret:
        return "Please give the address without a name or password in front of the @."
    if not well or any(c.isspace() or ord(c) < 32 for c in address):
        return "Please give a full address that starts with https://."
    return "That address is longer than 1,000 characters." if len(address) > 1000 else ""


def _known_zone(name: str) -> bool:
    try:
        times.zone(name)
    except ZoneInfoNotFoundError:
        return False
    return bool(name)


_DIGESTED = tuple(name for name in EventFacts.__struct_fields__ if name != "origin")


def digest(facts: EventFacts) -> str:
    """A fingerprint of tidied facts: the same facts, the same digest, wherever they stood."""
    values = {name: getattr(facts, name) for name in _DIGESTED}
    return hashlib.blake2b(msgspec.json.encode(values, order="sorted"), digest_size=32).hexdigest()


def slug_wishes(facts: EventFacts) -> list[str]:
    """Addresses in order of preference. The first free one is taken; the last is as good as unique."""
    start = facts.starts_at.astimezone(times.zone(facts.timezone))
    base = facts.slug or slug(facts.title, fallback="event")
    if base in _TAKEN_BY_PAGES:
        base = f"{base}-event"
    year = base if facts.slug or str(start.year) in base else f"{base}-{start.year}"
    mark = hashlib.blake2b(f"{facts.source}|{facts.source_key}|{digest(facts)}".encode(), digest_size=4).hexdigest()
    return [year, f"{year}-{start:%m}", f"{base}-{start:%Y-%m-%d}", f"{year}-{mark}"]
