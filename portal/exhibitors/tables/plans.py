"""Floor plans, the booths on them, and who has which."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.events.tables import Event
from portal.exhibitors.tables.exhibiting import ExhibitionPackage, Exhibitor


class BookingState(StrEnum):
    """held → (paying →) booked, or lapsed; `released` gave a booked booth back. Late money may book a lapsed one."""

    HELD = "held"
    PAYING = "paying"
    BOOKED = "booked"
    LAPSED = "lapsed"
    RELEASED = "released"


class FloorPlan(Table, tablename="floor_plan", db=DB):
    """A hall as a drawing. Lengths are centimetres from the upper left corner."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    position = Integer()
    slug = Varchar(length=80)
    name = Varchar(length=120)
    width = Integer()
    height = Integer()
    public = Boolean(default=False)
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")
    floor_plan_once = Unique(["event", "slug"], name="floor_plan_once")
    has_area = Check("width > 0 AND height > 0", name="floor_plan_area")


class PlanFeature(Table, tablename="plan_feature", db=DB):
    """What is in a hall besides booths: entrance, stage, bar, aisle names."""

    id = BigSerial(primary_key=True)
    plan = ForeignKey(FloorPlan, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=12, help_text="entrance, stage, food, area or label")
    label = Varchar(length=80)
    x = Integer()
    y = Integer()
    width = Integer()
    height = Integer()
    kind_known = Check("kind IN ('entrance', 'stage', 'food', 'area', 'label')", name="plan_feature_kind")
    has_area = Check("width > 0 AND height > 0", name="plan_feature_area")


class Booth(Table, tablename="booth", db=DB):
    """A place on a plan. Without a price it is not sold here but given by staff; `package` keeps it for those who have it.
    Prices are net, in minor units of the exhibition’s currency.
    """

    id = BigSerial(primary_key=True)
    plan = ForeignKey(FloorPlan, on_delete=OnDelete.cascade, null=False)
    label = Varchar(length=20)
    x = Integer()
    y = Integer()
    width = Integer()
    height = Integer()
    price = BigInt(null=True, default=None)
    package = ForeignKey(ExhibitionPackage, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    on_sale = Boolean(default=True)
    note = Varchar(length=200, help_text="corner, power, water")
    booth_once = Unique(["plan", "label"], name="booth_once")
    has_area = Check("width > 0 AND height > 0 AND price >= 0", name="booth_area")


class BoothBooking(Table, tablename="booth_booking", db=DB):
    """An exhibitor has a booth, or did, or pays for its package alone: then without a booth. A booth is taken by one at a time
    and a package paid for once (partial unique indexes on what holds them); a booth somebody has cannot be deleted (a trigger).
    """

    id = BigSerial(primary_key=True)
    number = Varchar(length=24, unique=True)
    booth = ForeignKey(Booth, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    label = Varchar(length=20, help_text="what the booth was called; empty for a package alone")
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    state = Varchar(length=8, default=BookingState.HELD.value)
    net = BigInt(help_text="what it costs, or costs more than the booth before; fixed when it was held")
    package_net = BigInt(help_text="what the package costs, where this booking pays for it")
    currency = Varchar(length=3)
    purchase_id = BigInt(null=True, default=None, unique=True)
    booked_by = Varchar(length=200)
    held_at = Timestamptz()
    holds_until = Timestamptz(null=True, default=None)
    booked_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Varchar(length=120)
    instead_of: ForeignKey = ForeignKey(
        "self",
        on_delete=OnDelete.set_null,
        null=True,
        default=None,
        index=True,
        help_text="the booking it replaces once the difference is paid; that one is kept until then",
    )
    worth = BigInt(default=0, help_text="what the place counts for by the plan: its whole price, also after a move")
    wish = ForeignKey(
        Booth,
        on_delete=OnDelete.set_null,
        null=True,
        default=None,
        index=True,
        help_text="the booth it asks for instead",
    )
    note = Varchar(length=300, help_text="staff's: why it was given, where it was moved from, what is to be settled")
    joined = Boolean(
        default=False, help_text="came with a company that was made one with this; pays a package beside its own"
    )
    state_known = one_of("state", BookingState)
