"""Pentabarf and frab XML: schedule > day > room > event, or, before 2011, schedule > day > event with the room inside."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from zoneinfo import ZoneInfo

from portal.core import times
from portal.core.importing.values import Unreadable, shortened
from portal.programme.importing import fields
from portal.programme.importing.values import Conference, Context, Reading
from portal.programme.rules.following import PARTS
from portal.programme.values import LinkFacts, PersonFacts, SessionFacts

_NO_CHANGE = time(0)


def read(data: bytes, context: Context) -> Reading:
    """Every event ends up among the rows, the refusals or the merged. Raises Unreadable for what is no such file."""
    root, lines = _tree(data)
    if root.tag != "schedule":
        raise Unreadable(f"its XML is no schedule but <{shortened(root.tag)}>")
    reading = Reading()
    reading.conference = _conference(root)
    zone = times.zone(reading.conference.zone) if reading.conference.zone else context.zone
    changes = _change(root.findtext("conference/day_change"))
    seen: dict[str, list[SessionFacts]] = {}
    reading.rooms = dict.fromkeys(fields.named(room.get("name") for room in root.iterfind("day/room")))
    reading.tracks = fields.named(track.text for track in root.iterfind("tracks/track"))
    for day, room, event in _events(root):
        reading.records += 1
        line = lines[event]
        try:
            fields.keep(reading, line, _session(event, fields.day(day.get("date")), room, changes, zone), seen)
        except Unreadable as reason:
            reading.refuse(line, event.findtext("title") or event.get("id") or "?", str(reason))
    return reading


def _tree(data: bytes) -> tuple[Element, dict[Element, int]]:
    """The tree, and the line each event begins on. A document type is refused: entities can unpack to any size."""
    builder, lines = TreeBuilder(), dict[Element, int]()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = builder.start(tag, attributes)
        if tag == "event":
            lines[element] = parser.CurrentLineNumber

    def declares(name: str, *_: object) -> NoReturn:
        if name.casefold() == "html":
            raise Unreadable("it is a web page, not a programme")
        raise Unreadable("it declares a document type, which no programme needs")

    parser.StartElementHandler, parser.EndElementHandler = start, builder.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = builder.data, declares
    try:
        parser.Parse(data, True)
        return builder.close(), lines
    except expat.ExpatError as error:
        raise Unreadable(f"not XML: {shortened(str(error), 90)}") from None


def _conference(root: Element) -> Conference:
    said = root.find("conference")
    if said is None:
        return Conference()
    zone = (said.findtext("time_zone_name") or "").strip()
    return Conference(
        title=fields.cut(said.findtext("title")),
        venue=fields.cut(said.findtext("venue")),
        city=fields.cut(said.findtext("city")),
        url=fields.page(said.findtext("base_url")),
        zone=zone if zone in times.zone_names() else "",
        first_day=fields.day(said.findtext("start")),
        last_day=fields.day(said.findtext("end")),
    )


def _change(value: str | None) -> time:
    found = re.fullmatch(r"(\d{1,2}):(\d\d)(?::\d\d)?", (value or "").strip())
    return time(int(found[1]) % 24, int(found[2]) % 60) if found else _NO_CHANGE


def _events(root: Element) -> Iterator[tuple[Element, str, Element]]:
    for day in root.iterfind("day"):
        for child in day:
            if child.tag == "event":
                yield day, "", child
            for event in child.iterfind("event"):
                yield day, child.get("name") or "", event


def _session(event: Element, day: date | None, room: str, changes: time, zone: ZoneInfo) -> SessionFacts:
    said = event.findtext
    type_ = said("type") or ""
    when = said("date")
    starts = fields.moment(when, zone) if when and "T" in when else fields.on_day(day, said("start"), changes, zone)
    title = fields.line(said("title"), what="title")
    if not title:
        raise Unreadable("it has no title")
    key = fields.key_of(event.get("guid"), event.get("id"))
    if not key:
        raise Unreadable("it has neither guid nor id")
    return SessionFacts(
        key=key, guid=event.get("guid") or "", title=title,
        kind=fields.kind_of(type_), label=fields.label_of(type_),
        subtitle=fields.line(said("subtitle"), what="subtitle"),
        abstract=fields.text(said("abstract")), description=fields.text(said("description")),
        language=fields.language_of(said("language")),
        track=fields.place(said("track"), "track"), room=fields.place(said("room") or room, "room"),
        starts_at=starts, ends_at=starts + fields.duration(said("duration"), with_days=True),
        recorded=(said("recording/optout") or "").strip().casefold() != "true",
        url=fields.page(said("url")),
        people=fields.people(
            PersonFacts(fields.name(one.text), fields.key_of(one.get("id"))) for one in event.iterfind("persons/person")
        ),
        links=fields.links(_links(event)),
        unsaid=fields.unsaid(
            "level", "capacity", "cancelled", PARTS,
            language=said("language") is not None, recorded=bool(said("recording/optout")),
        ),
    )  # fmt: skip


def _links(event: Element) -> Iterator[LinkFacts | None]:
    for kind in ("link", "attachment"):
        for one in event.iterfind(f"{kind}s/{kind}"):
            yield fields.link(kind, one.text, one.get("href"))
