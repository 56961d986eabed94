"""Plain values that cross the border of placements."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from portal.core import times
from portal.core.money import Money
from portal.placements.tables import BookingState, SlotState

SPONSORED = "Sponsored"


class Notice(StrEnum):
    """What the buyer of a plan is told by mail."""

    STARTED = "started"
    CHANGED = "changed"
    CHANGE_NOTED = "change noted"
    CANCELLED = "cancelled"
    RENEWAL = "renewal"
    FAILED = "failed"
    GRACE_WEEK = "grace, week"
    GRACE_LAST = "grace, last"
    RECOVERED = "recovered"
    ENDED = "ended"


class Pick(msgspec.Struct, frozen=True, order=True):
    """A category in a month, as chosen in the calendar."""

    category: str
    month: date


class Lane(msgspec.Struct, frozen=True):
    """The paid lane of a category in a month: its label cannot be left out, because nothing else names the sponsors.

    `sponsors` are the keys of who is shown, in the order of their slots; templates/placements/lane.html draws it.
    """

    label: str
    explanation: str
    sponsors: tuple[str, ...]


class Cell(msgspec.Struct, frozen=True):
    """A category in a month: slots still free, and whether one of those taken is the asker's own."""

    free: int
    held: int
    own: SlotState | None


class Slot(msgspec.Struct, frozen=True):
    """One sponsorship of a booking."""

    category: str
    category_name: str
    month: date
    slot: int
    list_net: int
    net: int
    state: SlotState


class Sold(msgspec.Struct, frozen=True):
    """A sponsored place that is paid for, as the publisher's staff see it."""

    month: date
    category_name: str
    slot: int
    net: int
    number: str
    title: str
    currency: str

    @property
    def money(self) -> Money:
        return Money(self.net, self.currency)


class BookingRecord(msgspec.Struct, frozen=True):
    """A booking as pages show it."""

    id: int
    number: str
    kind: str
    key: str
    title: str
    state: BookingState
    currency: str
    discount: int
    return_path: str
    purchase_id: int | None
    held_at: datetime
    holds_until: datetime
    booked_at: datetime | None
    end_reason: str
    slots: list[Slot]

    def held(self, now: datetime) -> bool:
        """Whether it is kept for the buyer still, whatever the sweeper has seen of it."""
        return self.state is BookingState.HELD and self.holds_until > now

    @property
    def bought(self) -> date:
        """The day its places count from; a month that had begun was paid for from then on."""
        return times.today(self.held_at)

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(sum(slot.net for slot in self.slots), self.currency)
