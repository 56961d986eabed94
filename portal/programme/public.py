"""Plain values: a programme as everybody may know it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from portal.core import times
from portal.programme.tables import SessionKind, SessionRole
from portal.speakers.values import SpeakerRow

DAY_CHANGES = timedelta(hours=4)
"""A day of a conference goes on so long after midnight, as the c3voc format has it."""


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day of a conference a moment belongs to."""
    return (moment.astimezone(zone) - DAY_CHANGES).date()


class Room(msgspec.Struct, frozen=True):
    """A room with its place in the grid. `note` says how to find it."""

    id: int
    slug: str
    name: str
    note: str
    position: int


class Track(msgspec.Struct, frozen=True):
    """A thread through the programme; `colour` 1 to 4 of the style sheet."""

    id: int
    slug: str
    name: str
    colour: int
    position: int


class Person(SpeakerRow, frozen=True, kw_only=True):
    """Somebody in a session."""

    role: SessionRole


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session in the list. `on` is its day of the conference, which goes on for some hours after midnight."""

    id: int
    guid: str
    slug: str
    kind: SessionKind
    label: str
    title: str
    subtitle: str
    language: str
    level: str
    track: Track | None
    room: Room | None
    starts_at: datetime
    ends_at: datetime
    on: date
    capacity: int | None
    is_cancelled: bool
    people: tuple[Person, ...]

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def length(self) -> str:
        """`40 min`, `2 h 30 min`, `8 h`: minutes alone as long as people say it so."""
        hours, rest = divmod(self.minutes, 60)
        if self.minutes <= 120:
            return f"{self.minutes} min"
        return f"{hours} h {rest} min" if rest else f"{hours} h"


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A released programme: its event, all sessions by time, and rooms and tracks in their order. `version` is that of all
    content it is made of; `starts_on` and `ends_on` are the event’s own days. `is_moved`: the event was moved since this was
    made for it, so that its times are those of before. `is_draft`: it is the draft, as its next release would have it.
    """

    version: tuple[int, ...]
    event_id: int
    slug: str
    title: str
    timezone: str
    is_cancelled: bool
    is_moved: bool
    starts_on: date
    ends_on: date
    was_moved: bool
    event_starts_at: datetime
    first_starts_at: datetime | None
    release: int
    released_at: datetime
    note: str
    credit: str
    sessions: tuple[Session, ...]
    rooms: tuple[Room, ...]
    tracks: tuple[Track, ...]
    is_draft: bool = False

    @property
    def path(self) -> str:
        """Where it is read; its sessions are below."""
        if self.is_draft:
            return f"/staff/events/{self.event_id}/programme/preview"
        return f"/events/{self.slug}/programme"

    @property
    def zone(self) -> ZoneInfo:
        return times.zone(self.timezone)

    @property
    def talks(self) -> list[Session]:
        """All but the breaks."""
        return [one for one in self.sessions if one.kind is not SessionKind.BREAK]

    @property
    def has_workshops(self) -> bool:
        """Whether one signs up for some of it."""
        return any(one.capacity is not None and one.kind is not SessionKind.BREAK for one in self.sessions)

    @property
    def has_speakers(self) -> bool:
        """Whether the index of speakers knows somebody of it."""
        return not self.is_cancelled and any(one.people and not one.is_cancelled for one in self.sessions)

    @property
    def days(self) -> list[date]:
        return sorted({one.on for one in self.sessions})

    def stands(self, one: Session) -> bool:
        """Whether a session takes place when it says, as far as anybody knows: of an event that was moved away from it, no."""
        left = self.is_moved and not self.starts_on <= one.on <= self.ends_on
        return not (one.is_cancelled or self.is_cancelled or left)

    def at(self, moment: datetime) -> list[Session]:
        """What is on at a moment."""
        return [one for one in self.sessions if one.starts_at <= moment < one.ends_at and self.stands(one)]


class Texts(msgspec.Struct, frozen=True):
    """What a session’s own page says besides the list: sanitised HTML, and [kind, title, address] of each link."""

    abstract_html: str
    description_html: str
    recorded: bool
    url: str
    links: list[tuple[str, str, str]]
    since_release: int


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the change log. `before` and `after` as `rules.changes` writes them; `is_there`: its page is to be had."""

    slug: str
    title: str
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]
    is_there: bool


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A release, with its first lines; `lines` counts all."""

    number: int
    released_at: datetime
    note: str
    lines: int
    changes: list[Logged]


def beside(sessions: Sequence[Session], one: Session) -> list[Session]:
    """What is on at the same time as a session, breaks left out."""
    return [
        other
        for other in sessions
        if other.id != one.id
        and other.kind is not SessionKind.BREAK
        and other.starts_at < one.ends_at
        and one.starts_at < other.ends_at
    ]
