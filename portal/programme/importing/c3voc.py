"""The c3voc schedule JSON, as pretalx and frab write it too: schedule.conference.days[].rooms{name: [events]}."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from portal.core import times
from portal.core.importing.values import Unreadable, shortened
from portal.programme.importing import c3voc_schema as schema
from portal.programme.importing import fields
from portal.programme.importing.values import Conference, Context, Reading
from portal.programme.rules.following import PARTS
from portal.programme.values import LinkFacts, PersonFacts, SessionFacts

_MOST_TOLD = 20


def read(data: bytes, context: Context) -> Reading:
    """Every event ends up among the rows, the refusals or the merged; `line` counts events, as JSON has no lines."""
    try:
        whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {shortened(str(error), 90)}") from None
    conference = _dict(_dict(_dict(whole).get("schedule")).get("conference"))
    if not isinstance(conference.get("days"), list):
        raise Unreadable("there is no schedule.conference.days in it")
    reading = Reading()
    reading.conference = _conference(conference, _dict(_dict(whole).get("schedule")).get("base_url"))
    zone = times.zone(reading.conference.zone) if reading.conference.zone else context.zone
    reading.rooms = dict(_rooms(conference.get("rooms")))
    reading.tracks = fields.named(_dict(track).get("name") for track in _list(conference.get("tracks")))
    seen: dict[str, list[SessionFacts]] = {}
    departures: dict[str, list[int]] = {departure: [] for departure in [schema.of_file(whole)] if departure}
    for room, event in _events(conference):
        reading.records += 1
        if departure := schema.of_session(event):
            departures.setdefault(departure, []).append(reading.records)
        try:
            fields.keep(reading, reading.records, _session(_dict(event), room, zone), seen)
        except Unreadable as reason:
            reading.refuse(reading.records, str(_dict(event).get("title") or "?"), str(reason))
    for departure, numbers in list(departures.items())[:_MOST_TOLD]:
        often = f" ({len(numbers):,} sessions)" if len(numbers) > 1 else ""
        reading.note(numbers[0] if numbers else 0, "", f"not as the c3voc schema has it: {departure}{often}")
    return reading


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _conference(said: dict[str, Any], url: Any) -> Conference:
    zone = said.get("time_zone_name")
    return Conference(
        title=fields.cut(said.get("title")),
        url=fields.page(said.get("url") or url),
        zone=zone if isinstance(zone, str) and zone in times.zone_names() else "",
        first_day=fields.day(said.get("start")),
        last_day=fields.day(said.get("end")),
    )


def _rooms(said: Any) -> Iterator[tuple[str, int | None]]:
    for one in _list(said):
        capacity = _dict(one).get("capacity")
        for name in fields.named([_dict(one).get("name")]):
            yield name, capacity if isinstance(capacity, int) and 0 < capacity < 1_000_000 else None


def _events(conference: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for day in conference["days"]:
        for room, events in _dict(_dict(day).get("rooms")).items():
            for event in _list(events):
                yield room, event


def _session(event: dict[str, Any], room: str, zone: ZoneInfo) -> SessionFacts:
    said = event.get
    title = fields.line(said("title"), what="title")
    if not title:
        raise Unreadable("it has no title")
    key = fields.key_of(said("guid"), said("id"))
    if not key:
        raise Unreadable("it has neither guid nor id")
    starts = fields.moment(said("date"), zone)
    type_ = fields.line(said("type"), what="type")
    return SessionFacts(
        key=key, guid=str(said("guid") or ""), title=title,
        kind=fields.kind_of(type_), label=fields.label_of(type_),
        subtitle=fields.line(said("subtitle"), what="subtitle"),
        abstract=fields.text(said("abstract")), description=fields.text(said("description")),
        language=fields.language_of(said("language")),
        track=fields.place(said("track"), "track"), room=fields.place(said("room") or room, "room"),
        starts_at=starts, ends_at=_ends(event, starts, zone),
        recorded=said("do_not_record") is not True,
        url=fields.page(said("url")),
        people=fields.people(_person(_dict(one)) for one in _list(said("persons"))),
        links=fields.links(_links(event)),
        unsaid=fields.unsaid(
            "level", "capacity", "cancelled", PARTS, language="language" in event, recorded=said("do_not_record") is not None
        ),
    )  # fmt: skip


def _ends(event: dict[str, Any], starts: datetime, zone: ZoneInfo) -> datetime:
    """By its length; newer files may say the end alone."""
    if event.get("duration") or not event.get("end"):
        return starts + fields.duration(event.get("duration"), with_days=True)
    return fields.after(starts, fields.moment(event["end"], zone, what="end"))


def _person(said: dict[str, Any]) -> PersonFacts:
    return PersonFacts(
        fields.name(said.get("public_name") or said.get("name") or said.get("full_public_name")),
        fields.key_of(said.get("guid"), said.get("code"), said.get("id")),
        bio=fields.text(said.get("biography")),
    )


def _links(event: dict[str, Any]) -> Iterator[LinkFacts | None]:
    for kind in ("link", "attachment"):
        for one in map(_dict, _list(event.get(f"{kind}s"))):
            yield fields.link(kind, one.get("title"), one.get("url"))
