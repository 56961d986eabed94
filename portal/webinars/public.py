"""Plain values: a webinar as everybody may know it, in lists, on its event's page, as data."""

from datetime import date, datetime

import msgspec

from portal.events.tables import EventState
from portal.events.values import Row, VenueFacts
from portal.speakers.values import SpeakerRow
from portal.webinars.tables.rooms import ReplayAccess, RoomState


class OnStage(SpeakerRow, frozen=True, kw_only=True):
    """Somebody on stage, in a programme's order."""

    is_moderator: bool


class Sponsor(msgspec.Struct, frozen=True):
    """Who pays. `slug` leads to a public profile, where there is one."""

    name: str
    slug: str | None


class SeriesName(msgspec.Struct, frozen=True):
    slug: str
    title: str


class OtherDate(msgspec.Struct, frozen=True, kw_only=True):
    """Another webinar of a series."""

    slug: str
    title: str
    starts_on: date
    ends_on: date
    starts_at: datetime
    timezone: str
    event_state: EventState
    state: RoomState


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A series as one of its webinars names it. With `one_registration` a place in one is a place in all to come."""

    slug: str
    title: str
    one_registration: bool
    others: list[OtherDate]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the room with its answer; where that was given on stage, `second` says when, as far as it is known."""

    id: int
    question: str
    answer: str
    second: int | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate asks for, of those who register now."""

    minutes: int
    polls: int
    test_percent: int
    replay_counts: bool
    credit: str


class PublicRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room and its recording, as far as visitors are told. `elsewhere`: in another service's room."""

    id: int
    state: RoomState
    live_at: datetime | None
    lobby_minutes: int
    starts_itself: bool
    elsewhere: bool
    replay: ReplayAccess
    replay_until: datetime | None
    recording_at: datetime | None
    recording_seconds: int | None
    captioned: bool

    @property
    def is_watchable(self) -> bool:
        return self.state is RoomState.REPLAY and self.replay is not ReplayAccess.NONE


class OnEvent(PublicRoom, frozen=True, kw_only=True):
    """A webinar with all that its event's page tells."""

    speakers: list[OnStage]
    sponsors: list[Sponsor]
    series: Series | None
    faq: list[Answer]
    certificate: Asked | None


class Listed(PublicRoom, frozen=True, kw_only=True):
    """A webinar as lists show it."""

    row: Row
    place: VenueFacts | None
    credit: str
    speakers: list[OnStage]
    sponsors: list[Sponsor]
    series: SeriesName | None
    certificate: Asked | None
    changed_at: datetime
    published_at: datetime
