"""Ticket types, quotas, codes, orders with their seats, the waiting list."""

from decimal import Decimal
from enum import StrEnum

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Numeric,
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
from portal.events.tables import Event


class OrderState(StrEnum):
    """held → (paying →) confirmed; or lapsed. A confirmed order may be cancelled. `paying` waits for slow money.

    Where staff decide who comes: held → requested → confirmed, or held again to be paid for; or cancelled, when it was
    refused or taken back. A requested order keeps its places, however long staff take.
    """

    HELD = "held"
    REQUESTED = "requested"
    PAYING = "paying"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    """`held` and `confirmed` seats take a place in every quota of their ticket type; the others do not."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    CANCELLED = "cancelled"


class Watching(StrEnum):
    """How somebody means to take part online; both are a full registration."""

    LIVE = "live"
    RECORDING = "recording"


class QuestionKind(StrEnum):
    """How a question of the registration form is answered. `agreement` is a box to tick; required, it must be."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    AGREEMENT = "agreement"


class RegistrationRule(Table, tablename="registration_rule", db=DB):
    """How one registers for an event, where that differs from the ordinary way."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, unique=True)
    company_mail_only = Boolean(help_text="addresses of free mail services are refused")
    approval = Boolean(help_text="staff decide who comes")
    recording_choice = Boolean(help_text="people may say that they will watch the recording")
    on_demand_until = Timestamptz(
        null=True,
        default=None,
        help_text="registration stays open after the end, until then; 9000 for ever, never infinity",
    )


class RegistrationQuestion(Table, tablename="registration_question", db=DB):
    """Something an event asks everybody who registers. Withdrawn ones keep their answers."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    kind = Varchar(length=12)
    label = Varchar(length=200)
    help = Varchar(length=300)
    options = JSONB(default="[]", help_text="the choices, in order")
    required = Boolean()
    withdrawn_at = Timestamptz(null=True, default=None)
    kind_known = one_of("kind", QuestionKind)
    choices_given = Check(
        "kind NOT IN ('choice', 'choices') OR jsonb_array_length(options) > 1", name="registration_question_choices"
    )


class TicketType(Table, tablename="ticket_type", db=DB):
    """Something to register with. Prices are net, in minor units; `tax_rate` in per cent."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    name = Varchar(length=120)
    description = Varchar(length=400)
    price = BigInt()
    regular_price = BigInt(null=True, default=None, help_text="struck out beside an early price")
    currency = Varchar(length=3)
    tax_rate = Numeric(digits=(5, 2))
    sale_opens_at = Timestamptz(null=True, default=None)
    sale_closes_at = Timestamptz(null=True, default=None)
    min_per_order = Integer(default=1)
    max_per_order = Integer(default=8)
    by_code_only = Boolean()
    extra = Boolean(help_text="comes on top of another ticket: a dinner, a tour")
    active = Boolean(default=True)
    price_not_negative = Check("price >= 0", name="ticket_type_price")
    order_bounds = Check("min_per_order >= 1 AND max_per_order >= min_per_order", name="ticket_type_bounds")


class Quota(Table, tablename="quota", db=DB):
    """A number of places shared by ticket types. `taken` is kept by a trigger on seats; the check makes overselling
    impossible."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    name = Varchar(length=120)
    capacity = Integer()
    taken = Integer()
    within_capacity = Check("taken >= 0 AND taken <= capacity", name="quota_within_capacity")


class TicketQuota(Table, tablename="ticket_quota", db=DB):
    """A ticket type draws from a quota; it may draw from several."""

    id = BigSerial(primary_key=True)
    ticket_type = ForeignKey(TicketType, on_delete=OnDelete.cascade, null=False)
    quota = ForeignKey(Quota, on_delete=OnDelete.cascade, null=False, index=True)
    ticket_quota_once = Unique(["ticket_type", "quota"], name="ticket_quota_once")


