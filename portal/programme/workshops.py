"""Plain values: workshops one signs up for, and who does."""

from datetime import datetime

import msgspec

from portal.events.tables import EventState
from portal.programme.tables import PlaceState
from portal.registration.tables import Watching


class Workshop(msgspec.Struct, frozen=True, kw_only=True):
    """A session with places of its own, as they are at this moment. `waiting` counts those in line."""

    id: int
    event_id: int
    event_slug: str
    event_title: str
    event_state: EventState
    timezone: str
    slug: str
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    is_cancelled: bool

    @property
    def left(self) -> int:
        """What anybody may take now; whoever waits comes first."""
        return 0 if self.waiting else max(0, self.capacity - self.taken)

    @property
    def is_on(self) -> bool:
        return not self.is_cancelled and self.event_state in (EventState.PUBLISHED, EventState.MOVED)

    @property
    def path(self) -> str:
        return f"/events/{self.event_slug}/programme/{self.slug}"

    @property
    def places_path(self) -> str:
        """Where one signs up, with the account or with the cookie that the place’s own link gave."""
        return f"/events/{self.event_slug}/workshops/{self.slug}"


class OwnPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place somebody has in a workshop, or waits for, as number `position` in line."""

    session: int
    state: PlaceState
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    position: int

    @property
    def given(self) -> bool:
        return self.state is PlaceState.GIVEN


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever a confirmed place at an event is for. `workshops` counts those of the event that take place."""

    seat_id: int
    event_id: int
    event_slug: str
    event_title: str
    claim: str
    name: str
    email: str
    is_named: bool
    extra: bool
    watching: Watching
    workshops: int

    @property
    def path(self) -> str:
        """The workshops of this place; whoever has its link needs no account."""
        return f"/seats/{self.claim}/workshops"
