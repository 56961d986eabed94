"""Enquiries as each side sees them. What a side may not know is None."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from portal.directory.enquiries.tables import (
    Decided,
    EnquiryKind,
    EnquiryState,
    MessageKind,
    NoReason,
    Outcome,
    RecipientState,
    Side,
)


class Notice(StrEnum):
    """What somebody is told by mail. None carries words of the other side."""

    SENT = "sent"
    HELD = "held"
    REFUSED = "refused"
    ANSWERED = "answered"
    SUPPLIER_WROTE = "supplier wrote"
    REVEALED = "revealed"
    OVER = "over"
    TO_CLOSE = "to close"
    ARRIVED = "arrived"
    UNREAD = "unread"
    BUYER_WROTE = "buyer wrote"
    REMINDER = "reminder"
    RAN_OUT = "ran out"
    CLOSED = "closed"
    STAFF_HELD = "staff, held"
    STAFF_UNREAD = "staff, unread"
    STAFF_REPORT = "staff, report"


class Line(msgspec.Struct, frozen=True):
    """One piece of what is asked for. `term` is KIND:SLUG or empty, `name` what it is called, `quantity` free text."""

    name: str
    quantity: str = ""
    term: str = ""


class Target(msgspec.Struct, frozen=True):
    """A company that can be asked. `readers` is how many people would read it here."""

    id: int
    slug: str
    name: str
    city: str
    country: str | None
    organisation_id: int | None
    email: str
    readers: int


class Buyer(msgspec.Struct, frozen=True):
    """Who asks, once that may be known."""

    name: str
    company: str
    email: str


class Said(msgspec.Struct, frozen=True):
    """A message of a thread. `author` is None where the reader may not know it."""

    side: Side
    kind: MessageKind
    author: str | None
    text: str
    at: datetime


class Asked(msgspec.Struct, frozen=True):
    """What both sides know of an enquiry."""

    id: int
    number: str
    kind: EnquiryKind
    state: EnquiryState
    need: str
    lines: list[Line]
    needed_by: date | None
    blind: bool
    files_after_yes: bool
    company_address: bool
    created_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    decided: Decided | None

    @property
    def is_open(self) -> bool:
        return self.state is EnquiryState.OPEN


class Supplier(msgspec.Struct, frozen=True):
    """One company of the buyer's page. `company`, `slug` and `read_here` are None while it is hidden."""

    id: int
    position: int
    state: RecipientState
    company: str | None
    slug: str | None
    read_here: bool | None
    answered_at: datetime | None
    reason: NoReason | None
    agreed_at: datetime | None
    revealed_at: datetime | None
    won: bool | None
    said: list[Said]

    @property
    def name(self) -> str:
        return self.company or f"Supplier {letter(self.position)}"

    @property
    def talks(self) -> bool:
        """Whether messages go to and fro."""
        return self.state in {RecipientState.QUESTION, RecipientState.YES}


class OwnEnquiry(msgspec.Struct, frozen=True):
    """An enquiry on its buyer's page. `address` is where the page is, `unread` how many hidden companies have nobody
    here. `acts` says whether whoever reads may act.
    """

    asked: Asked
    email: str
    name: str
    company: str
    address: str
    by_secret: bool
    suppliers: list[Supplier]
    unread: int
    acts: bool


class Received(msgspec.Struct, frozen=True):
    """An enquiry on a company's page. `buyer` is None until it may be known."""

    asked: Asked
    id: int
    company_id: int
    state: RecipientState
    version: int
    recipients: int
    seen_at: datetime | None
    answered_at: datetime | None
    reason: NoReason | None
    agreed_at: datetime | None
    revealed_at: datetime | None
    assignee: int | None
    assignee_name: str | None
    won: bool | None
    reported_at: datetime | None
    buyer: Buyer | None
    said: list[Said]

    @property
    def can_answer(self) -> bool:
        """Whether yes, no or a question may still be said."""
        return self.asked.is_open and self.state in {
            RecipientState.SENT, RecipientState.SEEN, RecipientState.QUESTION
        }  # fmt: skip

    @property
    def files_open(self) -> bool:
        return not self.asked.files_after_yes or self.state is RecipientState.YES


def letter(position: int) -> str:
    """How a hidden company is called: A for the first place drawn."""
    return chr(ord("A") + position)
