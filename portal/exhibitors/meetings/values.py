"""Plain values of meetings."""

from datetime import datetime
from typing import TypeAlias

import msgspec

from portal.core import times
from portal.exhibitors.tables.meetings import MeetingState, RequestState, Side


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a place in their name at an event."""

    seat_id: int
    claim: str
    email: str
    name: str
    company: str
    job_title: str
    named_at: datetime
    event_id: int
    event_slug: str
    event_title: str
    event_is_on: bool
    starts_at: datetime
    ends_at: datetime
    timezone: str

    @property
    def path(self) -> str:
        """Their meetings."""
        return f"/seats/{self.claim}/meetings"

    @property
    def label(self) -> str:
        """How the audit trail names them."""
        return f"seat {self.seat_id}"


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A time at which somebody of an exhibitor can be met."""

    host_id: int
    account_id: int
    host_name: str
    starts_at: datetime
    ends_at: datetime

    @property
    def key(self) -> str:
        """As forms send it."""
        return f"{self.host_id}-{int(self.starts_at.timestamp())}"


class Span(msgspec.Struct, frozen=True):
    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Span | Slot") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def holds(self, other: "Span | Slot") -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at


Engagement: TypeAlias = tuple[str, datetime, datetime]
"""What somebody does at an event, in words for a list (`speaking in “…”`), from when to when."""


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be met, with the spans they published."""

    id: int
    account_id: int
    name: str
    email: str
    slot_minutes: int
    pause_minutes: int
    about: str
    spans: tuple[Span, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Where two can meet; `shared` tables are the organiser's."""

    id: int
    name: str
    place: str
    shared: bool
    active: bool = True

    @property
    def words(self) -> str:
        return ", ".join(part for part in (self.name, self.place) if part)


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """The organiser's meeting area."""

    name: str = "Meeting area"
    place: str = ""
    answer_hours: int = 48
    times: tuple[Span, ...] = ()
    tables: tuple[Table, ...] = ()


class MeetingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting with everything its pages, mails and calendar entry say."""

    id: int
    state: MeetingState
    starts_at: datetime
    ends_at: datetime
    topic: str
    walk_in: bool
    moves: int
    made_at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    absent: str
    event_id: int
    event_slug: str
    event_title: str
    timezone: str
    venue: str
    exhibitor_id: int
    company_name: str
    company_slug: str
    booths: tuple[str, ...]
    host_id: int
    account_id: int
    host_name: str
    host_email: str
    table_id: int
    table_name: str
    table_place: str
    shared: bool
    seat_id: int | None
    claim: str
    email: str
    name: str
    job_title: str
    company: str

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def slot(self) -> Slot:
        return Slot(
            host_id=self.host_id, account_id=self.account_id, host_name=self.host_name, starts_at=self.starts_at,
            ends_at=self.ends_at,
        )  # fmt: skip

    @property
    def is_planned(self) -> bool:
        return self.state is MeetingState.PLANNED

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def who(self) -> str:
        """The attendee: `Amara Okonjo, Brennhof`."""
        return ", ".join(part for part in (self.name, self.company) if part)

    @property
    def where(self) -> str:
        """Where at the event: `Table 3, Hall B, booth B12`."""
        booth = "" if self.shared or not self.booths else f"booth {', '.join(self.booths)}"
        return ", ".join(part for part in (self.table_name, self.table_place, booth) if part)

    @property
    def when(self) -> str:
        return words(self.starts_at, self.ends_at, self.timezone)

    @property
    def desk(self) -> str:
        """Its page at the exhibitor's desk."""
        return f"/companies/{self.company_slug}/manage/events/{self.event_slug}/meetings/{self.id}"


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A time offered in a request."""

    id: int
    host_id: int
    account_id: int
    host_name: str
    starts_at: datetime
    ends_at: datetime


class RequestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the offers that stand."""

    id: int
    state: RequestState
    waits_for: Side
    round: int
    moves: bool
    by_company: bool
    meeting_id: int | None
    topic: str
    words: str
    asked_at: datetime
    expires_at: datetime
    final: bool
    event_id: int
    event_slug: str
    event_title: str
    timezone: str
    exhibitor_id: int
    company_name: str
    company_slug: str
    seat_id: int
    claim: str
    email: str
    name: str
    job_title: str
    company: str
    offers: tuple[Offer, ...] = ()

    @property
    def who(self) -> str:
        """The attendee, as the company knows them: whom it asked, by name only once they agreed."""
        return self.name or ", ".join(part for part in (self.job_title, self.company) if part) or "The attendee"

    @property
    def of_company(self) -> bool:
        """Whether the company began it, and can take it back."""
        return self.moves or self.by_company

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered: it ends at its time, not when the worker notices."""
        return self.state is RequestState.ASKED and self.expires_at > now

    @property
    def desk(self) -> str:
        """Its page at the exhibitor's desk."""
        return f"/companies/{self.company_slug}/manage/events/{self.event_slug}/meetings/requests/{self.id}"


def words(starts_at: datetime, ends_at: datetime, timezone: str) -> str:
    """`Tuesday 9 February, 10:00–10:30 CET`."""
    day = times.moment(starts_at, timezone, "EEEE d MMMM, HH:mm")
    return f"{day}–{times.clock(ends_at, timezone)} {times.zone_short(timezone, starts_at)}"
