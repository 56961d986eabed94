"""Plain values: a room as its pages tell it, who takes part, who runs it."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.events.tables import EventState
from portal.registration.tables import Watching
from portal.webinars.tables.rooms import CrewRole, ReplayAccess, RoomState, VideoSource


class RoomSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a room works; what staff set. See `Webinar` for what each means."""

    lobby_minutes: int = 30
    starts_itself: bool = True
    ends_itself: bool = True
    source: VideoSource = VideoSource.NONE
    source_url: str = ""
    simulated: bool = False
    captions: str = ""
    questions_on: bool = True
    chat_on: bool = True
    reactions_on: bool = True
    replay: ReplayAccess = ReplayAccess.GATED
    replay_until: datetime | None = None
    series_id: int | None = None


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A room with what its pages need of its event."""

    id: int
    event_id: int
    slug: str
    title: str
    event_state: EventState
    starts_at: datetime
    ends_at: datetime
    timezone: str
    series_id: int | None
    state: RoomState
    state_since: datetime
    due_state: str
    due_at: datetime | None
    live_at: datetime | None
    ended_at: datetime | None
    lobby_minutes: int
    starts_itself: bool
    ends_itself: bool
    source: VideoSource
    source_url: str
    simulated: bool
    captions: str
    questions_on: bool
    chat_on: bool
    reactions_on: bool
    replay: ReplayAccess
    replay_until: datetime | None
    version: int

    @property
    def is_on(self) -> bool:
        return self.event_state in (EventState.PUBLISHED, EventState.MOVED)

    @property
    def replays(self) -> bool:
        """Whether its recording can be watched by those who may."""
        return self.state is RoomState.REPLAY and self.replay is not ReplayAccess.NONE

    @property
    def path(self) -> str:
        """The room's address, without the host."""
        return f"/webinars/{self.slug}/room"

    @property
    def replay_path(self) -> str:
        return f"/webinars/{self.slug}/replay"

    @property
    def desk(self) -> str:
        """The address of its crew's desk."""
        return f"/webinars/{self.slug}/desk"


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """The recording of a room. `captions` is the key of its WebVTT file; the webinar went live at its `live_second`."""

    id: int
    webinar_id: int
    source: VideoSource
    source_url: str
    seconds: int
    live_second: int
    captions: str
    language: str
    published_at: datetime | None


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a place: a confirmed seat. `webinar_id` is null where the event has no room of ours.

    `claim` is the secret of the seat; `email` is lower-case; an unnamed seat has no name.
    """

    seat_id: int
    order_id: int
    event_id: int
    webinar_id: int | None
    slug: str
    claim: str
    name: str
    first_name: str
    last_name: str
    job_title: str
    company: str
    email: str
    watching: Watching
    confirmed_at: datetime
    muted: bool
    removed: bool


class CrewMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the desk. The `actor` has a name that can be shown."""

    actor: Actor
    role: CrewRole

    @property
    def account_id(self) -> int:
        return self.actor.account_id

    @property
    def name(self) -> str:
        return self.actor.name
