"""Enquiries, whom they went to, what was said, and what companies learn of those that went elsewhere."""

from enum import StrEnum

from piccolo.columns import (
    JSONB,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB
from portal.directory.tables.companies import Company


class EnquiryKind(StrEnum):
    QUESTION = "question"
    QUOTE = "quote"


class EnquiryState(StrEnum):
    """`unproved` waits for the code, `held` for staff. `expired` ran out with no company saying yes."""

    UNPROVED = "unproved"
    HELD = "held"
    REFUSED = "refused"
    OPEN = "open"
    CLOSED = "closed"
    EXPIRED = "expired"


class Outcome(StrEnum):
    AWARDED = "awarded"
    NO_PROJECT = "no_project"
    OTHER = "other"


class RecipientState(StrEnum):
    """Where an enquiry is with one company. `ended`: the buyer closed it before an answer; `blocked`: never delivered."""

    SENT = "sent"
    SEEN = "seen"
    QUESTION = "question"
    YES = "yes"
    NO = "no"
    EXPIRED = "expired"
    ENDED = "ended"
    BLOCKED = "blocked"


class NoReason(StrEnum):
    """Why a company says no."""

    CAPACITY = "capacity"
    NOT_OFFERED = "not_offered"
    VOLUME = "volume"
    DATE = "date"
    DETAILS = "details"
    OTHER = "other"


class Decided(StrEnum):
    """What decided the buyer's choice: the companies that lost are told, in numbers."""

    PRICE = "price"
    LEAD_TIME = "lead_time"
    CAPACITY = "capacity"
    QUALITY = "quality"
    LOCATION = "location"
    SPEED = "speed"
    OTHER = "other"


class Missed(StrEnum):
    """Why an enquiry went to others."""

    NOT_CHOSEN = "not_chosen"
    OUTSIDE = "outside"
    EXPIRED = "expired"
    STALE = "stale"
    LACKING = "lacking"
    SLOW = "slow"


class Side(StrEnum):
    BUYER = "buyer"
    SUPPLIER = "supplier"


class MessageKind(StrEnum):
    """`note` is read by the company's own people only."""

    MESSAGE = "message"
    QUESTION = "question"
    YES = "yes"
    NO = "no"
    NOTE = "note"


class Enquiry(Table, tablename="enquiry", db=DB):
    """What a buyer asks. Reached from the account, or by a guest at its `secret`.

    `form_key` names the form it was typed into: sent twice, it is stored once. `sender` and `digest` are keyed hashes.
    """

    id = BigSerial(primary_key=True)
    number = Varchar(length=12, unique=True)
    secret = Varchar(length=64, unique=True)
    form_key = Varchar(length=64, unique=True)
    kind = Varchar(length=10)
    state = Varchar(length=10)
    need = Text()
    lines = JSONB(default="[]", help_text="values.Line: what is asked for, piece by piece")
    asked = Text(help_text="the directory's filters it came from, as a query string")
    needed_by = Date(null=True, default=None)
    blind = Boolean(help_text="hide the buyer's name and the companies' from each other until both agree")
    files_after_yes = Boolean()
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    email = Varchar(length=254, index=True)
    name = Varchar(length=200)
    company = Varchar(length=200)
    company_address = Boolean(help_text="the address is at a company's domain, not at a mail provider's")
    sender = Varchar(length=64, index=True)
    digest = Varchar(length=64)
    hold_reason = Varchar(length=200)
    decided_by = Varchar(length=200, help_text="who of the staff released or refused it")
    created_at = Timestamptz(index=True)
    sent_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None, help_text="when the buyer was last asked to close it")
    closed_at = Timestamptz(null=True, default=None)
    outcome = Varchar(length=12, null=True, default=None)
    decided = Varchar(length=12, null=True, default=None)
    kind_known = one_of("kind", EnquiryKind)
    state_known = one_of("state", EnquiryState)
    outcome_known = one_of("outcome", Outcome)
    decided_known = one_of("decided", Decided)
    enquiry_open_was_sent = Check(
        "(state IN ('unproved', 'held', 'refused')) = (sent_at IS NULL)", name="enquiry_open_was_sent"
    )


class EnquiryRecipient(Table, tablename="enquiry_recipient", db=DB):
    """One company an enquiry went to. `position` is drawn: hidden companies are named by its letter.

    `revealed_at` is when both sides may know each other: when it was sent, or once a company said yes and the buyer agreed.
    """

    id = BigSerial(primary_key=True)
    enquiry = ForeignKey(Enquiry, on_delete=OnDelete.cascade, null=False)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, index=True)
    position = SmallInt()
    state = Varchar(length=10, default=RecipientState.SENT.value)
    seen_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None, help_text="the first answer: yes, no or a question")
    reason = Varchar(length=12, null=True, default=None)
    agreed_at = Timestamptz(null=True, default=None, help_text="when the buyer agreed to talk")
    revealed_at = Timestamptz(null=True, default=None)
    disclosed_at = Timestamptz(null=True, default=None, help_text="when the company's people first could read who asks")
    assignee = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    version = Integer(help_text="raised by every answer; guards against answering what was not seen")
    reminders = SmallInt()
    won = Boolean(null=True, default=None)
    reported_at = Timestamptz(null=True, default=None)
    report = Varchar(length=1000)
    report_settled_at = Timestamptz(null=True, default=None)
    state_known = one_of("state", RecipientState)
    reason_known = one_of("reason", NoReason)
    recipient_once = Unique(["enquiry", "company"], name="enquiry_recipient_once")
    position_once = Unique(["enquiry", "position"], name="enquiry_recipient_position_once")
    recipient_knows_after_reveal = Check(
        "disclosed_at IS NULL OR revealed_at IS NOT NULL", name="enquiry_recipient_knows_after_reveal"
    )


class EnquiryMessage(Table, tablename="enquiry_message", db=DB):
    """Something said in one company's thread; never edited."""

    id = BigSerial(primary_key=True)
    recipient = ForeignKey(EnquiryRecipient, on_delete=OnDelete.cascade, null=False, index=True)
    form_key = Varchar(length=64, unique=True)
    side = Varchar(length=10)
    kind = Varchar(length=10)
    author = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    text = Text()
    at = Timestamptz()
    side_known = one_of("side", Side)
    kind_known = one_of("kind", MessageKind)
    enquiry_message_notes_are_inside = Check(
        "kind <> 'note' OR side = 'supplier'", name="enquiry_message_notes_are_inside"
    )


class EnquiryBlock(Table, tablename="enquiry_block", db=DB):
    """A sender whose enquiries a company does not want. `number` says from which enquiry, for who it is may be hidden."""

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    sender = Varchar(length=64, index=True)
    number = Varchar(length=12)
    at = Timestamptz()
    enquiry_block_once = Unique(["company", "sender"], name="enquiry_block_once")


class EnquiryMissed(Table, tablename="enquiry_missed", db=DB):
    """An enquiry that went to others, and why not to this company as things stood when it was sent."""

    id = BigSerial(primary_key=True)
    enquiry = ForeignKey(Enquiry, on_delete=OnDelete.cascade, null=False)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    reason = Varchar(length=12)
    term = Varchar(length=110, help_text="KIND:SLUG of what was lacking, stale or expired")
    at = Timestamptz()
    reason_known = one_of("reason", Missed)
    enquiry_missed_once = Unique(["enquiry", "company"], name="enquiry_missed_once")
