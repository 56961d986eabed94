"""Places as sources write them: `Dallas, TX`, `Online & Copenhagen, Denmark`, a postal address, a link."""

import re

import msgspec

from portal.core import countries
from portal.events.importing import zones
from portal.events.tables import EventFormat
from portal.events.values import VenueFacts

_ONLINE = re.compile(
    r"\b(on-?line|virtual(?:ly)?|remote(?:ly)?|webinar|web ?conference|zoom|ms teams|microsoft teams|webex|"
    r"google meet|gotomeeting|live ?stream(?:ed)?|streamed|youtube|youtu\.be|twitch|slack|discord|skype|"
    r"hybrid)\b",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"https?://([\w-]+\.)*(zoom\.(us|com)/(j|w|my|meeting)\b|teams\.(microsoft|live)\.com/|meet\.google\.com/|webex\.com/|"
    r"gotomeet(ing)?\.|gotowebinar\.com/|meet\.jit\.si/|bluejeans\.com/|whereby\.com/|bbb\.)",
    re.IGNORECASE,
)
_AND_ONLINE = re.compile(
    r"[\s,;]*(?:&|\+|/|\band\b|\bor\b|\bund\b)\s*(?:on-?line|virtual|zoom|live ?stream(?:ed)?)\b.*$", re.IGNORECASE
)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_UK_POSTCODE = re.compile(r"^(?P<city>.+?)[ ,]+(?P<code>[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$")
_POSTCODE = re.compile(r"^(?P<code>(?:[A-Z]{1,2}-)?\d{3,6}(?:[ -]?\d{2,4})?(?: [A-Z]{2})?)\s+(?P<city>\D.*)$")


_MORE_COUNTRIES = {"kenia": "KE", "niger republic": "NE", "republic of china": "TW", "slovak rep": "SK"}


class Place(msgspec.Struct, frozen=True):
    """Where an event is; nobody said, when it is neither online nor has a venue. `zone` may be left open (`""`)."""

    format: EventFormat
    venue: VenueFacts | None = None
    zone: str = ""


_MOST = 400
NOWHERE = Place(EventFormat.IN_PERSON)
ONLINE = Place(EventFormat.ONLINE)


def says_online(*texts: str) -> bool:
    """True where words or a meeting room's address say that one takes part from afar."""
    return any(_ONLINE.search(text) or is_meeting_link(text) for text in texts)


def is_meeting_link(text: str) -> bool:
    """True for the address of a meeting room, which is for those who take part and not for public pages."""
    return bool(_MEETING.match(text.strip()))


def country_of(text: str) -> str | None:
    """The code of a country as people write it, with or without its accents."""
    bare = zones.key_of(text).replace("_", " ")
    return countries.code(text) or countries.code(bare) or _MORE_COUNTRIES.get(bare)


def town(
    city: str,
    country: str | None,
    *,
    region: str = "",
    name: str = "",
    street: str = "",
    postal_code: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> VenueFacts | None:
    """A venue as sources name it; a state or province written behind the city becomes the region."""
    if not region and "," in city:
        first, last = (part.strip() for part in city.rsplit(",", 1))
        if first and zones.is_region(country, last):
            city, region = first, last
    if not any((city, country, name, street)):
        return None
    return VenueFacts(
        name=name[:200], street=street[:200], postal_code=postal_code[:20], city=city[:120],
        region=region[:120], country=country, latitude=latitude, longitude=longitude,
    )  # fmt: skip


def placed(venue: VenueFacts, latitude: float, longitude: float) -> VenueFacts:
    """The venue with its position."""
    return msgspec.structs.replace(venue, latitude=latitude, longitude=longitude)


def at(venue: VenueFacts | None, *, online: bool = False) -> Place:
    """A place from a venue and whether one can take part online."""
    if venue is None:
        return ONLINE if online else NOWHERE
    zone = zones.of_place(venue.country, venue.city, venue.region)
    return Place(EventFormat.HYBRID if online else EventFormat.IN_PERSON, venue, zone)


def of_words(text: str) -> Place:
    """A place of a few words, such as `Vilnius, Lithuania`, `Online` or `Online & Copenhagen, Denmark`."""
    text = text[:_MOST]
    online = says_online(text)
    rest = _ONLINE.sub(" ", _LINK.sub(" ", text))
    rest = " ".join(rest.replace("(", " ").replace(")", " ").split()).strip(" &,;/+-–·")
    rest = re.sub(r"^(?:and|or|in|at)\b\s*|\s*\b(?:and|or)$", "", rest, flags=re.IGNORECASE).strip(" ,&")
    *parts, last = [part.strip() for part in rest.split(",") if part.strip()] or [""]
    country = country_of(last)
    if country is None:
        return at(town(rest, None), online=online)
    region = parts.pop() if len(parts) > 1 and zones.is_region(country, parts[-1]) else ""
    city = parts.pop() if parts else ""
    return at(town(city, country, region=region, name=", ".join(parts)), online=online)


def of_address(text: str, *, name: str = "", latitude: float | None = None, longitude: float | None = None) -> Place:
    """A postal address or whatever stands in a location field; what cannot be told apart is the name."""
    text, name = text[:_MOST], name[:_MOST]
    online = says_online(text, name) or bool(_LINK.search(text))
    parts = [part.strip(" .-") for part in re.split(r"[,\n;]+", _AND_ONLINE.sub("", _LINK.sub(" ", text)))]
    parts = [part for part in parts if part and not _ONLINE.fullmatch(part)]
    country = country_of(parts[-1]) if len(parts) > 1 else None
    if country:
        parts.pop()
    city = code = ""
    if parts and (country or len(parts) > 1):
        if british := _UK_POSTCODE.match(parts[-1]):
            city, code, country = british["city"], british["code"], country or "GB"
        elif continental := _POSTCODE.match(parts[-1]):
            city, code = continental["city"], continental["code"]
        elif country:
            city = parts[-1]
        if city:
            parts.pop()
    if not name and parts and (not city or not re.search(r"\d", parts[0])):
        name = parts.pop(0)
    venue = town(
        city,
        country,
        name=name,
        street=", ".join(parts),
        postal_code=code,
        latitude=latitude,
        longitude=longitude,
    )
    if online and venue is not None and not venue.city and not venue.country:
        venue = None
    return at(venue, online=online)


def coordinates(latitude: object, longitude: object) -> tuple[float, float] | tuple[None, None]:
    """A pair of degrees, or of nothing where it is no position on Earth (or the Gulf of Guinea's 0, 0)."""
    try:
        north, east = float(latitude), float(longitude)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None, None
    if not (-90 <= north <= 90 and -180 <= east <= 180) or (north == 0 and east == 0):
        return None, None
    return north, east
