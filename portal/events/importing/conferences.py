"""Lists in the shape of tech-conferences/conference-data: one JSON object per conference and topic."""

import hashlib
from typing import Any

import msgspec

from portal.core.importing.records import json_records
from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates, fields, places
from portal.events.importing.values import Context, Reading, Row
from portal.events.tables import EventFormat, EventKind
from portal.events.values import EventFacts


def read(text: str, context: Context) -> Reading:
    """The same conference under several topics becomes one event with all of them."""
    reading = Reading()
    found: dict[str, Row] = {}
    for line, record in json_records(text):
        reading.records += 1
        if isinstance(record, Unreadable):
            reading.refuse(line, "", str(record))
            continue
        try:
            facts = _facts(record, context)
        except Unreadable as reason:
            reading.refuse(line, fields.text_of(record, "name"), str(reason))
            continue
        key = facts.source_key or ""
        if key in found:
            reading.merged.append(line)
            found[key] = _merged(found[key], facts)
        else:
            found[key] = Row(line, facts, dated=True)
    reading.rows = list(found.values())
    return reading


def _merged(row: Row, other: EventFacts) -> Row:
    """The first record's facts, with every topic, and with what only a later record knows."""
    mine = row.facts
    more: dict[str, Any] = {"topics": fields.topics(*mine.topics, *other.topics)}
    if not mine.language:
        more["language"] = other.language
    if mine.venue is None and other.venue is not None:
        more |= {"venue": other.venue, "format": other.format, "timezone": other.timezone}
        more |= {"starts_at": other.starts_at, "ends_at": other.ends_at}
    if EventFormat.HYBRID in (mine.format, other.format) or {mine.format, other.format} == {
        EventFormat.ONLINE,
        EventFormat.IN_PERSON,
    }:
        more["format"] = EventFormat.HYBRID
    return msgspec.structs.replace(row, facts=msgspec.structs.replace(mine, **more))


def _facts(record: dict[str, Any], context: Context) -> EventFacts:
    title = fields.title(record.get("name"), what="name")
    first = dates.read(record.get("startDate"), what="startDate")
    last = dates.read(record.get("endDate"), what="endDate") if record.get("endDate") else None
    url = fields.link(record.get("url"), what="url")
    city, land = fields.text_of(record, "city"), fields.text_of(record, "country")
    online = fields.yes(record.get("online"), what="online")
    country = places.country_of(land) if land else None
    if land and country is None:
        raise Unreadable(f"its country is not known: “{shortened(land)}”")
    where = places.at(places.town(city, country), online=online)
    span = dates.span(first, last, zone=where.zone, fallback=context.timezone, now=context.now)
    return EventFacts(
        title=title,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        timezone=span.timezone,
        all_day=span.all_day,
        format=where.format,
        kind=EventKind.EXTERNAL,
        venue=where.venue,
        topics=fields.topics(fields.text_of(record, "topic")),
        url=url,
        language=fields.languages(fields.text_of(record, "locales")),
        credit=context.credit,
        source=context.source,
        source_key=key(title, str(first.day), fields.bare_address(url)),
    )


def key(*parts: str) -> str:
    """The parts joined where they fit the column, else a digest of them."""
    joined = " · ".join(parts)
    if len(joined) <= 400:
        return joined
    return f"{parts[0][:100]} · {hashlib.blake2b(joined.encode(), digest_size=16).hexdigest()}"
