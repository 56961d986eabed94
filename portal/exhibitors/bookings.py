"""Plain values: a booth on its way to an exhibitor."""

from datetime import datetime

import msgspec

from portal.core.money import Money, written
from portal.core.settings import current
from portal.exhibitors.tables.plans import BookingState


class Difference(msgspec.Struct, frozen=True):
    """What a change makes in money, net: more to be paid, or something to be given back. `asked`: a person decides about it."""

    minor: int
    currency: str
    asked: bool = False

    @property
    def amount(self) -> str:
        return written(abs(self.minor), self.currency, current().site_locale)

    @property
    def words(self) -> str:
        return (
            f"{self.amount} net more are to be invoiced"
            if self.minor > 0
            else f"{self.amount} net are to be given back"
        )


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as pages and mails show it. Without `booth_id` it pays for the package alone, or the booth is off the plan.
    `package_is_paid`: by this or another booking of the exhibitor. `before` is the booth it is instead of, `next` the one that is
    held, paid for, or had instead of it. `of_another`: made by who had a company that was merged into this one, not by its owner.
    """

    id: int
    number: str
    state: BookingState
    exhibitor_id: int
    booth_id: int | None
    label: str
    size: str
    hall: str
    net: int
    package_net: int
    package: str
    currency: str
    purchase_id: int | None
    held_at: datetime
    holds_until: datetime | None
    booked_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    note: str
    wish: str
    wish_id: int | None
    before: str
    before_number: str
    next: str
    next_number: str
    next_state: BookingState | None
    next_until: datetime | None
    package_is_paid: bool
    of_another: bool
    event_id: int
    event_title: str
    event_slug: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    event_country: str
    company_slug: str
    company_name: str
    contact_name: str
    contact_email: str

    @property
    def what(self) -> str:
        """What is bought, in a word or two."""
        return f"Booth {self.label}" if self.label else self.package

    @property
    def ended(self) -> str:
        """Why it ended, as a sentence."""
        return f"{self.end_reason[:1].upper()}{self.end_reason[1:].rstrip('.')}." if self.end_reason else ""

    @property
    def total(self) -> Money:
        return Money(self.net + self.package_net, self.currency)

    @property
    def path(self) -> str:
        """Of the buyer's page."""
        return f"/companies/{self.company_slug}/manage/events/{self.event_slug}/booth/{self.number}"

    @property
    def next_path(self) -> str:
        return f"{self.path.rpartition('/')[0]}/{self.next_number}"

    def offered(self, now: datetime) -> bool:
        """Whether another booth is kept for it until the difference is paid."""
        paid = self.next_state is BookingState.PAYING
        return paid or (self.next_state is BookingState.HELD and self.next_until is not None and self.next_until > now)

    def held(self, now: datetime) -> bool:
        """Whether it is kept for the buyer still, whatever the sweeper has seen of it."""
        return self.state is BookingState.HELD and self.holds_until is not None and self.holds_until > now
