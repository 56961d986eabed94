"""Subscriptions, what was asked of Stripe about them, their invoices. Amounts are integer minor units."""

from enum import StrEnum

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, ForeignKey, Integer, Numeric, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.payments.tables import TaxTreatment, VatCheck


class SubscriptionState(StrEnum):
    """pending → active ⇄ grace → ended; ended is final. `grace`: a payment failed, what was bought stays for a while."""

    PENDING = "pending"
    ACTIVE = "active"
    GRACE = "grace"
    ENDED = "ended"


class Interval(StrEnum):
    """How often it is paid."""

    MONTH = "month"
    YEAR = "year"


class ActState(StrEnum):
    """Where a request to Stripe stands. `created`: its answer was not seen yet; `open`: a page waits for the buyer."""

    CREATED = "created"
    OPEN = "open"
    DONE = "done"
    EXPIRED = "expired"
    FAILED = "failed"


class InvoiceState(StrEnum):
    """As Stripe has it; moves forward only. `uncollectible` may still be paid."""

    DRAFT = "draft"
    OPEN = "open"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"
    PAID = "paid"


class ObjectKind(StrEnum):
    """What is made once at Stripe and used by many subscriptions."""

    PRICE = "price"
    TAX_RATE = "tax_rate"


class StripeObject(Table, tablename="stripe_object", db=DB):
    """A price or tax rate at Stripe. The row exists before Stripe hears of it; `request` is what it was made from."""

    id = BigSerial(primary_key=True)
    public_id = UUID(unique=True, help_text="the idempotency key")
    kind = Varchar(length=12)
    key = Varchar(length=120, help_text="what it says: `premium year EUR 149000`, `AT 20`")
    request = JSONB()
    stripe_id = Varchar(length=120, null=True, default=None, unique=True)
    created_at = Timestamptz()
    kind_known = one_of("kind", ObjectKind)
    stripe_object_once = Unique(["kind", "key"], name="stripe_object_once")


class Subscription(Table, tablename="subscription", db=DB):
    """A plan of (kind, key), paid again and again. At most one that has not ended (partial unique index).

    `plan`, `interval` and `net` are what is in force; `next_…` what follows at the period's end. `seen` numbers the
    question to Stripe whose answer was applied last: older answers are dropped. What was let go of is not renewed, whatever
    is paid or taken back at Stripe.
    """

    id = BigSerial(primary_key=True)
    public_id = UUID(unique=True, help_text="the base of idempotency keys; unique across databases")
    kind = Varchar(length=40)
    key = Varchar(length=80)
    state = Varchar(length=12, default=SubscriptionState.PENDING.value)
    plan = Varchar(length=40)
    interval = Varchar(length=8)
    currency = Varchar(length=3)
    net = BigInt()
    next_plan = Varchar(length=40, default="")
    next_interval = Varchar(length=8, default="")
    next_net = BigInt(null=True, default=None)
    title = Varchar(length=250, help_text="on Stripe’s invoices")
    return_path = Varchar(length=200)
    email = Varchar(length=254, index=True)
    buyer_name = Varchar(length=250)
    company = Varchar(length=200)
    street = Varchar(length=200)
    postal_code = Varchar(length=20)
    city = Varchar(length=120)
    country = Varchar(length=2)
    vat_id = Varchar(length=40)
    vat_check = Varchar(length=20, default=VatCheck.NONE.value)
    vat_checked_at = Timestamptz(null=True, default=None)
    po_number = Varchar(length=60)
    tax_treatment = Varchar(length=16, default=TaxTreatment.STANDARD.value)
    tax_country = Varchar(length=2)
    tax_rate = Numeric(digits=(5, 2), help_text="what is charged, in per cent; 0 without a charge")
    customer_id = Varchar(length=120)
    stripe_id = Varchar(length=120, null=True, default=None, unique=True)
    item_id = Varchar(length=120)
    method = Varchar(length=60, help_text="how it is paid, as Stripe names it: visa 4242")
    card_country = Varchar(length=2, help_text="where the card was issued: evidence for tax")
    period_start = Timestamptz(null=True, default=None)
    period_end = Timestamptz(null=True, default=None)
    ends_at = Timestamptz(null=True, default=None, help_text="when it ends, once cancelled")
    grace_began = Timestamptz(null=True, default=None)
    grace_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Varchar(length=40)
    seen = BigInt()
    checked_at = Timestamptz(null=True, default=None, help_text="when the sweeper last looked after it")
    let_go_at = Timestamptz(null=True, default=None, help_text="when its buyer lost what it was bought for")
    state_known = one_of("state", SubscriptionState)
    interval_known = one_of("interval", Interval)
    treatment_known = one_of("tax_treatment", TaxTreatment)
    next_is_whole = Check(
        "(next_plan = '') = (next_interval = '') AND (next_plan = '') = (next_net IS NULL)",
        name="subscription_next_is_whole",
    )
    grace_has_an_end = Check(
        "(state <> 'grace' OR grace_until IS NOT NULL) AND (grace_began IS NULL) = (grace_until IS NULL)",
        name="subscription_grace_has_an_end",
    )
    ended_has_a_time = Check("(state = 'ended') = (ended_at IS NOT NULL)", name="subscription_ended_has_a_time")


class SubscriptionAct(Table, tablename="subscription_act", db=DB):
    """Something asked of Stripe: made before the call, with the request frozen in it, so that a repeat under its key asks
    the very same. One at a time per subscription (partial unique index).
    """

    id = BigSerial(primary_key=True)
    subscription = ForeignKey(Subscription, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    state = Varchar(length=12, default=ActState.CREATED.value)
    what = Varchar(length=20)
    request = JSONB(help_text="emptied of whom it is about once it has ended")
    stripe_id = Varchar(length=120, null=True, default=None, index=True)
    url = Text()
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None, help_text="when the sweeper last looked after it")
    note = Varchar(length=200, help_text="the code Stripe gave for a refusal")
    state_known = one_of("state", ActState)
    subscription_act_once = Unique(["subscription", "number"], name="subscription_act_once")


class SubscriptionInvoice(Table, tablename="subscription_invoice", db=DB):
    """An invoice Stripe issued. Number and content are Stripe’s; kept so that it can be listed without asking."""

    id = BigSerial(primary_key=True)
    subscription = ForeignKey(Subscription, on_delete=OnDelete.restrict, null=False, index=True)
    stripe_id = Varchar(length=120, unique=True)
    number = Varchar(length=60)
    state = Varchar(length=14)
    reason = Varchar(length=40, help_text="Stripe’s billing_reason")
    currency = Varchar(length=3)
    net = BigInt()
    tax = BigInt()
    total = BigInt()
    due = BigInt(help_text="after what stood to the buyer’s credit")
    paid = BigInt()
    period_start = Timestamptz(null=True, default=None)
    period_end = Timestamptz(null=True, default=None)
    issued_at = Timestamptz()
    paid_at = Timestamptz(null=True, default=None)
    next_try_at = Timestamptz(null=True, default=None)
    hosted_url = Text()
    pdf_url = Text()
    state_known = one_of("state", InvoiceState)
