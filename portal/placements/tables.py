"""Sponsorships with the bookings they are paid by, and what was told about plans."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB


class Plan(StrEnum):
    """Profile plans, from the smallest; what they give is in rules.plans."""

    FREE = "free"
    ENHANCED = "enhanced"
    PREMIUM = "premium"


class BookingState(StrEnum):
    """held → (paying →) booked, or lapsed; late money may book a lapsed one. `paying` waits for slow money."""

    HELD = "held"
    PAYING = "paying"
    BOOKED = "booked"
    LAPSED = "lapsed"


class SlotState(StrEnum):
    """`held` and `booked` take the slot; `released` does not."""

    HELD = "held"
    BOOKED = "booked"
    RELEASED = "released"


class SponsorBooking(Table, tablename="sponsor_booking", db=DB):
    """Sponsorships chosen and paid for together, for (kind, key)."""

    id = BigSerial(primary_key=True)
    number = Varchar(length=24, unique=True)
    kind = Varchar(length=40)
    key = Varchar(length=80, index=True)
    title = Varchar(length=200, help_text="who is shown as the sponsor")
    state = Varchar(length=8, default=BookingState.HELD.value)
    currency = Varchar(length=3)
    discount = Integer(help_text="what the plan takes off, in per cent")
    return_path = Varchar(length=200)
    purchase_id = BigInt(null=True, default=None, unique=True)
    booked_by = Varchar(length=200)
    held_at = Timestamptz()
    holds_until = Timestamptz()
    booked_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Varchar(length=40)
    state_known = one_of("state", BookingState)


class Sponsorship(Table, tablename="sponsorship", db=DB):
    """A slot of a category's lane in a month. Taken once, and once per sponsor and month (partial unique indexes)."""

    id = BigSerial(primary_key=True)
    booking = ForeignKey(SponsorBooking, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=40)
    key = Varchar(length=80)
    category = Varchar(length=120)
    category_name = Varchar(length=200)
    month = Date(help_text="its first day")
    slot = Integer()
    list_net = BigInt()
    net = BigInt()
    state = Varchar(length=8, default=SlotState.HELD.value)
    state_known = one_of("state", SlotState)
    first_of_month = Check("extract(day FROM month) = 1", name="sponsorship_first_of_month")
    slot_exists = Check("slot BETWEEN 1 AND 3", name="sponsorship_slot_exists")


class PlanNotice(Table, tablename="plan_notice", db=DB):
    """A mail about a subscription that was asked for: each once."""

    id = BigSerial(primary_key=True)
    subscription = BigInt()
    what = Varchar(length=30)
    mark = Text(help_text="which of several of its kind")
    at = Timestamptz()
    plan_notice_once = Unique(["subscription", "what", "mark"], name="plan_notice_once")
