"""Pages of an event site: JSON lines with `path`, the page's `front_matter` and its Markdown `body`.

Understands the fields of usegalaxy.eu and of nf-core: title, starts/ends or start_date/start_time, location.
"""

import re
from typing import Any

from portal.core.importing.records import json_records
from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates, fields, places
from portal.events.importing.conferences import key
from portal.events.importing.values import Context, Reading, Row
from portal.events.tables import EventKind
from portal.events.values import EventFacts

_SUBJECTS = {"galaxy-eu": ("Bioinformatics", "Galaxy"), "nf-core": ("Bioinformatics", "Nextflow")}


def read(text: str, context: Context) -> Reading:
    """A page is known by its path."""
    reading = Reading()
    found: dict[str, Row] = {}
    for line, record in json_records(text):
        reading.records += 1
        if isinstance(record, Unreadable):
            reading.refuse(line, "", str(record))
            continue
        front = record.get("front_matter")
        name = fields.text_of(front, "title") if isinstance(front, dict) else fields.text_of(record, "path")
        try:
            facts = _facts(record, context)
        except Unreadable as reason:
            reading.refuse(line, name, str(reason))
            continue
        known = found.setdefault(facts.source_key or "", Row(line, facts))
        if known.line != line and known.facts == facts:
            reading.merged.append(line)
        elif known.line != line:
            reading.refuse(line, name, f"line {known.line} has the same path, with other facts")
    reading.rows = list(found.values())
    return reading


def _facts(record: dict[str, Any], context: Context) -> EventFacts:
    front, path = record.get("front_matter"), fields.text_of(record, "path")
    if not isinstance(front, dict):
        raise Unreadable("it has no front_matter")
    if not path:
        raise Unreadable("it has no path")
    title = fields.title(front.get("title"))
    where = _place(front)
    span = _span(front, where, context)
    page, room = _links(front)
    return EventFacts(
        title=title,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        timezone=span.timezone,
        all_day=span.all_day,
        format=where.format,
        kind=EventKind.EXTERNAL,
        summary=fields.text_of(front, "subtitle", "description"),
        description=_markdown(fields.description(record.get("body"))),
        venue=where.venue,
        topics=fields.topics(*_tags(front), *_SUBJECTS.get(context.source, ())),
        organiser_name=_organiser(front),
        url=page,
        online_url=room,
        credit=context.credit,
        source=context.source,
        source_key=key(path),
    )


def _span(front: dict[str, Any], where: places.Place, context: Context) -> dates.Span:
    starts = front.get("starts") or front.get("start_date") or front.get("date")
    first = dates.read(starts, what="start")
    ends = front.get("ends") or front.get("end_date")
    last = dates.read(ends, what="end") if ends else None
    try:
        first = dates.with_clock(first.day, front.get("start_time"), what="start_time") if not first.clock else first
        if last and not last.clock:
            last = dates.with_clock(last.day, front.get("end_time"), what="end_time")
    except Unreadable:
        # A time of day in a zone that means several: the days are still certain.
        first = dates.Moment(first.day)
        last = dates.Moment(last.day) if last else None
    if first.clock and not (first.zone or first.offset or where.zone):
        first, last = dates.Moment(first.day), dates.Moment(last.day) if last else None
    return dates.span(first, last, zone=where.zone, fallback=context.timezone, now=context.now)


def _place(front: dict[str, Any]) -> places.Place:
    location = front.get("location")
    if isinstance(location, dict):
        return _structured(location)
    if text := fields.text_of(front, "location"):
        return places.of_words(text)
    spots = front.get("location_latlng")
    north, east = places.coordinates(*(spots if isinstance(spots, list) and len(spots) == 2 else (None, None)))
    address, name = fields.text_of(front, "address"), fields.text_of(front, "location_name")
    if address:
        return places.of_address(address, name=name, latitude=north, longitude=east)
    words = (name, fields.text_of(front, "title"), fields.text_of(front, "subtitle"))
    hints = (*words, fields.text_of(front, "youtube_embed"), *_addresses(front.get("location_url")))
    return places.ONLINE if places.says_online(*hints) else places.NOWHERE


def _structured(location: dict[str, Any]) -> places.Place:
    geo = location.get("geo")
    north, east = places.coordinates(geo.get("lat"), geo.get("lon")) if isinstance(geo, dict) else (None, None)
    land, city = fields.text_of(location, "country"), fields.text_of(location, "city")
    country = places.country_of(land) if land else None
    if land and country is None:
        raise Unreadable(f"its country is not known: “{shortened(land)}”")
    name, street = fields.text_of(location, "name"), fields.text_of(location, "street")
    if not (land or city or street):
        return places.of_words(name)
    venue = places.town(
        city,
        country,
        region=fields.text_of(location, "region"),
        name=name,
        street=street,
        postal_code=fields.text_of(location, "postal"),
        latitude=north,
        longitude=east,
    )
    return places.at(venue)


def _tags(front: dict[str, Any]) -> list[str]:
    tags = front.get("tags")
    names = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return [*names, fields.text_of(front, "type")]


def _organiser(front: dict[str, Any]) -> str:
    for name in ("organiser", "organizer", "organisers"):
        value = front.get(name)
        if found := fields.text_of(value, "name") if isinstance(value, dict) else fields.text_of(front, name):
            return found
    return ""


def _links(front: dict[str, Any]) -> tuple[str, str]:
    """The event's own page, and the meeting room if one is named. Links that are none are left out."""
    page = room = ""
    for address in (a for name in ("external", "link", "url", "location_url") for a in _addresses(front.get(name))):
        try:
            found = fields.link(address)
        except Unreadable:
            continue
        if places.is_meeting_link(found):
            room = room or found
        else:
            page = page or found
    return page, room


def _addresses(value: Any) -> list[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]


def _markdown(body: str) -> str:
    """The page's text without the site's own machinery: template tags, attribute lists, comments, pictures."""
    # Bounded repetitions: a page of nothing but opening brackets must not take for ever.
    text = re.sub(r"\{%.{0,500}?%\}|\{:.{0,200}?\}|<!--.{0,1000}?-->", "", body, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]{0,200}\]\([^)]{0,500}\)", "", text)
    text = re.sub(r"\[([^\]]{0,300})\]\((?!https?://|mailto:)[^)]{0,500}\)", r"\1", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
