"""Purchases and everything that happens to their money. Amounts are integer minor units of `currency`."""

from enum import StrEnum

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
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

from portal.core.columns import one_of
from portal.core.db import DB


class PurchaseState(StrEnum):
    """Moves forward only: open → processing → paid, or open → void. `returned`: paid too late and sent back."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    RETURNED = "returned"
    VOID = "void"


class AttemptState(StrEnum):
    """Where a try to be paid stands. `closing`: no longer wanted, its page is being closed; it may still be paid."""

    CREATED = "created"
    OPEN = "open"
    CLOSING = "closing"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    EXPIRED = "expired"
    FAILED = "failed"


class RefundState(StrEnum):
    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class InvoiceKind(StrEnum):
    """`reversal` takes a credit note back whose money could not be sent."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    REVERSAL = "reversal"


class TaxTreatment(StrEnum):
    """Why the tax is what it is; see payments.rules.supply."""

    STANDARD = "standard"
    DESTINATION = "destination"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_SCOPE = "outside_scope"


class VatCheck(StrEnum):
    """How far a VAT ID was checked: by form and check digits, or by the register (VIES)."""

    NONE = "none"
    FORM = "form"
    CONFIRMED = "confirmed"
    UNKNOWN_TO_REGISTER = "unknown_to_register"


class Purchase(Table, tablename="purchase", db=DB):
    """Something to be paid. Exists before Stripe hears of it."""

    id = BigSerial(primary_key=True)
    public_id = UUID(unique=True, help_text="the base of idempotency keys; unique across databases")
    kind = Varchar(length=40)
    key = Varchar(length=80)
    state = Varchar(length=12, default=PurchaseState.OPEN.value)
    currency = Varchar(length=3)
    net = BigInt()
    tax = BigInt()
    total = BigInt()
    refunded = BigInt()
    title = Varchar(length=250)
    supply = Text(help_text="what, when and where, for the invoice")
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
    tax_country = Varchar(length=2, default="", help_text="where VAT is due, ISO 3166-1 alpha-2")
    return_path = Varchar(length=200, help_text="the buyer's page, relative; holds a secret")
    created_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None, help_text="when what is bought stops being held")
    paid_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None, help_text="last compared with Stripe")
    method = Varchar(length=60, help_text="how it was paid, as Stripe names it: visa 4242")
    collected = BigInt(null=True, default=None, help_text="what Stripe took; `total` unless something is wrong")
    card_country = Varchar(length=2, default="", help_text="where the card was issued: evidence for tax")
    state_known = one_of("state", PurchaseState)
    treatment_known = one_of("tax_treatment", TaxTreatment)
    sums_up = Check("total = net + tax AND net >= 0 AND tax >= 0", name="purchase_sums_up")
    refund_within_total = Check("refunded BETWEEN 0 AND total", name="purchase_refund_within_total")
    purchase_once = Unique(["kind", "key"], name="purchase_once")


