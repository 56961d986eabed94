"""The YAML list of python-deadlines: conferences with their year, place and calls for papers."""

import re
from typing import Any

import msgspec

from portal.core.importing.records import yaml_records
from portal.core.importing.values import Unreadable
from portal.events.importing import dates, fields, places, zones
from portal.events.importing.conferences import key
from portal.events.importing.values import Context, Reading, Row
from portal.events.tables import EventFormat, EventKind
from portal.events.values import EventFacts, VenueFacts

_SUBJECTS = {
    "SCIPY": "Scientific computing", "DATA": "Data science", "WEB": "Web development", "BIZ": "Business",
    "GEO": "Geospatial", "CAMP": "Barcamp",
}  # fmt: skip


def read(text: str, context: Context) -> Reading:
    """A conference is known by name and year; the same name and year at a second place, by its place too."""
    reading = Reading()
    found: dict[str, Row] = {}
    for line, record in yaml_records(text):
        reading.records += 1
        if isinstance(record, Unreadable):
            reading.refuse(line, "", str(record))
            continue
        try:
            facts = _facts(record, context)
        except Unreadable as reason:
            reading.refuse(line, fields.text_of(record, "conference"), str(reason))
            continue
        known = found.get(facts.source_key or "")
        if known and known.facts != facts:
            elsewhere = key(facts.source_key or "", fields.text_of(record, "place"))
            facts = msgspec.structs.replace(facts, source_key=elsewhere)
            known = found.get(elsewhere)
        if known is None:
            found[facts.source_key or ""] = Row(line, facts)
        elif known.facts == facts:
            reading.merged.append(line)
        else:
            reading.refuse(line, facts.title, f"line {known.line} has the same name, year and place, with other dates")
    reading.rows = list(found.values())
    return reading


def _facts(record: dict[str, Any], context: Context) -> EventFacts:
    name = fields.title(record.get("conference"), what="conference")
    first = dates.read(record.get("start"), what="start")
    last = dates.read(record.get("end"), what="end") if record.get("end") else None
    year = fields.text_of(record, "year") or str(first.day.year)
    where, zone = _place(record)
    span = dates.span(first, last, zone=zone, fallback=context.timezone, now=context.now)
    subjects = [_SUBJECTS.get(part.strip(), "") for part in fields.text_of(record, "sub").split(",")]
    return EventFacts(
        title=name if re.search(r"\b(19|20)\d\d\b", name) else f"{name} {year}",
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        timezone=span.timezone,
        all_day=span.all_day,
        format=where.format,
        kind=EventKind.EXTERNAL,
        venue=where.venue,
        topics=fields.topics("Python", *subjects),
        url=fields.link(record.get("link"), what="link"),
        credit=context.credit,
        source=context.source,
        source_key=key(name, year),
    )


def _place(record: dict[str, Any]) -> tuple[places.Place, str]:
    text = fields.text_of(record, "place")
    if not text:
        raise Unreadable("it has no place")
    where = places.of_words(text)
    extra = record.get("extra_places")
    also_online = isinstance(extra, list) and any(isinstance(e, str) and e.casefold() == "online" for e in extra)
    form = where.format
    if form is EventFormat.IN_PERSON and (also_online or "hybrid" in fields.text_of(record, "note").casefold()):
        form = EventFormat.HYBRID
    venue = _with_position(record, where.venue)
    # The entry's own zone is that of its deadline; it counts only where the place leaves the zone open.
    zone = where.zone
    if not zone and venue is not None:
        zone = zones.by_name(fields.text_of(record, "timezone"))
        zone = "" if zone == "UTC" else zone
    return places.Place(form, venue, zone), zone


def _with_position(record: dict[str, Any], venue: VenueFacts | None) -> VenueFacts | None:
    spots = record.get("location")
    if venue is None or not isinstance(spots, list) or not spots or not isinstance(spots[0], dict):
        return venue
    north, east = places.coordinates(spots[0].get("latitude"), spots[0].get("longitude"))
    return venue if north is None or east is None else places.placed(venue, north, east)
