"""How a subscription moves by what Stripe says of it, and the taxes Stripe is told. Pure."""

from datetime import datetime, timedelta

from msgspec.structs import replace
from stdnum.ch import vat as swiss_vat

from portal.payments.rules.sums import CHARGED
from portal.payments.subscriptions.tables import InvoiceState, SubscriptionState
from portal.payments.subscriptions.values import Offer, SeenSubscription, Standing
from portal.payments.tables import TaxTreatment, VatCheck
from portal.payments.vat import register_number

NOT_PAID = "not paid"
CANCELLED = "cancelled"
NEVER_STARTED = "never started"

# Stripe's statuses. `incomplete` has not been paid for once; `paused` is the publisher's own doing and takes nothing away.
_STATES = {
    "incomplete": SubscriptionState.PENDING,
    "trialing": SubscriptionState.ACTIVE,
    "active": SubscriptionState.ACTIVE,
    "paused": SubscriptionState.ACTIVE,
    "past_due": SubscriptionState.GRACE,
    "unpaid": SubscriptionState.GRACE,
    "incomplete_expired": SubscriptionState.ENDED,
    "canceled": SubscriptionState.ENDED,
}
_INVOICE_ORDER = tuple(InvoiceState)
_EXEMPT = {TaxTreatment.REVERSE_CHARGE: "reverse", TaxTreatment.OUTSIDE_SCOPE: "exempt"}


def standing_after(
    before: Standing, seen: SeenSubscription, priced: Offer | None, *, now: datetime, grace: timedelta
) -> Standing:
    """What stands once `seen` is known; `priced` is what its price sells, None for a price that is not ours.

    Ended stays ended. A smaller plan that was asked for counts when the period has ended, although Stripe names its price
    from the start.
    """
    state = _STATES.get(seen.status, before.state)
    if before.state is SubscriptionState.ENDED or state is SubscriptionState.PENDING:
        return before
    if state is SubscriptionState.ENDED:
        return _ended(before, seen, now)
    began = before.grace_began or now if state is SubscriptionState.GRACE else None
    after = replace(
        before, state=state, ends_at=seen.ends_at, started_at=before.started_at or now, grace_began=began,
        grace_until=began and (before.grace_until or began + grace),
    )  # fmt: skip
    goes_on = before.period_end is not None and seen.period_end <= before.period_end
    if goes_on and priced is not None and (_is_next(before, priced) or _is_noted(before, priced)):
        return after
    after = replace(after, period_start=seen.period_start, period_end=seen.period_end)
    if priced is None:
        return after
    return replace(
        after, plan=priced.plan, interval=priced.interval, net=priced.net, next_plan="", next_interval="", next_net=None
    )


def _ended(before: Standing, seen: SeenSubscription, now: datetime) -> Standing:
    if before.state is SubscriptionState.PENDING:
        why = NEVER_STARTED
    elif seen.cancel_reason == "payment_failed" or (before.grace_until is not None and before.grace_until <= now):
        why = NOT_PAID
    else:
        why = CANCELLED
    at = seen.ended_at or now
    return replace(
        before, state=SubscriptionState.ENDED, ended_at=at, ends_at=at, end_reason=why, next_plan="", next_interval="",
        next_net=None,
    )  # fmt: skip


def _is_next(before: Standing, priced: Offer) -> bool:
    return (before.next_plan, before.next_interval) == (priced.plan, priced.interval.value)


def _is_noted(before: Standing, priced: Offer) -> bool:
    """Another interval is to follow that Stripe need not know of yet: it still has the present one."""
    return before.next_plan == before.plan and (priced.plan, priced.interval) == (before.plan, before.interval)


def invoice_may_become(state: InvoiceState, wanted: InvoiceState) -> bool:
    """Forward only: news that arrives late changes nothing."""
    return _INVOICE_ORDER.index(wanted) >= _INVOICE_ORDER.index(state)


def in_force(standing: Standing, now: datetime) -> str:
    """The plan that counts now, whatever job has run or not; empty for none. The same as queries.IN_FORCE says in SQL."""
    if standing.state not in (SubscriptionState.ACTIVE, SubscriptionState.GRACE):
        return ""
    if standing.state is SubscriptionState.GRACE and standing.grace_until is not None and standing.grace_until <= now:
        return ""
    if standing.ends_at is not None and standing.ends_at <= now:
        return ""
    if standing.next_plan and standing.period_end is not None and standing.period_end <= now:
        return standing.next_plan
    return standing.plan


def is_debit(method: str) -> bool:
    """Whether a method as Stripe's answers are kept (`sepa_debit 3000`) is a bank debit, whose money takes days."""
    return method.split(" ", maxsplit=1)[0].endswith(("_debit", "_bank_account"))


def exempt(treatment: TaxTreatment) -> str:
    """Stripe's `tax_exempt` of a customer."""
    return _EXEMPT.get(treatment, "none")


def charges(treatment: TaxTreatment) -> bool:
    """Whether VAT is charged on top."""
    return treatment in CHARGED


def tax_id(vat_id: str, country: str, check: VatCheck) -> tuple[str, str]:
    """A VAT ID as Stripe wants it, (type, value); empty for none, and for one nobody here can judge."""
    if not vat_id or check is VatCheck.NONE:
        return "", ""
    if register_number(vat_id):
        return "eu_vat", vat_id
    match country:
        case "GB":
            return "gb_vat", vat_id
        case "NO":
            return "no_vat", vat_id.removeprefix("NO")
        case "CH":
            return "ch_vat", str(swiss_vat.format(vat_id))
    return "", ""
