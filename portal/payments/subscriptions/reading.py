"""What Stripe's answers about subscriptions mean, field by field. Pure; takes expanded and unexpanded objects alike."""

from datetime import UTC, datetime
from typing import Any

from portal.payments.stripe_reading import expanded, id_of, method_of
from portal.payments.subscriptions.tables import InvoiceState
from portal.payments.subscriptions.values import Preview, SeenInvoice, SeenSubscription
from portal.payments.values import from_stripe


def subscription(said: dict[str, Any]) -> SeenSubscription:
    """The period is the item's: there is one."""
    item = said["items"]["data"][0]
    end = _moment(item["current_period_end"])
    cancel_at = _moment(said["cancel_at"]) if said.get("cancel_at") else end if said["cancel_at_period_end"] else None
    kind, card_country = method_of(expanded(said.get("default_payment_method")))
    return SeenSubscription(
        id=said["id"],
        status=said["status"],
        customer=id_of(said.get("customer")),
        item=item["id"],
        price=id_of(item.get("price")),
        period_start=_moment(item["current_period_start"]),
        period_end=end,
        ends_at=cancel_at,
        ended_at=_moment(said["ended_at"]) if said.get("ended_at") else None,
        cancel_reason=str(expanded(said.get("cancellation_details")).get("reason") or ""),
        method=kind,
        card_country=card_country,
        waits=bool(said.get("pending_update")),
        reference=str((said.get("metadata") or {}).get("subscription") or ""),
    )


def invoice(said: dict[str, Any]) -> SeenInvoice:
    currency = said["currency"].upper()
    times = expanded(said.get("status_transitions"))
    periods = [expanded(line.get("period")) for line in expanded(said.get("lines")).get("data") or []]
    starts = [period["start"] for period in periods if period.get("start")]
    ends = [period["end"] for period in periods if period.get("end")]
    return SeenInvoice(
        id=said["id"],
        number=said.get("number") or "",
        state=InvoiceState(said.get("status") or InvoiceState.DRAFT),
        reason=said.get("billing_reason") or "",
        currency=currency,
        net=from_stripe(_net(said), currency),
        tax=from_stripe(said["total"] - _net(said), currency),
        total=from_stripe(said["total"], currency),
        due=from_stripe(said["amount_due"], currency),
        paid=from_stripe(said["amount_paid"], currency),
        period_start=_moment(max(starts)) if starts else None,
        period_end=_moment(max(ends)) if ends else None,
        issued_at=_moment(times.get("finalized_at") or said["created"]),
        paid_at=_moment(times["paid_at"]) if times.get("paid_at") else None,
        next_try_at=_moment(said["next_payment_attempt"]) if said.get("next_payment_attempt") else None,
        hosted_url=said.get("hosted_invoice_url") or "",
        pdf_url=said.get("invoice_pdf") or "",
    )


def preview(said: dict[str, Any]) -> Preview:
    currency = said["currency"].upper()
    lines = expanded(said.get("lines")).get("data") or []
    return Preview(
        due=from_stripe(said["amount_due"], currency),
        total=from_stripe(said["total"], currency),
        tax=from_stripe(said["total"] - _net(said), currency),
        currency=currency,
        lines=tuple((str(line.get("description") or ""), from_stripe(line["amount"], currency)) for line in lines),
    )


def _net(said: dict[str, Any]) -> int:
    net = said.get("total_excluding_tax")
    return int(said["subtotal"] if net is None else net)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
