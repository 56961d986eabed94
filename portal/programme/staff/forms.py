"""Forms of the programme’s editor."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from babel import Locale, UnknownLocaleError

from portal.core import times
from portal.core.addresses import parts_of
from portal.programme.editing import Facts, Place, Room, Stored, Track
from portal.programme.public import DAY_CHANGES, day_of
from portal.programme.tables import Level, SessionKind, SessionRole
from portal.web import moments
from portal.web.forms import Filled, bind, blank, field

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MOST_LINKS = 30
_ID = {"ge": 1, "le": 2**62}
Version = Annotated[int, field("", ge=0, le=2**62, missing="This page is out of date. Please open it again.")]


class VersionForm(msgspec.Struct):
    """A button; `version` is the one that was looked at."""

    version: Version


class PlaceForm(msgspec.Struct):
    """Where a session is to be. An empty day takes it off the grid; a time before four belongs to the night of the day."""

    version: Version
    room: Annotated[str, field("Room", max_length=20)] = ""
    day: Annotated[str, field("Day", max_length=10)] = ""
    start: Annotated[str, field("Start", max_length=8)] = ""
    length: Annotated[str, field("Length", max_length=6)] = ""


class SessionForm(PlaceForm):
    """Everything staff say of a session. `links` and `attachments`: one a line, its address last."""

    title: Annotated[str, field("Title", max_length=250, missing="Please give the session a title.")] = ""
    kind: Annotated[SessionKind, field("Kind", wrong="Please choose what kind of session it is.")] = SessionKind.TALK
    label: Annotated[str, field("What you call it", max_length=80)] = ""
    subtitle: Annotated[str, field("Subtitle", max_length=250)] = ""
    abstract: Annotated[str, field("In short", kind="text", max_length=4000)] = ""
    description: Annotated[str, field("Description", kind="text", max_length=20000)] = ""
    language: Annotated[str, field("Language", max_length=35)] = ""
    level: Annotated[str, field("Level", max_length=20)] = ""
    track: Annotated[str, field("Track", max_length=20)] = ""
    capacity: Annotated[int | None, field("Places", ge=1, le=100_000, wrong="Please give a number of places.")] = None
    recorded: Annotated[str, field("May be recorded")] = ""
    url: Annotated[str, field("Its page elsewhere", max_length=1000)] = ""
    links: Annotated[str, field("Links", kind="text", max_length=10000)] = ""
    attachments: Annotated[str, field("Attachments", kind="text", max_length=10000)] = ""
    act: Annotated[str, field("", max_length=20)] = ""


class RoomForm(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=120)]
    note: Annotated[str, field("How to find it", max_length=200)] = ""
    capacity: Annotated[int | None, field("Holds", ge=1, le=1_000_000, wrong="Please give a number of people.")] = None


class TrackForm(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=120)]
    colour: Annotated[int, field("Colour", ge=1, le=4, wrong="Please choose one of the four colours.")] = 1


class SeatForm(msgspec.Struct):
    speaker: Annotated[int, field("Speaker", **_ID, wrong="Please choose a person.", missing="Please choose a person.")]
    role: Annotated[SessionRole, field("Role", wrong="Please choose a role.")] = SessionRole.SPEAKER


class NewSeatForm(msgspec.Struct):
    name: Annotated[str, field("Name", kind="name")]
    job_title: Annotated[str, field("Job title")] = ""
    company_name: Annotated[str, field("Company")] = ""
    role: Annotated[SessionRole, field("Role", wrong="Please choose a role.")] = SessionRole.SPEAKER


class RoleForm(msgspec.Struct):
    role: Annotated[SessionRole, field("Role", wrong="Please choose a role.", missing="Please choose a role.")]


def placed(form: Filled[Any], zone: str) -> Place | None:
    """Where it is to be; None, with the errors beside their fields, where that cannot be meant."""
    typed = {name: form.value(name) for name in ("room", "day", "start", "length")}
    room = int(typed["room"]) if re.fullmatch(r"\d{1,18}", typed["room"]) else None
    if typed["room"] and room is None:
        form.errors["room"] = "Please choose one of the rooms."
    if not typed["day"]:
        return None if "room" in form.errors else Place(room=room)
    starts, minutes = _start(form, typed, zone), _minutes(form, typed["length"])
    if starts is None or minutes is None or "room" in form.errors:
        return None
    return Place(room=room, starts_at=starts, ends_at=starts + timedelta(minutes=minutes))


def _start(form: Filled[Any], typed: Mapping[str, str], zone: str) -> datetime | None:
    try:
        on = date.fromisoformat(typed["day"])
    except ValueError:
        form.errors["day"] = "Please choose one of the days."
        return None
    clock = _CLOCK.fullmatch(typed["start"])
    if clock is None:
        form.errors["start"] = "Please give a time such as 09:30."
        return None
    at = time(int(clock[1]), int(clock[2]))
    if why := moments.fault(datetime.combine(on, at)):
        form.errors["day"] = why
        return None
    if timedelta(hours=at.hour, minutes=at.minute) < DAY_CHANGES:
        on += timedelta(days=1)
    local = datetime.combine(on, at)
    if why := moments.gap(local, zone):
        form.errors["start"] = why
        return None
    return times.utc(local.replace(tzinfo=times.zone(zone)))


def _minutes(form: Filled[Any], typed: str) -> int | None:
    if not re.fullmatch(r"\d{1,5}", typed) or not 1 <= int(typed) <= 7 * 24 * 60:
        form.errors["length"] = "Please give the length in minutes, such as 40."
        return None
    return int(typed)


def as_it_stood(wanted: Place, stored: Place, zone: str) -> Place:
    """The stored moments where the form says the same clock as they do: in the hour that comes twice when clocks go back a
    clock does not tell which, and of seconds it says nothing.
    """
    clocks = [
        {name: value for name, value in filled_place(one, 0, zone).items() if name != "room"}
        for one in (wanted, stored)
    ]
    return msgspec.structs.replace(stored, room=wanted.room) if clocks[0] == clocks[1] else wanted


def filled_place(place: Place, version: int, zone: str) -> dict[str, Any]:
    """The fields that say where a session is."""
    told: dict[str, Any] = {"version": version, "room": place.room or "", "day": "", "start": "", "length": ""}
    if place.starts_at and place.ends_at:
        told["day"] = day_of(place.starts_at, times.zone(zone)).isoformat()
        told["start"] = times.clock(place.starts_at, zone)
        told["length"] = round((place.ends_at - place.starts_at).total_seconds() / 60)
    return told


def filled(stored: Stored, zone: str) -> Filled[Any]:
    """The form of a session as it is."""
    facts = stored.facts
    plain = ("title", "label", "subtitle", "abstract", "description", "language", "level", "url")
    return blank(
        **filled_place(facts.place, stored.version, zone), **{name: getattr(facts, name) for name in plain},
        kind=facts.kind.value, track=facts.track or "", capacity="" if facts.capacity is None else facts.capacity,
        recorded="yes" if facts.recorded else "", act="", links=_lines(facts, attachments=False),
        attachments=_lines(facts, attachments=True),
    )  # fmt: skip


def _lines(facts: Facts, *, attachments: bool) -> str:
    these = [one for one in facts.links if (one[0] == "attachment") == attachments]
    return "\n".join(url if title == url else f"{title} {url}" for _, title, url in these)


def read_session(sent: Mapping[str, Any], zone: str) -> tuple[Filled[SessionForm], Facts | None]:
    """What was typed, and what it says of a session where all of it can be meant."""
    form = bind(sent, SessionForm)
    place = placed(form, zone)
    data, values = form.data, form.values
    if not values["title"]:
        form.errors["title"] = "Please give the session a title."
    if values["language"] and not _is_language(values["language"]):
        form.errors["language"] = "Please give a language by its code, such as en or de-AT."
    if values["level"] not in ("", *Level):
        form.errors["level"] = "Please choose one of the levels."
    if values["track"] and not re.fullmatch(r"\d{1,18}", values["track"]):
        form.errors["track"] = "Please choose one of the tracks."
    if values["url"] and not _is_address(values["url"]):
        form.errors["url"] = "Please give a full address that starts with https://."
    links = [*_links(form, "links", "link"), *_links(form, "attachments", "attachment")]
    if form.errors or data is None or place is None:
        return form, None
    return form, Facts(
        title=data.title, kind=data.kind, label=data.label, subtitle=data.subtitle, abstract=data.abstract,
        description=data.description, language=data.language, level=data.level, track=int(data.track) if data.track else None,
        capacity=data.capacity, recorded=bool(data.recorded), url=data.url, links=tuple(links), place=place,
    )  # fmt: skip


def _links(form: Filled[Any], name: str, kind: str) -> list[tuple[str, str, str]]:
    found = []
    for line in form.value(name).splitlines():
        title, _, url = line.rpartition(" ")
        if not line.strip():
            continue
        if not _is_address(url) or len(url) > 1000:
            form.errors[name] = (
                f"In each line the address comes last and starts with https://. This one has none: “{line[:80]}”."
            )
            return []
        found.append((kind, (title.strip() or url)[:200], url))
    if len(found) > _MOST_LINKS:
        form.errors[name] = f"Please give {_MOST_LINKS} at most."
    return found


def _is_address(typed: str) -> bool:
    parts = parts_of(typed)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_language(typed: str) -> bool:
    try:
        Locale.parse(typed, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def room_form(
    room: Room | None = None, hours: Mapping[date, Sequence[tuple[str, str]]] = MappingProxyType({})
) -> Filled[Any]:
    """The fields of a room; `hours` by day as (from, to)."""
    if room is None:
        return blank(name="", note="", capacity="")
    spans = {
        f"{edge}-{day.isoformat()}-0": clock
        for day, these in hours.items()
        for edge, clock in zip(("from", "to"), these[0], strict=True)
    }
    return blank(name=room.name, note=room.note, capacity="" if room.capacity is None else room.capacity, **spans)


def track_form(track: Track | None = None) -> Filled[Any]:
    return blank(name=track.name, colour=track.colour) if track else blank(name="", colour=1)
