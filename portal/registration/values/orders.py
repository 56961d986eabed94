"""Orders and their seats. Prices are net, in minor units."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from portal.core import countries
from portal.core.money import Money
from portal.events.rules import states
from portal.events.tables import EventFormat, EventState
from portal.registration.tables import CompanionState, OrderState, SeatState, Watching
from portal.registration.values.questions import Answer, Question

CALLED_OFF = "the event was called off"
"""Why orders and places in line ended that were open when their event was."""


class SeatRecord(msgspec.Struct, frozen=True):
    """A seat with its ticket type's name."""

    id: int
    position: int
    state: SeatState
    ticket_type: int
    ticket_name: str
    tax_rate: Decimal
    list_net: int
    net: int
    code: str
    claim_secret: str
    first_name: str
    last_name: str
    email: str
    job_title: str
    company: str
    named_at: datetime | None
    watching: Watching = Watching.LIVE
    answers: tuple[Answer, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def path(self) -> str:
        """The page of this seat alone."""
        return f"/seats/{self.claim_secret}"

    @property
    def active(self) -> bool:
        return self.state in (SeatState.HELD, SeatState.CONFIRMED)

    @property
    def join_path(self) -> str:
        """The way into the event’s room for whoever sits here: always ours, wherever the room is."""
        return f"/join/{self.claim_secret}"


class CompanionPlace(msgspec.Struct, frozen=True):
    """A place at another event that comes with one here; `position` is that of the seat here."""

    position: int
    state: CompanionState
    seat_state: SeatState | None
    secret: str | None
    event_title: str
    event_slug: str
    event_state: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool
    title: str

    @property
    def when(self) -> str:
        return states.time_words(self.starts_at, self.ends_at, self.timezone, all_day=self.all_day)

    @property
    def stands(self) -> bool:
        """Whether it is a place that can be taken."""
        return self.state is CompanionState.GIVEN and self.seat_state is SeatState.CONFIRMED


class ComesWith(msgspec.Struct, frozen=True):
    """The order whose place brought this one, and what both belong to."""

    id: int
    number: str
    event_title: str
    title: str


class OrderRecord(msgspec.Struct, frozen=True):
    """An order with its seats and the event's facts it needs. Another `version` means the row has changed since."""

    id: int
    version: str
    number: str
    secret: str
    state: OrderState
    email: str
    contact_name: str
    held_at: datetime
    holds_until: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    left_after_hold: int | None
    purchase_id: int | None
    account_id: int | None
    currency: str
    code_id: int | None
    code: str
    code_label: str
    event_id: int
    event_slug: str
    event_title: str
    event_state: str
    event_format: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool
    online_url: str
    venue_name: str
    street: str
    postal_code: str
    city: str
    country: str | None
    directions: str
    organiser_name: str
    image: str
    terms_url: str = ""
    terms_accepted_at: datetime | None = None
    requested_at: datetime | None = None
    decided_at: datetime | None = None
    decision_note: str = ""
    source: str = ""
    approval: bool = False
    company_mail_only: bool = False
    recording_choice: bool = False
    on_demand_until: datetime | None = None
    questions: tuple[Question, ...] = ()
    companions: tuple[CompanionPlace, ...] = ()
    comes_with: ComesWith | None = None
    draft: dict[str, str] = {}
    seats: tuple[SeatRecord, ...] = ()

    @property
    def place(self) -> str:
        """One line: venue, street, postcode and city."""
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.venue_name, self.street, town) if part)

    @property
    def where(self) -> str:
        """The place in words, whatever the format: `Donauhalle, … Vienna, and online`; `Online`."""
        if not self.on_site:
            return "Online"
        place = self.place or countries.name(self.country) or "The place follows"
        return f"{place}, and online" if self.event_format == EventFormat.HYBRID else place

    @property
    def on_site(self) -> bool:
        return self.event_format != EventFormat.ONLINE

    @property
    def when(self) -> str:
        """From when to when, in the event's own zone."""
        return states.time_words(self.starts_at, self.ends_at, self.timezone, all_day=self.all_day)

    @property
    def is_on(self) -> bool:
        """False once the event was called off or taken off the portal."""
        return self.event_state in (EventState.PUBLISHED, EventState.MOVED)

    @property
    def joins(self) -> bool:
        """Whether there is a room to join from afar."""
        return self.event_format != EventFormat.IN_PERSON

    @property
    def open_until(self) -> datetime:
        """When nothing can be registered or named any more: the end, or when the recording is no longer given out."""
        return max(self.ends_at, self.on_demand_until or self.ends_at)

    @property
    def to_decide(self) -> bool:
        """Whether staff are asked before these places are anybody’s."""
        return self.approval and self.decided_at is None

    @property
    def counted_on(self) -> bool:
        """Whether somebody plans with it: it is confirmed, paid for, or waits to be, or did so until the event was called
        off. Whoever merely holds places does not.
        """
        if self.state in (OrderState.CONFIRMED, OrderState.PAYING, OrderState.REQUESTED):
            return True
        return self.decided_at is not None and (self.state is OrderState.HELD or self.end_reason == CALLED_OFF)

    @property
    def active_seats(self) -> tuple[SeatRecord, ...]:
        return tuple(seat for seat in self.seats if seat.active)

    @property
    def single(self) -> bool:
        """Whether it was made for one place only."""
        return len(self.seats) == 1

    @property
    def own_seat(self) -> SeatRecord | None:
        """The place that whoever looks after the order takes themselves."""
        mine = (seat for seat in self.seats if seat.email == self.email and seat.state is SeatState.CONFIRMED)
        return next((seat for seat in mine if seat.named_at is not None), None)

    @property
    def path(self) -> str:
        return f"/orders/{self.secret}"

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


class OrderVerb(StrEnum):
    """What is done to a confirmed order, as the audit trail names it."""

    NAME = "name seat"
    HAND_ON = "hand seat on"
    ASK = "ask colleague"
    CANCEL = "cancel seat"
    MOVE = "change address"
    ANSWER = "answer questions"
    WATCH = "choose how to watch"


class OrderAct(msgspec.Struct, frozen=True):
    """One act on an order; `seat` is a position, for those on a seat; `watching`, what was chosen."""

    at: datetime
    verb: OrderVerb
    seat: int | None = None
    watching: Watching | None = None


def path_for(order: OrderRecord, address: str) -> str:
    """The page a person may see: the order for whoever placed it, else their own seat's."""
    if address == order.email:
        return order.path
    seat = next((seat for seat in order.seats if seat.email == address and seat.active), None)
    return seat.path if seat is not None else f"/events/{order.event_slug}"
