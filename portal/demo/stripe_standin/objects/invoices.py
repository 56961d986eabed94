"""Invoices, their lines, what waits for the next one, and how they are paid."""

from typing import Any

from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.store import Thing

_NO_CREDIT = {"credited_items": None}


def invoice(
    *, customer: Thing, tax_ids: list[Thing], subscription: Thing | None, currency: str, reason: str,
    period: tuple[int, int], country: str, shop: str, now: int,
) -> Thing:  # fmt: skip
    """A draft without lines."""
    about = None
    if subscription is not None:
        details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
        about = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    return {
        "id": new_id("in_1"),
        "object": "invoice",
        "account_country": country,
        "account_name": shop,
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "custom_fields": customer["invoice_settings"]["custom_fields"],
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [{"type": tax_id["type"], "value": tax_id["value"]} for tax_id in tax_ids],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": subscription["default_tax_rates"] if subscription else [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": {"object": "list", "data": [], "has_more": False, "url": ""},
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": about,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": period[1],
        "period_start": period[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": customer["balance"],
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None,
        },
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": customer["test_clock"],
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }  # fmt: skip


def with_lines(made: Thing, lines: list[Thing]) -> Thing:
    """The invoice and what it comes to."""
    lines = [{**line, "invoice": made["id"]} for line in lines]
    taxes = [tax for line in lines for tax in line["taxes"]]
    rates = list(dict.fromkeys((tax["tax_rate_details"]["tax_rate"], tax["tax_behavior"]) for tax in taxes))
    totals = [
        {
            **same[0],
            "amount": sum(tax["amount"] for tax in same),
            "taxable_amount": sum(t["taxable_amount"] for t in same),
        }
        for rate in rates
        if (same := [t for t in taxes if (t["tax_rate_details"]["tax_rate"], t["tax_behavior"]) == rate])
    ]
    subtotal = sum(line["amount"] for line in lines)
    inclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    total = subtotal + exclusive
    due = max(0, total + made["starting_balance"])
    url = f"/v1/invoices/{made['id']}/lines"
    return made | {
        "lines": {"object": "list", "data": lines, "has_more": False, "url": url},
        "subtotal": subtotal, "subtotal_excluding_tax": subtotal - inclusive, "total": total,
        "total_excluding_tax": subtotal - inclusive, "total_taxes": totals, "amount_due": due, "amount_remaining": due,
    }  # fmt: skip


def line(
    *, amount: int, description: str, price: Thing, quantity: int, period: tuple[int, int], taxes: list[Thing],
    parent: Thing, subscription: str | None, metadata: dict[str, str],
) -> Thing:  # fmt: skip
    return {
        "id": new_id("il_1"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": False,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": metadata,
        "parent": parent,
        "period": {"end": period[1], "start": period[0]},
        "pretax_credit_amounts": [],
        "pricing": _pricing(price),
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription,
        "subtotal": amount,
        "taxes": taxes,
    }


def of_item(item: Thing, *, invoice_item: str | None = None) -> Thing:
    """The parent of a line that a subscription's item causes; `invoice_item` where it is a proration."""
    details = {
        "invoice_item": invoice_item, "proration": invoice_item is not None, "proration_details": _NO_CREDIT,
        "subscription": item["subscription"], "subscription_item": item["id"],
    }  # fmt: skip
    return {"invoice_item_details": None, "subscription_item_details": details, "type": "subscription_item_details"}


def invoice_item(
    *,
    customer: Thing,
    item: Thing,
    amount: int,
    description: str,
    period: tuple[int, int],
    rates: list[Thing],
    now: int,
) -> Thing:
    """A part of a period, charged or given back, that waits for the next invoice."""
    return {
        "id": new_id("ii_1"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": item["price"]["currency"],
        "customer": customer["id"],
        "customer_account": None,
        "date": now,
        "description": description,
        "discountable": False,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": amount,
        "parent": {
            "subscription_details": {"subscription": item["subscription"], "subscription_item": item["id"]},
            "type": "subscription_details",
        },
        "period": {"end": period[1], "start": period[0]},
        "pricing": _pricing(item["price"]),
        "proration": True,
        "proration_details": {"credited_items": None, "discount_amounts": []},
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "tax_rates": rates,
        "test_clock": customer["test_clock"],
    }


def payment(*, invoice: Thing, intent: Thing, now: int) -> Thing:
    """What ties an invoice to the money."""
    return {
        "id": new_id("inpay_1"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def tax(*, amount: int, of: int, rate: Thing, reason: str) -> Thing:
    return {
        "amount": amount,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": reason,
        "taxable_amount": of,
        "type": "tax_rate_details",
    }


def _pricing(price: Thing) -> dict[str, Any]:
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
