"""What Stripe's answers mean, field by field. Pure; takes expanded and unexpanded objects alike."""

from datetime import UTC, datetime
from typing import Any

from portal.payments.values import Billed, Dispute, Payment, Session, StripeRefund, WebhookEvent, from_stripe


def session(said: dict[str, Any]) -> Session:
    intent = expanded(said.get("payment_intent"))
    charge = expanded(intent.get("latest_charge"))
    currency = (said.get("currency") or "").upper()
    return Session(
        id=said["id"],
        url=said.get("url"),
        status=said["status"],
        payment_status=said["payment_status"],
        payment_intent=id_of(said.get("payment_intent")) or None,
        amount_total=from_stripe(said.get("amount_total") or 0, currency),
        currency=currency,
        expires_at=_moment(said["expires_at"]),
        method=_method(charge) if said["payment_status"] == "paid" else "",
        failure=_failure(intent),
        card_country=_card(charge).get("country") or "",
        metadata=dict(said.get("metadata") or {}),
        subscription=id_of(said.get("subscription")),
    )


def payment(said: dict[str, Any]) -> Payment:
    charge = expanded(said.get("latest_charge"))
    currency = said["currency"].upper()
    return Payment(
        id=said["id"],
        status=said["status"],
        amount=from_stripe(said["amount"], currency),
        received=from_stripe(said.get("amount_received") or 0, currency),
        refunded=from_stripe(charge.get("amount_refunded") or 0, currency),
        currency=currency,
        charge=id_of(said.get("latest_charge")) or None,
        method=_method(charge),
        card_country=_card(charge).get("country") or "",
        disputed=bool(charge.get("disputed")),
        failure=_failure(said),
        metadata=dict(said.get("metadata") or {}),
    )


def refund(said: dict[str, Any]) -> StripeRefund:
    currency = said["currency"].upper()
    return StripeRefund(
        id=said["id"],
        payment_intent=id_of(said.get("payment_intent")) or None,
        charge=id_of(said.get("charge")) or None,
        amount=from_stripe(said["amount"], currency),
        currency=currency,
        status=said.get("status") or "pending",
        reason=said.get("reason") or "",
        failure=said.get("failure_reason") or "",
        metadata=dict(said.get("metadata") or {}),
        created_at=_moment(said["created"]),
    )


def bank_dispute(said: dict[str, Any]) -> Dispute:
    currency = said["currency"].upper()
    return Dispute(
        id=said["id"],
        amount=from_stripe(said["amount"], currency),
        currency=currency,
        status=str(said.get("status") or ""),
    )


def billed(said: dict[str, Any]) -> Billed:
    """Of a payment of an invoice, with the invoice expanded."""
    invoice = expanded(said.get("invoice"))
    details = expanded(expanded(invoice.get("parent")).get("subscription_details"))
    return Billed(
        invoice=id_of(said.get("invoice")),
        number=str(invoice.get("number") or ""),
        subscription=_subscription_of(invoice),
        reference=str(expanded(details.get("metadata")).get("subscription") or ""),
    )


def event(said: dict[str, Any]) -> WebhookEvent:
    """Takes any age of event: what is read here has the same name in every version, or is missing."""
    # Events of API v2 name their object instead of carrying it.
    thing = (said.get("data") or {}).get("object") or said.get("related_object") or {}
    kind = str(thing.get("object") or thing.get("type") or "")
    own = str(thing.get("id") or "")
    metadata = thing.get("metadata")
    return WebhookEvent(
        id=_text(said["id"]),
        type=_text(said["type"]),
        created_at=_moment_or_none(said.get("created")),
        live=bool(said.get("livemode")),
        object_type=kind,
        object_id=own,
        session_id=own if kind == "checkout.session" else "",
        payment_intent=own if kind == "payment_intent" else id_of(thing.get("payment_intent")),
        subscription=own if kind == "subscription" else _subscription_of(thing),
        metadata={str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, dict) else {},
    )


def _subscription_of(invoice: dict[str, Any]) -> str:
    """Named beside its parent since API version 2025-03-31, on itself before."""
    bills = expanded(expanded(invoice.get("parent")).get("subscription_details"))
    return id_of(bills.get("subscription") or invoice.get("subscription"))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def expanded(field: Any) -> dict[str, Any]:
    """The object in a field, if it holds one."""
    return field if isinstance(field, dict) else {}


def id_of(field: Any) -> str:
    """The id in a field that holds either an id or the object."""
    return str(expanded(field).get("id") or (field if isinstance(field, str) else ""))


def _card(charge: dict[str, Any]) -> dict[str, Any]:
    return expanded(expanded(charge.get("payment_method_details")).get("card"))


def _method(charge: dict[str, Any]) -> str:
    return method_of(expanded(charge.get("payment_method_details")))[0]


def method_of(details: dict[str, Any]) -> tuple[str, str]:
    """(how it is paid, for people: `visa 4242`, `sepa_debit 3000`, `paypal`; the country it is from, if said)."""
    kind = str(details.get("type") or "")
    facts = expanded(details.get(kind))
    named = " ".join(str(part) for part in (facts.get("brand") or kind, facts.get("last4")) if part)
    return named, str(facts.get("country") or "")


def _failure(intent: dict[str, Any]) -> str:
    """Why the last try failed; nothing once another is under way or went through."""
    if intent.get("status") in ("processing", "succeeded", "requires_capture"):
        return ""
    error = expanded(intent.get("last_payment_error"))
    return str(error.get("message") or error.get("code") or "")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment_or_none(seconds: Any) -> datetime | None:
    try:
        return _moment(seconds) if isinstance(seconds, int) else None
    except (OverflowError, OSError, ValueError):
        return None
