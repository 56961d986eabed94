"""Payment intents, payment methods, charges and what they leave on the balance."""

import hashlib
from typing import Any

from portal.demo.stripe_standin.cards import CardInput
from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.objects.customers import Payer, billing
from portal.demo.stripe_standin.store import Thing

_PASSED = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
_DAYS_TO_PAYOUT = 7


def intent(*, amount: int, currency: str, customer: str | None, methods: list[str], now: int, **given: Any) -> Thing:
    """The payment behind a session or an invoice; `given` are the properties a caller may set."""
    intent_id = new_id("pi_3")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": new_id(f"{intent_id}_secret_", 25),
        "confirmation_method": "automatic",
        "created": now,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "installments": None, "mandate_options": None, "network": None,
                "request_three_d_secure": "automatic",
            },
        },
        "payment_method_types": methods,
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **given,
    }  # fmt: skip


def _method(kind: str, payer: Payer, now: int) -> Thing:
    return {
        "id": new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing(payer),
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def card_method(*, card: CardInput, payer: Payer, now: int) -> Thing:
    return {
        **_method("card", payer, now),
        "card": {
            "brand": card.brand,
            "checks": _PASSED,
            "country": card.known.country if card.known else "US",
            "display_brand": card.brand,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "fingerprint": _fingerprint(card.brand + card.last4),
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
    }


def sepa_method(*, iban: str, payer: Payer, now: int) -> Thing:
    return {
        **_method("sepa_debit", payer, now),
        "sepa_debit": {
            "bank_code": iban[4:12],
            "branch_code": "",
            "country": iban[:2],
            "fingerprint": _fingerprint(iban),
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": iban[-4:],
        },
    }


def card_details(method: Thing, *, authenticated: bool) -> Thing:
    """`payment_method_details` of a charge on a card."""
    card = method["card"]
    secure = {
        "authentication_flow": "challenge", "electronic_commerce_indicator": "05",
        "exemption_indicator": None, "result": "authenticated", "result_reason": None,
        "transaction_id": new_id("", 36), "version": "2.2.0",
    }  # fmt: skip
    return {
        "card": {
            "amount_authorized": None,
            "brand": card["brand"],
            "checks": card["checks"],
            "country": card["country"],
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "extended_authorization": {"status": "disabled"},
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": card["last4"],
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": new_id("", 15),
            "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
            "regulated_status": card["regulated_status"],
            "three_d_secure": secure if authenticated else None,
            "wallet": None,
        },
        "type": "card",
    }


def sepa_details(method: Thing) -> Thing:
    debit = method["sepa_debit"]
    return {
        "sepa_debit": {
            "bank_code": debit["bank_code"],
            "branch_code": debit["branch_code"],
            "country": debit["country"],
            "fingerprint": debit["fingerprint"],
            "last4": debit["last4"],
            "mandate": new_id("mandate_1"),
        },
        "type": "sepa_debit",
    }


def charge(*, intent: Thing, method: Thing, details: Thing, status: str, outcome: Thing, now: int) -> Thing:
    """A try to move money. `status`: succeeded, pending or failed."""
    succeeded = status == "succeeded"
    return {
        "id": new_id("ch_3"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if succeeded else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "authorization_code": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": None,
        "captured": succeeded,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "level3": None,
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": outcome,
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }


def outcome(*, kind: str = "authorized", network: str = "approved_by_network", reason: str | None = None) -> Thing:
    """How a charge went, told to the seller."""
    said = (
        "Payment complete."
        if kind == "authorized"
        else "The bank did not return any further details with this decline."
    )
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": said,
        "type": kind,
    }


def balance_transaction(*, kind: str, source: Thing, amount: int, fee: int, now: int) -> Thing:
    """What a charge or refund does to the balance; `amount` is negative for money that leaves."""
    taken = {
        "amount": fee, "application": None, "currency": source["currency"],
        "description": "Stripe processing fees", "type": "stripe_fee",
    }  # fmt: skip
    return {
        "id": new_id("txn_3"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + _DAYS_TO_PAYOUT * 86400,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [taken] if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def _fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
