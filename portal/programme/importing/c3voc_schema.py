"""Where a file departs from the c3voc schema (https://c3voc.de/schedule/schema.json). It is read all the same: what is told here
helps whoever made it, for other programs may refuse it.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType


class _Open(msgspec.Struct, kw_only=True):
    """What may hold more than is named here."""


class _Closed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What may not."""


Slug = Annotated[str, Meta(pattern="^[a-z0-9_-]+[a-z0-9]$")]
Address = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S*$")]
Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$")]
MaybeText = str | UnsetType | None


class Reference(_Closed):
    url: Address
    title: str | UnsetType = UNSET
    type: Literal["slides", "paper", "web", "blog", "article", "media", "related", "activitypub"] | UnsetType = UNSET


class Person(_Open):
    name: str | UnsetType = UNSET
    public_name: str | UnsetType = UNSET
    guid: UUID | UnsetType = UNSET
    id: int | UnsetType = UNSET
    url: Address | UnsetType = UNSET
    links: list[Reference] | UnsetType = UNSET


class Event(_Closed):
    """One session."""

    guid: UUID
    id: Annotated[int, Meta(ge=1)]
    date: Moment
    start: Annotated[str, Meta(pattern="^(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$")]
    duration: Annotated[str, Meta(pattern="^[0-9]+:[0-9]{2}$")]
    room: str
    slug: Slug
    url: Address
    title: str
    subtitle: str | None
    track: str | None
    type: str
    language: str | None
    abstract: str | None
    persons: list[Person]
    links: list[Reference]
    attachments: list[Reference] | UnsetType = UNSET
    code: Annotated[str, Meta(pattern="^[A-Z0-9]+$")] | UnsetType = UNSET
    description: MaybeText = UNSET
    end: Moment | UnsetType = UNSET
    logo: Any = UNSET
    recording_license: str | UnsetType = UNSET
    do_not_record: bool | UnsetType | None = UNSET
    do_not_stream: bool | str | UnsetType | None = UNSET
    feedback_url: Address | UnsetType = UNSET
    origin_url: Address | UnsetType = UNSET


class Day(_Closed):
    index: int
    date: str
    day_start: Moment
    day_end: Moment
    rooms: dict[str, Any]


class Room(msgspec.Struct, kw_only=True):
    name: str
    guid: UUID
    slug: Slug | UnsetType = UNSET
    capacity: float | UnsetType | None = UNSET


class Track(_Open):
    name: str | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET


class Conference(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename={"days_count": "daysCount"}):
    title: str
    acronym: Annotated[str, Meta(pattern="^[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?$")]
    start: str
    end: str
    days_count: int
    timeslot_duration: str
    days: list[Day]
    description: str | UnsetType = UNSET
    time_zone_name: Annotated[str, Meta(pattern="^([A-Z][a-z]+/[A-Z][a-z]+)|UTC$")] | UnsetType = UNSET
    logo: str | UnsetType = UNSET
    colors: dict[str, Any] | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    url: Address | UnsetType = UNSET
    tracks: list[Track] | UnsetType = UNSET
    rooms: list[Room] | UnsetType = UNSET
    meta: dict[str, Any] | UnsetType = UNSET


class Schedule(_Open):
    version: str
    conference: Conference
    base_url: Address | UnsetType = UNSET


class File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    schedule: Schedule
    schema: str | UnsetType = msgspec.field(default=UNSET, name="$schema")
    generator: dict[str, Any] | UnsetType = UNSET


def of_file(whole: Any) -> str:
    """What of a file’s frame is not as the schema has it, the first such thing; empty where all of it is."""
    departure = _departure(whole, File)
    return departure or ("schedule.rooms: they belong into schedule.conference" if "rooms" in whole["schedule"] else "")


def of_session(event: Any) -> str:
    """The same of one session."""
    return _departure(event, Event)


_WORDS = {
    "`str`": "text", "`int`": "a whole number", "`bool`": "true or false", "`array`": "a list", "`object`": "an object",
    "`null`": "null", "`float`": "a number", "Object": "it", "Expected": "expected", "Invalid": "invalid",
}  # fmt: skip


def _departure(value: Any, kind: type[Any]) -> str:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        for ours, words in _WORDS.items():
            what = what.replace(ours, words)
        place = where.strip("`.")
        return f"{place}: {what}" if place else what
    return ""