class PurchaseLine(Table, tablename="purchase_line", db=DB):
    """A priced line; `unit_net` is after any discount, `list_net` before."""

    id = BigSerial(primary_key=True)
    purchase = ForeignKey(Purchase, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    key = Text(help_text="what the seller knows it by")
    description = Varchar(length=250)
    detail = Varchar(length=250)
    quantity = Integer()
    list_net = BigInt()
    unit_net = BigInt()
    tax_rate = Numeric(digits=(5, 2))
    refunded_quantity = Integer()
    reduced_net = BigInt(default=0, help_text="what went back of the price of a single unit that is kept")
    refund_within_quantity = Check("refunded_quantity BETWEEN 0 AND quantity", name="purchase_line_refund_within")
    reduced_within_price = Check(
        "reduced_net = 0 OR quantity = 1 AND reduced_net BETWEEN 0 AND unit_net", name="purchase_line_reduced_within"
    )


class PaymentAttempt(Table, tablename="payment_attempt", db=DB):
    """One try to be paid, one Checkout Session. At most one open attempt per purchase (partial unique index).

    What Stripe is asked for is frozen in `request`, so that a repeat under the attempt's key asks the very same; it is
    dropped once the attempt has ended.
    """

    id = BigSerial(primary_key=True)
    purchase = ForeignKey(Purchase, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    state = Varchar(length=12, default=AttemptState.CREATED.value)
    request = JSONB(default="{}")
    session_id = Varchar(length=120, null=True, default=None, unique=True)
    payment_intent = Varchar(length=120, null=True, default=None, index=True)
    url = Varchar(length=2000)
    created_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None, help_text="when the sweeper last looked after it")
    note = Text(help_text="why the last try to pay failed, for the buyer")
    state_known = one_of("state", AttemptState)
    payment_attempt_once = Unique(["purchase", "number"], name="payment_attempt_once")


class Refund(Table, tablename="refund", db=DB):
    """Money going back. `lines` are in refund_line; a refund is not a cancellation."""

    id = BigSerial(primary_key=True)
    public_id = UUID(unique=True)
    purchase = ForeignKey(Purchase, on_delete=OnDelete.restrict, null=False, index=True)
    attempt = ForeignKey(PaymentAttempt, on_delete=OnDelete.restrict, null=False)
    amount = BigInt()
    sums = JSONB(default="{}", help_text="net and tax per rate, for refunds of lines: their credit note")
    reason = Varchar(length=200)
    state = Varchar(length=12, default=RefundState.REQUESTED.value)
    stripe_id = Varchar(length=120, null=True, default=None, unique=True)
    requested_by = Varchar(length=200)
    created_at = Timestamptz()
    settled_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None, help_text="when the sweeper last looked after it")
    note = Text()
    state_known = one_of("state", RefundState)
    positive = Check("amount > 0", name="refund_positive")


class RefundLine(Table, tablename="refund_line", db=DB):
    """What goes back of a line: units, or with quantity 0 a part of the price of its only one."""

    id = BigSerial(primary_key=True)
    refund = ForeignKey(Refund, on_delete=OnDelete.cascade, null=False, index=True)
    line = ForeignKey(PurchaseLine, on_delete=OnDelete.restrict, null=False)
    quantity = Integer()
    net = BigInt()


class InvoiceSeries(Table, tablename="invoice_series", db=DB):
    """The counter behind gapless numbers; locked while one is taken."""

    name = Varchar(length=40, primary_key=True)
    last = Integer()


class Invoice(Table, tablename="invoice", db=DB):
    """An invoice, credit note or reversal as it was issued; never edited (a trigger refuses)."""

    id = BigSerial(primary_key=True)
    number = Varchar(length=40, unique=True)
    kind = Varchar(length=12)
    purchase = ForeignKey(Purchase, on_delete=OnDelete.restrict, null=False, index=True)
    refund = ForeignKey(Refund, on_delete=OnDelete.restrict, null=True, default=None)
    issued_at = Timestamptz()
    content = JSONB(help_text="everything the document shows, and the tax evidence")
    kind_known = one_of("kind", InvoiceKind)
    invoice_once_per_refund = Unique(["refund", "kind"], name="invoice_once_per_refund")


class StripeEvent(Table, tablename="stripe_event", db=DB):
    """The inbox: each event once, however often it is delivered.

    Only what it is about is kept. The object is read anew, and what else Stripe says of the payer is not ours to keep.
    """

    id = BigSerial(primary_key=True)
    event_id = Varchar(length=120, unique=True)
    type = Varchar(length=80)
    object_id = Varchar(length=120, index=True)
    session_id = Varchar(length=120, default="")
    payment_intent = Varchar(length=120, default="")
    purchase_ref = Varchar(length=40, default="", help_text="the purchase's public id, where the object names it")
    subscription_id = Varchar(length=120, default="", help_text="Stripe's own id of it")
    subscription_ref = Varchar(
        length=40, default="", help_text="the subscription's public id, where the object names it"
    )
    received_at = Timestamptz()
    deliveries = Integer(default=1)
    handled_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None, help_text="when the sweeper last looked after it")


class MoneyQuestion(Table, tablename="money_question", db=DB):
    """Something about money that a person must decide; the portal does not guess."""

    id = BigSerial(primary_key=True)
    reference = Varchar(length=200, unique=True)
    purchase = ForeignKey(Purchase, on_delete=OnDelete.restrict, null=True, default=None)
    sentence = Text()
    facts = JSONB(default="{}")
    asked_at = Timestamptz()
    settled_at = Timestamptz(null=True, default=None)
    settled_by = Varchar(length=200)
