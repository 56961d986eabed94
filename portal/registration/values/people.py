"""People on seats, as staff read them."""

from datetime import datetime
from enum import StrEnum

import msgspec

from portal.core.money import Money
from portal.registration.tables import Watching
from portal.registration.values.questions import Answer


class Standing(StrEnum):
    """How somebody on a seat stands."""

    COMING = "coming"
    REQUESTED = "requested"
    HELD = "held"
    CANCELLED = "cancelled"


class Attendee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a seat, or a seat whose name follows, with the order it belongs to."""

    number: str
    secret: str
    position: int
    standing: Standing
    ticket: str
    code: str
    first_name: str
    last_name: str
    email: str
    company: str
    job_title: str
    watching: Watching
    contact_name: str
    contact_email: str
    source: str
    registered_at: datetime
    checked_in_at: datetime | None
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """A seat of a request."""

    first_name: str
    last_name: str
    email: str
    company: str
    job_title: str
    ticket: str
    watching: Watching
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An order that waits for a decision; `net` is what it would cost."""

    id: int
    number: str
    event_id: int
    event_title: str
    starts_at: datetime
    timezone: str
    recording_choice: bool
    contact_name: str
    email: str
    source: str
    code: str
    requested_at: datetime
    currency: str
    net: int
    seats: tuple[Applicant, ...]

    @property
    def sum(self) -> Money:
        return Money(self.net, self.currency)
