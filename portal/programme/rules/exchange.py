"""A programme as other programs read it: the c3voc JSON (schema at https://c3voc.de/schedule/schema.json) and the XML of
pentabarf and frab. Both have days, rooms in them, and events in those.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from portal.programme.public import DAY_CHANGES, Programme, Session, Texts
from portal.programme.tables import SessionRole

_ELSEWHERE = "–"
_NO_TEXTS = Texts("", "", True, "", [], 0)


def c3voc(programme: Programme, texts: Mapping[int, Texts], *, base_url: str) -> dict[str, Any]:
    """The whole schedule. Cancelled sessions are not in it: the format has no word for them."""
    days = [
        {
            "index": index,
            "date": day.isoformat(),
            "day_start": _local(datetime.combine(day, datetime.min.time(), programme.zone) + DAY_CHANGES),
            "day_end": _local(
                datetime.combine(day + timedelta(days=1), datetime.min.time(), programme.zone) + DAY_CHANGES
            ),
            "rooms": {
                room: [_event(programme, one, texts.get(one.id, _NO_TEXTS), base_url) for one in these]
                for room, these in rooms
            },
        }
        for index, (day, rooms) in enumerate(_by_day(programme), 1)
    ]
    conference = {
        "acronym": acronym(programme.slug), "title": programme.title, "url": f"{base_url}/events/{programme.slug}",
        "start": programme.days[0].isoformat(), "end": programme.days[-1].isoformat(), "daysCount": len(days),
        "timeslot_duration": "00:05", "time_zone_name": programme.timezone,
        "tracks": [{"name": one.name, "slug": one.slug} for one in programme.tracks],
        "rooms": [{"name": one.name, "slug": one.slug, "guid": _guid(f"{base_url}/rooms/{one.id}")} for one in programme.rooms],
        "days": days,
    }  # fmt: skip
    address = f"{base_url}/events/{programme.slug}/programme"
    return {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": "tradefloor", "version": "1"},
        "schedule": {"version": str(programme.release), "base_url": address, "conference": conference},
    }


def uri(address: str) -> str:
    """As RFC 3986 spells it: people paste addresses with brackets, blanks and a second # that browsers forgive."""
    parts = urlsplit(address)
    path, query, fragment = (
        quote(part, safe="/:@!$&'()*+,;=~%?") for part in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme, parts.netloc, path.replace("?", "%3F"), query, fragment))


def acronym(slug: str) -> str:
    """A short name in the letters the format takes: four at least, no hyphens."""
    return re.sub(r"[^a-z0-9]+", "_", slug.casefold()).strip("_").ljust(4, "_")


def _event(programme: Programme, one: Session, texts: Texts, base_url: str) -> dict[str, Any]:
    starts = one.starts_at.astimezone(programme.zone)
    told: dict[str, list[dict[str, str]]] = {"link": [], "attachment": []}
    for kind, title, url in texts.links:
        told.setdefault(kind, []).append({"title": title, "url": uri(url)})
    return {
        "id": one.id, "guid": one.guid, "date": _local(starts), "start": f"{starts:%H:%M}",
        "end": _local(one.ends_at.astimezone(programme.zone)), "duration": _duration(one),
        "room": one.room.name if one.room else _ELSEWHERE, "slug": _slug(one), "title": one.title,
        "url": f"{base_url}/events/{programme.slug}/programme/{one.slug}", "subtitle": one.subtitle,
        "track": one.track.name if one.track else None, "type": one.label or one.kind.value,
        "language": one.language or None, "abstract": texts.abstract_html, "description": texts.description_html,
        "do_not_record": not texts.recorded,
        "persons": [
            {"id": person.id, "public_name": person.name, "url": f"{base_url}/speakers/{person.slug}"} for person in one.people
        ],
        "links": told["link"], "attachments": told["attachment"],
    }  # fmt: skip


