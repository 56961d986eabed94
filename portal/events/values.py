"""What an event is, as plain values: what importers, the demo and staff hand to the commands."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from portal.core import times
from portal.events.tables import EventFormat, EventKind, EventState


class VenueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A place; a city alone is enough. `country` is an ISO 3166-1 alpha-2 code.

    Two venues with the same name, street, city and country are one; the rest is added to what is known of it.
    """

    name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    directions: str = ""


class Revision(msgspec.Struct, frozen=True, array_like=True, order=True):
    """How new a source's entry is: its count of changes, and when it was last written, where it says so (UTC)."""

    sequence: int = 0
    stamp: str = ""

    def is_older_than(self, other: "Revision") -> bool:
        """True where the counts say so, or with equal counts the moments; one that is missing proves nothing."""
        if self.sequence != other.sequence:
            return self.sequence < other.sequence
        return bool(self.stamp and other.stamp) and self.stamp < other.stamp


class Origin(msgspec.Struct, frozen=True):
    """Where imported facts stood, which is no part of them: the file, the series they are a date of, the revision.

    `override` says that the date has an entry of its own beside the series' rule.
    """

    file: str = ""
    series: str = ""
    override: bool = False
    revision: Revision | None = None

    def is_older_than(self, other: "Origin") -> bool:
        """True for an older revision of the same kind of entry."""
        alike = self.override == other.override and self.revision is not None and other.revision is not None
        return alike and self.revision.is_older_than(other.revision)  # type: ignore[union-attr, arg-type]


class EventFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be said about an event when it is saved.

    `starts_at` and `ends_at` are aware; `timezone` is the IANA zone they are announced in. All-day events run
    from local midnight to the midnight after the last day (`whole_days` makes both). `description` is
    Markdown; HTML in it is sanitised. `topics` are names. `source` with `source_key` is the identity of an
    imported event: saving it again updates it, unless `origin` names an older revision than what is stored.
    `slug` is a wish; empty, it is made from the title. `state` is one of draft, published, cancelled.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool = False
    format: EventFormat = EventFormat.IN_PERSON
    kind: EventKind = EventKind.OWN
    state: EventState = EventState.PUBLISHED
    summary: str = ""
    description: str = ""
    venue: VenueFacts | None = None
    topics: tuple[str, ...] = ()
    organiser_name: str = ""
    organisation_id: int | None = None
    url: str = ""
    online_url: str = ""
    language: str = ""
    image: str = ""
    credit: str = ""
    is_free: bool | None = None
    price_from: int | None = None
    price_currency: str = ""
    sponsor: str = ""
    slug: str = ""
    source: str = ""
    source_key: str | None = None
    origin: Origin = Origin()


class EventTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of itself. `description` is Markdown, `topics` are names, `image` a house illustration."""

    title: str
    summary: str = ""
    description: str = ""
    topics: tuple[str, ...] = ()
    language: str = ""
    image: str = ""


class PriceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What lists say of an event's tickets: some are free, the lowest price of the others (0 where there are none),
    none is left. None is unknown.
    """

    is_free: bool | None = None
    price_from: int | None = None
    price_currency: str = ""
    sold_out: bool | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An event as lists show it."""

    id: int
    version: int
    slug: str
    title: str
    summary: str
    state: EventState
    kind: EventKind
    format: EventFormat
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    timezone: str
    all_day: bool
    first_starts_at: datetime | None
    first_place: str
    is_free: bool | None
    price_from: int | None
    price_currency: str
    sponsor: str
    organiser_name: str
    url: str
    language: str
    changed_at: datetime
    city: str
    country: str | None
    venue: str
    topics: dict[str, str]


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """An event as its own page tells it, and the versions of all public content it belongs to.

    `description_html` was sanitised when it was stored. `on_demand_until`: one can register for the recording until then.
    """

    row: Row
    place: VenueFacts | None
    description_html: str
    change_note: str
    credit: str
    image: str
    sold_out: bool | None
    published_at: datetime
    on_demand_until: datetime | None
    versions: tuple[int, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What another package says on an event's page. `template` has the blocks `above` (under title and facts) and `below`
    (after the description), given `values`. `facts` join the Event of schema.org, `linked` stand beside it.

    It may depend on what is stored, on the day and on whether the event is over, on nothing else: pages are kept.
    """

    template: str
    values: Mapping[str, Any]
    facts: Mapping[str, Any] = {}
    linked: Sequence[Mapping[str, Any]] = ()


class Neighbours(msgspec.Struct, frozen=True):
    """The event before in time, the one after, and some with the same topics."""

    before: Row | None
    after: Row | None
    like: list[Row]


class Week(msgspec.Struct, frozen=True, array_like=True):
    """A week of the season by its Monday: how many events in a room, online only, and sponsored."""

    monday: date
    in_person: int
    online: int
    sponsored: int

    @property
    def total(self) -> int:
        return self.in_person + self.online + self.sponsored


class Day(msgspec.Struct, frozen=True, array_like=True):
    """A day on which something takes place: how much, and one title."""

    day: date
    count: int
    title: str


class Outcome(StrEnum):
    """What saving an event came to. `OLDER`: a newer revision of it is stored, and stays."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"
    REFUSED = "refused"


class Saved(msgspec.Struct, frozen=True):
    """One answer of `save_events`, in the order of what was given. `reasons` maps fields to what is wrong."""

    outcome: Outcome
    event_id: int | None = None
    reasons: dict[str, str] = {}


def whole_days(first: date, last: date, zone_name: str) -> tuple[datetime, datetime]:
    """Start and end, in UTC, of an all-day event from `first` to `last`, both included."""
    zone = times.zone(zone_name)
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    after = last + timedelta(days=1)
    return start.astimezone(UTC), datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
