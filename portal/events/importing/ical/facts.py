"""What one VEVENT says of an event: its facts, ready to be saved."""

import re
from typing import Any

from portal.core.importing.values import Unreadable
from portal.events.importing import dates, fields, places
from portal.events.importing.ical.entries import Entry
from portal.events.importing.values import Context
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import EventFacts


def facts_of(
    entry: Entry,
    component: Any,
    where: places.Place,
    room: str,
    span: dates.Span,
    *,
    url: str,
    context: Context,
) -> EventFacts:
    """The facts of a component: the entry itself, or one of its dates."""
    cancelled = text(component, "STATUS").upper() == "CANCELLED" or entry.method == "CANCEL"
    return EventFacts(
        title=title(component),
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        timezone=span.timezone,
        all_day=span.all_day,
        format=where.format,
        kind=EventKind.EXTERNAL,
        state=EventState.CANCELLED if cancelled else EventState.PUBLISHED,
        description=fields.plain_as_markdown(fields.description(text(component, "DESCRIPTION"))),
        venue=where.venue,
        topics=fields.topics(*_categories(component)),
        organiser_name=_organiser(component),
        url=url,
        online_url=room,
        credit=context.credit,
        source=context.source,
    )


def title(component: Any) -> str:
    """The SUMMARY; Unreadable where there is none."""
    return fields.title(text(component, "SUMMARY") or None, what="title (SUMMARY)")


def text(component: Any, name: str) -> str:
    """A text property, the first where there are several."""
    found = component.get(name)
    if isinstance(found, list):
        found = found[0] if found else ""
    return str(found).strip() if found is not None else ""


def _categories(component: Any) -> list[str]:
    found = component.get("CATEGORIES")
    lists = found if isinstance(found, list) else [] if found is None else [found]
    return [str(name) for these in lists for name in getattr(these, "cats", [])]


def _organiser(component: Any) -> str:
    """The organiser's name. A bare mail address is not shown."""
    found = component.get("ORGANIZER")
    name = str(found.params.get("CN", "")) if hasattr(found, "params") else ""
    return "" if "@" in name else name.strip().strip('"')


def place_of(component: Any) -> tuple[places.Place, str]:
    """Where it is, and the address of the meeting room if one is named."""
    location = text(component, "LOCATION")
    rooms = [
        text(component, name) for name in ("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL")
    ]
    rooms += [*re.findall(r"https?://\S+", location)[:1], text(component, "URL")]
    room = next((found for found in rooms[:-1] if re.match(r"https?://", found)), "")
    if not room and places.is_meeting_link(rooms[-1]):
        room = rooms[-1]
    try:
        room = fields.link(room)
    except Unreadable:
        room = ""
    geo = component.get("GEO")
    north, east = places.coordinates(getattr(geo, "latitude", None), getattr(geo, "longitude", None))
    where = places.of_address(location, latitude=north, longitude=east) if location else places.NOWHERE
    if where.venue is None and (room or places.says_online(text(component, "SUMMARY"))):
        where = places.ONLINE
    elif room and where.format is EventFormat.IN_PERSON:
        where = places.at(where.venue, online=True)
    return where, room


def link_of(component: Any) -> str:
    """The event's own page. A meeting room's address is none; what is no web address is refused."""
    address = fields.link(text(component, "URL"), what="URL")
    return "" if places.is_meeting_link(address) else address
