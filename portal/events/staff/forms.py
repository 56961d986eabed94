"""The form for time and place: as typed, as facts, and filled from what is stored."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from portal.core import times
from portal.events.rules.changes import plan_of
from portal.events.tables import EventFormat
from portal.events.values import EventTexts, VenueFacts, whole_days
from portal.web import moments
from portal.web.forms import Filled, field

Version = Annotated[int, field("Version", wrong="This page is out of date. Please open it again.", ge=0, le=2**62)]


class ScheduleForm(msgspec.Struct):
    """Time and place. `starts` and `ends` are local times of `timezone`; of whole days, only the dates count."""

    version: Version
    starts: Annotated[str, field("Start", max_length=32)]
    ends: Annotated[str, field("End", max_length=32)]
    timezone: Annotated[str, field("Time zone", max_length=64)]
    format: Annotated[EventFormat, field("Format", kind="choice")]
    all_day: Annotated[str, field("Whole days")] = ""
    name: Annotated[str, field("Venue")] = ""
    street: Annotated[str, field("Street")] = ""
    postal_code: Annotated[str, field("Postal code", max_length=20)] = ""
    city: Annotated[str, field("City", max_length=120)] = ""
    country: Annotated[str, field("Country", max_length=2)] = ""
    directions: Annotated[str, field("Getting there", kind="text", max_length=2000)] = ""
    online_url: Annotated[str, field("Online room", max_length=1000)] = ""
    past: Annotated[str, field("In the past")] = ""
    tell_over: Annotated[str, field("Tell attendees")] = ""


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """What `move_event` is told."""

    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool
    format: EventFormat
    venue: VenueFacts | None
    online_url: str


class TextsForm(msgspec.Struct):
    """What an event says of itself. `topics` are names, parted by commas; `description` is Markdown."""

    version: Version
    title: Annotated[str, field("Title", max_length=250)]
    summary: Annotated[str, field("In a sentence", max_length=400)] = ""
    description: Annotated[str, field("Description", kind="text", max_length=20_000)] = ""
    topics: Annotated[str, field("Topics", max_length=1000)] = ""
    language: Annotated[str, field("Language", max_length=60)] = ""

    def texts(self, image: str = "") -> EventTexts:
        """As the command takes them, with the picture that the event has."""
        topics = tuple(dict.fromkeys(name for name in (part.strip() for part in self.topics.split(",")) if name))
        plain = ("title", "summary", "description", "language")
        return EventTexts(**{name: getattr(self, name) for name in plain}, topics=topics, image=image)


def schedule(form: Filled[ScheduleForm], stored: Mapping[str, Any] | None, *, now: datetime) -> Schedule | None:
    """The facts a form stands for; `stored` is None for a new event. What is wrong with it is added to its errors; then
    None.

    An event that is still to come is moved into the past only when its editor says that this is meant.
    """
    data = form.data
    if data is None:
        return None
    errors: dict[str, str] = {}
    span: tuple[datetime, datetime] | None = None
    try:
        times.zone(data.timezone)
    except ZoneInfoNotFoundError:
        errors["timezone"] = "Please choose a time zone from the list, such as Europe/Vienna."
    else:
        span = _moments(data, errors)
    if span and span[1] <= now and (stored is None or now < stored["ends_at"]) and not data.past:
        errors["past"] = "The new time is over already. If that is right, tick this box and save again."
    if data.format is not EventFormat.ONLINE and not (data.city or data.name or data.country):
        errors["city"] = "Where does it take place? A city is enough."
    form.errors.update(errors)
    if errors or span is None:
        return None
    starts_at, ends_at = span
    online = data.format is EventFormat.ONLINE
    return Schedule(
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=data.timezone,
        all_day=bool(data.all_day),
        format=data.format,
        venue=None if online else _venue(data, stored),
        online_url=data.online_url,
    )


def _moments(data: ScheduleForm, errors: dict[str, str]) -> tuple[datetime, datetime] | None:
    found: list[datetime] = []
    for name in ("starts", "ends"):
        local = moments.local(getattr(data, name), day_is_enough=bool(data.all_day))
        if local is None:
            errors[name] = moments.NO_MOMENT
            continue
        if why := moments.fault(local):
            errors[name] = why
            continue
        found.append(local)
        if not data.all_day and (gap := moments.gap(local, data.timezone)):
            errors[name] = gap
    if errors or len(found) != 2:
        return None
    first, last = found
    if data.all_day:
        if last.date() < first.date():
            errors["ends"] = "The last day must not come before the first."
            return None
        return whole_days(first.date(), last.date(), data.timezone)
    zone = times.zone(data.timezone)
    starts_at, ends_at = (moment.replace(tzinfo=zone).astimezone(UTC) for moment in found)
    if ends_at <= starts_at:
        errors["ends"] = "The end must come after the start."
        return None
    return starts_at, ends_at


def _venue(data: ScheduleForm, stored: Mapping[str, Any] | None) -> VenueFacts:
    """The place as typed; its position on the map is kept while it is the same place."""
    before = plan_of(stored).venue if stored is not None else None
    typed = VenueFacts(
        name=data.name,
        street=data.street,
        postal_code=data.postal_code,
        city=data.city,
        country=data.country or None,
        directions=data.directions,
    )
    if before and (before.name, before.street, before.city) == (typed.name, typed.street, typed.city):
        kept = {"region": before.region, "latitude": before.latitude, "longitude": before.longitude}
        return msgspec.structs.replace(typed, **kept)
    return typed


def filled_texts(stored: Mapping[str, Any], topics: Sequence[str]) -> Filled[TextsForm]:
    """The texts as an event fills them."""
    plain = ("version", "title", "summary", "description", "language")
    return Filled({**{name: stored[name] for name in plain}, "topics": ", ".join(topics)})


def filled(stored: Mapping[str, Any]) -> Filled[ScheduleForm]:
    """The form as an event fills it."""
    plan = plan_of(stored)
    zone = times.zone(plan.timezone)
    starts, ends = plan.starts_at.astimezone(zone), plan.ends_at.astimezone(zone)
    if plan.all_day:
        ends = datetime.combine(_last_day(ends), datetime.min.time(), zone)
    venue = plan.venue or VenueFacts()
    place = {name: getattr(venue, name) for name in ("name", "street", "postal_code", "city", "directions")}
    return Filled({
        "version": stored["version"],
        "starts": f"{starts:%Y-%m-%dT%H:%M}",
        "ends": f"{ends:%Y-%m-%dT%H:%M}",
        "timezone": plan.timezone,
        "format": plan.format.value,
        "all_day": "yes" if plan.all_day else "",
        "country": venue.country or "",
        "online_url": plan.online_url,
        **place,
    })  # fmt: skip


def _last_day(end: datetime) -> date:
    return (end - timedelta(microseconds=1)).date()


class CancelForm(msgspec.Struct):
    version: Version
    reason: Annotated[str, field("What attendees are told", kind="text", max_length=300)] = ""
    tell_anyway: Annotated[str, field("Tell attendees")] = ""


class VersionForm(msgspec.Struct):
    version: Version
