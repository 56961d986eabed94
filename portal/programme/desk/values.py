"""What the desk tells, as plain values."""

from datetime import datetime

import msgspec

from portal.core import times
from portal.leads.queries import Wording

Span = tuple[datetime, datetime]
"""From when to when somebody can speak."""


class Deck(msgspec.Struct, frozen=True, kw_only=True):
    """A version of somebody’s slides. `size` in bytes; `by` names whose they are where that is told."""

    id: int
    version: int
    file: str
    name: str
    size: int
    uploaded_at: datetime
    released_at: datetime | None
    by: str = ""

    @property
    def words(self) -> str:
        """`PDF, 2.3 MB`."""
        size = f"{self.size / 1_000_000:.1f} MB" if self.size >= 100_000 else f"{max(1, self.size // 1000)} kB"
        return f"{self.name.rpartition('.')[2].upper()}, {size}"


class Beside(msgspec.Struct, frozen=True):
    """Somebody else in a session."""

    name: str
    role: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A session of the person who is at the desk. `starts_at` and the room are what is public; `draft_` what is planned."""

    id: int
    event: int
    title: str
    kind: str
    label: str
    role: str
    is_cancelled: bool
    excepted: list[str]
    """What of `coming` and `recording` the person says no to in this session, and yes at the event."""
    recorded: bool
    slug: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    room: str | None
    room_note: str | None
    draft_starts_at: datetime | None
    draft_ends_at: datetime | None
    draft_room: str | None
    beside: list[Beside]
    decks: list[Deck]
    others: list[Deck]
    """The newest slides of each of the others on stage."""

    @property
    def is_moved(self) -> bool:
        """Whether what is planned is other than what is public, or is not public yet."""
        return self.draft_starts_at is not None and (self.starts_at, self.ends_at, self.room) != (
            self.draft_starts_at, self.draft_ends_at, self.draft_room
        )  # fmt: skip

    @property
    def wants_slides(self) -> bool:
        return wants_slides(self.kind, self.role) and not self.is_cancelled and "coming" not in self.excepted

    @property
    def has_slides(self) -> bool:
        """Two who hold a talk together hand in one set."""
        return bool(self.decks or self.others)


def wants_slides(kind: str, role: str) -> bool:
    """Whoever moderates or sits on a panel may hand slides in, and nobody waits for them."""
    return kind in ("talk", "workshop") and role == "speaker"


class Answered(msgspec.Struct, frozen=True):
    """An answer to being recorded, with the words it was given to."""

    agreed: bool
    at: datetime
    version: int
    text: str
    excepted: list[str]


class Speaking(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody speaks at an event: what is asked of them there, and what they said."""

    event: int
    slug: str
    title: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    state: str
    slides_due_at: datetime | None
    slides_at_once: bool
    shows_draft: bool
    wording: Wording
    briefing_html: str
    opened_at: datetime | None
    confirmed_at: datetime | None
    declined_at: datetime | None
    declined_why: str
    note: str
    availability_at: datetime | None
    spans: list[Span]
    answers: list[Answered]
    sessions: list[Held]

    @property
    def answer(self) -> Answered | None:
        """The one that counts: the newest."""
        return self.answers[0] if self.answers else None

    @property
    def when(self) -> str:
        zone = times.zone(self.timezone)
        return times.day_span(self.starts_at.astimezone(zone).date(), self.ends_at.astimezone(zone).date())

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    @property
    def without_slides(self) -> list[Held]:
        return [one for one in self.sessions if one.wants_slides and not one.has_slides]

    @property
    def is_outdated(self) -> bool:
        """Whether the event has moved away from all the times at which the person can speak."""
        return bool(self.spans) and not any(a < self.ends_at and b > self.starts_at for a, b in self.spans)

    @property
    def held(self) -> list[Held]:
        """The sessions that take place, or did."""
        return [one for one in self.sessions if not one.is_cancelled]

    def without(self, kind: str) -> list[str]:
        """Ids of the sessions that a yes about `coming` or `recording` does not hold for, as forms have them."""
        return [str(one.id) for one in self.sessions if kind in one.excepted]

    @property
    def missing(self) -> list[str]:
        """Keys of what is still asked for here."""
        if self.state == "cancelled" or self.declined_at:
            return []
        found = [] if self.confirmed_at else ["coming"]
        found += ["availability"] if self.availability_at is None or self.is_outdated else []
        found += ["slides"] if self.without_slides else []
        return found if self.answers else [*found, "consent"]
