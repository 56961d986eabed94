"""Plain values: a programme as staff edit it, which is the draft."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from portal.core import times
from portal.events.tables import EventKind, EventState
from portal.programme.public import day_of
from portal.programme.tables import SessionKind, SessionRole
from portal.speakers.values import SpeakerRow


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """An event with what there is of its programme. `starts_on` and `ends_on` are its own days; `edition` is None before
    anything was made, `release` 0 before the first.
    """

    id: int
    slug: str
    title: str
    kind: EventKind
    state: EventState
    timezone: str
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    edition: int | None
    release: int
    source: str
    released_at: datetime | None
    moved_by: float
    """Seconds by which the event moved since the sessions were placed for it last."""
    used: tuple[date, ...]
    """The days on which sessions of the draft are."""

    @property
    def zone(self) -> ZoneInfo:
        return times.zone(self.timezone)

    @property
    def path(self) -> str:
        return f"/staff/events/{self.id}/programme"

    @property
    def days(self) -> list[date]:
        """The event’s own days, and those of its sessions beside them; of a long event no more than a month."""
        length = min((self.ends_on - self.starts_on).days, 30)
        return sorted({*self.used, *(self.starts_on + timedelta(days=n) for n in range(length + 1))})

    @property
    def is_own(self) -> bool:
        return self.kind is EventKind.OWN


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A room with how many sessions of the draft, and of what is public, are in it."""

    id: int
    slug: str
    name: str
    note: str
    capacity: int | None
    position: int
    sessions: int = 0
    released: int = 0


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """The same of a track."""

    id: int
    slug: str
    name: str
    colour: int
    position: int
    sessions: int = 0
    released: int = 0


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A session as the grid and lists of staff show it. `people` are names with roles other than speaker."""

    id: int
    version: int
    slug: str
    kind: SessionKind
    label: str
    title: str
    room: int | None
    track: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    capacity: int | None
    is_cancelled: bool
    people: str

    @property
    def minutes(self) -> int:
        if self.starts_at is None or self.ends_at is None:
            return 0
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    def on(self, zone: ZoneInfo) -> date | None:
        """Its day of the conference."""
        return None if self.starts_at is None else day_of(self.starts_at, zone)


class Seated(SpeakerRow, frozen=True, kw_only=True):
    """Somebody in a session of the draft."""

    role: SessionRole


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session is put. Without a start it is placed nowhere; the room may be known all the same."""

    room: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What staff say of a session, but for who is in it. Texts are Markdown; links are [kind, title, address]."""

    title: str
    kind: SessionKind = SessionKind.TALK
    label: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    language: str = ""
    level: str = ""
    track: int | None = None
    capacity: int | None = None
    recorded: bool = True
    url: str = ""
    links: tuple[tuple[str, str, str], ...] = ()
    place: Place = Place()


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A session with everything staff say of it. `is_released`: the public reads one of it."""

    id: int
    version: int
    slug: str
    guid: str
    facts: Facts
    is_cancelled: bool
    is_imported: bool
    is_released: bool
    abstract_html: str
    description_html: str


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the draft that cannot be meant. `other` is the session it clashes with, `name` the room or person."""

    kind: str
    session: int
    title: str
    other: int | None
    other_title: str
    name: str
    since: datetime | None
    until: datetime | None


class Appearing(SpeakerRow, frozen=True, kw_only=True):
    """Somebody who appears at the event, with the sessions of the draft they are in, as (id, title) each; `alike` counts
    others of the event with the same name.
    """

    sessions: tuple[tuple[int, str], ...]
    alike: int
