"""Subscriptions and invoices as the hosted pages show them."""

from datetime import UTC, datetime
from typing import Any

from portal.core.times import day
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.card_form import money
from portal.demo.stripe_standin.store import Thing

_TONES = {
    "active": "ok", "trialing": "ok", "past_due": "warn", "unpaid": "bad", "paid": "ok", "open": "warn", "uncollectible": "bad",
}  # fmt: skip


def plan(account: Account, subscription: Thing) -> dict[str, Any]:
    items = subscription["items"]["data"]
    names = [account.fetch("product", item["price"]["product"]).get("name", "Plan") for item in items]
    amount = sum(item["price"]["unit_amount"] * item["quantity"] for item in items)
    return {
        "id": subscription["id"],
        "name": ", ".join(names),
        "price": money(amount, subscription["currency"]),
        "every": every(items[0]["price"]),
        "status": subscription["status"].replace("_", " "),
        "tone": _TONES.get(subscription["status"], ""),
        "ends": subscription["cancel_at_period_end"],
        "until": written_day(items[0]["current_period_end"]),
        "clock": subscription["test_clock"],
    }


def invoice_row(invoice: Thing) -> dict[str, Any]:
    return {
        "id": invoice["id"],
        "number": invoice["number"],
        "date": written_day(invoice["effective_at"] or invoice["created"]),
        "total": money(invoice["total"], invoice["currency"]),
        "due": money(invoice["amount_remaining"], invoice["currency"]),
        "status": invoice["status"],
        "tone": _TONES.get(invoice["status"], ""),
        "description": "; ".join(line["description"] or "" for line in invoice["lines"]["data"]),
    }


def every(price: Thing) -> str:
    """How often it is charged: “month”, “3 months”, or nothing for once."""
    again = price["recurring"]
    if again is None:
        return ""
    count, interval = again["interval_count"], again["interval"]
    return str(interval) if count == 1 else f"{count} {interval}s"


def written_day(moment: int) -> str:
    return day(moment_of(moment).date())


def moment_of(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)