def xml(programme: Programme, texts: Mapping[int, Texts], *, base_url: str) -> bytes:
    """The schedule as pentabarf and frab write it, and apps for conferences read it."""
    root = Element("schedule")
    _add(root, "version", str(programme.release))
    conference = SubElement(root, "conference")
    for name, value in (
        ("acronym", acronym(programme.slug)), ("title", programme.title), ("start", programme.days[0].isoformat()),
        ("end", programme.days[-1].isoformat()), ("days", str(len(programme.days))), ("day_change", "04:00"),
        ("timeslot_duration", "00:05"), ("base_url", f"{base_url}/events/{programme.slug}/programme/"),
        ("time_zone_name", programme.timezone),
    ):  # fmt: skip
        _add(conference, name, value)
    for index, (on, rooms) in enumerate(_by_day(programme), 1):
        day = SubElement(root, "day", index=str(index), date=on.isoformat())
        for name, these in rooms:
            room = SubElement(day, "room", name=name)
            for one in these:
                _xml_event(room, _event(programme, one, texts.get(one.id, _NO_TEXTS), base_url))
    indent(root)
    told: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return told


def _xml_event(room: Element, said: dict[str, Any]) -> None:
    event = SubElement(room, "event", id=str(said["id"]), guid=said["guid"])
    for name in ("date", "start", "duration", "room", "slug", "url", "title", "subtitle", "track", "type", "language",
                 "abstract", "description"):  # fmt: skip
        _add(event, name, said[name] or "")
    recording = SubElement(event, "recording")
    _add(recording, "license", "")
    _add(recording, "optout", "true" if said["do_not_record"] else "false")
    persons = SubElement(event, "persons")
    for person in said["persons"]:
        SubElement(persons, "person", id=str(person["id"])).text = clean(person["public_name"])
    for plural, kind in (("links", "link"), ("attachments", "attachment")):
        group = SubElement(event, plural)
        for one in said[plural]:
            SubElement(group, kind, href=one["url"]).text = clean(one["title"])


def _add(parent: Element, name: str, value: str) -> None:
    SubElement(parent, name).text = clean(value)


def clean(value: str) -> str:
    """Without the control characters that XML 1.0 has no way to write."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", value)


def _by_day(programme: Programme) -> list[tuple[Any, list[tuple[str, list[Session]]]]]:
    names = [room.name for room in programme.rooms]
    found = []
    for day in programme.days:
        rooms: dict[str, list[Session]] = {}
        for one in programme.sessions:
            if one.on == day and not one.is_cancelled:
                rooms.setdefault(one.room.name if one.room else _ELSEWHERE, []).append(one)
        found.append((day, sorted(rooms.items(), key=lambda pair: names.index(pair[0]) if pair[0] in names else -1)))
    return found


CSV_COLUMNS = (
    "key", "title", "subtitle", "start", "end", "room", "track", "kind", "label", "language", "level", "speakers",
    "moderators", "panelists", "hosts", "capacity", "recorded", "cancelled", "url", "abstract", "description",
)  # fmt: skip


def csv_rows(programme: Programme, texts: Mapping[int, Texts], *, base_url: str) -> list[Sequence[object]]:
    """One line a session under headings that the import reads; times are local with their offset."""
    rows: list[Sequence[object]] = []
    for one in programme.sessions:
        said = texts.get(one.id, _NO_TEXTS)
        people = {role: "; ".join(who.name for who in one.people if who.role == role) for role in SessionRole}
        rows.append((
            one.guid, one.title, one.subtitle, _local(one.starts_at.astimezone(programme.zone)),
            _local(one.ends_at.astimezone(programme.zone)), one.room.name if one.room else "",
            one.track.name if one.track else "", one.kind.value, one.label, one.language, one.level,
            people[SessionRole.SPEAKER], people[SessionRole.MODERATOR], people[SessionRole.PANELIST], people[SessionRole.HOST],
            one.capacity, said.recorded, one.is_cancelled, f"{base_url}/events/{programme.slug}/programme/{one.slug}",
            said.abstract_html, said.description_html,
        ))  # fmt: skip
    return rows


def _local(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _duration(one: Session) -> str:
    return f"{one.minutes // 60:02}:{one.minutes % 60:02}"


def _slug(one: Session) -> str:
    return one.slug if len(one.slug) > 1 else f"session-{one.slug}"


def _guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))