class PromoCode(Table, tablename="promo_code", db=DB):
    """A code: percent or amount off, and it may reveal hidden ticket types. `code` is stored upper-case."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    code = Varchar(length=40)
    label = Varchar(length=120)
    percent_off = Numeric(digits=(5, 2), default=Decimal(0))
    amount_off = BigInt(help_text="off the order's net, in the event's currency")
    max_uses = Integer(null=True, default=None)
    used = Integer(help_text="orders holding or having used it; kept by a trigger")
    valid_from = Timestamptz(null=True, default=None)
    valid_until = Timestamptz(null=True, default=None)
    limits_types = Boolean(help_text="applies to its listed ticket types only")
    promo_code_once = Unique(["event", "code"], name="promo_code_once")
    percent_bounds = Check("percent_off BETWEEN 0 AND 100 AND amount_off >= 0", name="promo_code_bounds")
    within_uses = Check("used >= 0 AND (max_uses IS NULL OR used <= max_uses)", name="promo_code_within_uses")
    upper_case = Check("code = upper(code)", name="promo_code_upper")


class PromoCodeTicket(Table, tablename="promo_code_ticket", db=DB):
    """A ticket type that a code reveals (when hidden) and applies to."""

    id = BigSerial(primary_key=True)
    promo_code = ForeignKey(PromoCode, on_delete=OnDelete.cascade, null=False)
    ticket_type = ForeignKey(TicketType, on_delete=OnDelete.cascade, null=False)
    promo_code_ticket_once = Unique(["promo_code", "ticket_type"], name="promo_code_ticket_once")


class Order(Table, tablename="seat_order", db=DB):
    """Seats taken together. Reached by its `secret`, or from the account with the same verified address."""

    id = BigSerial(primary_key=True)
    number = Varchar(length=20, unique=True)
    secret = Varchar(length=64, unique=True)
    event = ForeignKey(Event, on_delete=OnDelete.restrict, null=False, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    promo_code = ForeignKey(PromoCode, on_delete=OnDelete.restrict, null=True, default=None, index=True)
    state = Varchar(length=12, default=OrderState.HELD.value)
    email = Varchar(length=254, index=True)
    contact_name = Varchar(length=250)
    draft = JSONB(default="{}", help_text="what was typed on the details page; gone once the hold ends (trigger)")
    held_at = Timestamptz()
    holds_until = Timestamptz(null=True, default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None, help_text="lapsed or cancelled")
    end_reason = Varchar(length=200)
    left_after_hold = Integer(null=True, default=None, help_text="places left right after this hold, for the record")
    purchase_id = BigInt(null=True, default=None, index=True)
    source = Varchar(length=120, help_text="where it came from: utm_source, or the site that linked here")
    requested_at = Timestamptz(null=True, default=None, help_text="when staff were asked")
    decided_at = Timestamptz(null=True, default=None)
    decision_note = Varchar(length=300, help_text="what staff wrote with a refusal")
    terms_url = Text(help_text="where the terms stood that were accepted; empty when none were asked for")
    terms_accepted_at = Timestamptz(null=True, default=None)
    state_known = one_of("state", OrderState)
    terms_with_time = Check("(terms_url = '') = (terms_accepted_at IS NULL)", name="terms_with_time")


class Seat(Table, tablename="seat", db=DB):
    """One place of an order. The attendee's name may follow later; `claim_secret` lets the colleague fill it in."""

    id = BigSerial(primary_key=True)
    seat_order = ForeignKey(Order, on_delete=OnDelete.cascade, null=False, index=True)
    ticket_type = ForeignKey(TicketType, on_delete=OnDelete.restrict, null=False, index=True)
    position = Integer()
    state = Varchar(length=10, default=SeatState.HELD.value)
    list_net = BigInt()
    net = BigInt(help_text="after the code")
    code = Varchar(length=12, unique=True, help_text="on the ticket, read aloud at the door")
    claim_secret = Varchar(length=64, unique=True)
    first_name = Varchar(length=100)
    last_name = Varchar(length=100)
    email = Varchar(length=254, index=True)
    job_title = Varchar(length=150)
    company = Varchar(length=200)
    named_at = Timestamptz(null=True, default=None)
    checked_in_at = Timestamptz(null=True, default=None)
    watching = Varchar(length=10, default=Watching.LIVE.value)
    state_known = one_of("state", SeatState)
    watching_known = one_of("watching", Watching)


class SeatAnswer(Table, tablename="seat_answer", db=DB):
    """What was answered for a seat; of several choices one line each."""

    id = BigSerial(primary_key=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False)
    question = ForeignKey(RegistrationQuestion, on_delete=OnDelete.cascade, null=False, index=True)
    answer = Text()
    seat_answer_once = Unique(["seat", "question"], name="seat_answer_once")


class CompanionState(StrEnum):
    """`waiting`: there is no place left yet. `had`: the person had a place of their own before."""

    WAITING = "waiting"
    GIVEN = "given"
    HAD = "had"


class Companion(Table, tablename="companion", db=DB):
    """A place at one event (`leader`) brings one at another. `seat` is that place, once there was one to give.

    `address` and `named_at` are whom it was given to: it follows the leader to somebody else, unless it went its own way.
    """

    id = BigSerial(primary_key=True)
    leader = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.set_null, null=True, default=None, unique=True)
    state = Varchar(length=8, default=CompanionState.WAITING.value)
    title = Varchar(length=200, help_text="what both belong to, as people read it")
    address = Varchar(length=254)
    named_at = Timestamptz(null=True, default=None)
    since = Timestamptz()
    told_at = Timestamptz(
        null=True, default=None, help_text="when its mail was asked for, with all others of that moment"
    )
    state_known = one_of("state", CompanionState)
    companion_once = Unique(["leader", "event"], name="companion_once")
    given_has_seat = Check("state = 'given' OR seat IS NULL", name="companion_given")


class WaitingEntry(Table, tablename="waiting_entry", db=DB):
    """A party waiting for places of one ticket type, in the order of `id`. An offer is an order held for it."""

    id = BigSerial(primary_key=True)
    secret = Varchar(length=64, unique=True)
    ticket_type = ForeignKey(TicketType, on_delete=OnDelete.cascade, null=False, index=True)
    email = Varchar(length=254)
    name = Varchar(length=200)
    party_size = Integer(default=1)
    joined_at = Timestamptz()
    offered_order = ForeignKey(Order, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    offered_at = Timestamptz(null=True, default=None)
    left_at = Timestamptz(null=True, default=None)
    left_reason = Text()
    party_bounds = Check("party_size BETWEEN 1 AND 20", name="waiting_entry_party")
