"""Lines of invoices: whole periods, and parts of them when a plan changes in the middle."""

from datetime import UTC, datetime

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts.periods import share
from portal.demo.stripe_standin.acts.taxing import taxes
from portal.demo.stripe_standin.acts.wording import amount_in_words
from portal.demo.stripe_standin.objects import invoices
from portal.demo.stripe_standin.store import Thing


class Part(msgspec.Struct, frozen=True):
    """Something charged, or given back, for a part of an item's period."""

    item: Thing
    amount: int
    description: str
    period: tuple[int, int]


def of_period(account: Account, subscription: Thing, item: Thing, exempt: str | None) -> Thing:
    """The line of an item's whole period."""
    price, quantity = item["price"], item["quantity"]
    each = amount_in_words(price["unit_amount"], price["currency"])
    amount = price["unit_amount"] * quantity
    return invoices.line(
        amount=amount,
        description=f"{quantity} × {_name(account, item)} (at {each} / {_interval(price)})",
        price=price,
        quantity=quantity,
        period=(item["current_period_start"], item["current_period_end"]),
        taxes=taxes(amount, rates(subscription, item), exempt),
        parent=invoices.of_item(item),
        subscription=subscription["id"],
        metadata=subscription["metadata"],
    )


def of_trial(account: Account, subscription: Thing, item: Thing, exempt: str | None) -> Thing:
    """The line of a time for which nothing is charged."""
    return invoices.line(
        amount=0,
        description=f"Trial period for {_name(account, item)}",
        price=item["price"],
        quantity=item["quantity"],
        period=(item["current_period_start"], item["current_period_end"]),
        taxes=taxes(0, rates(subscription, item), exempt),
        parent=invoices.of_item(item),
        subscription=subscription["id"],
        metadata=subscription["metadata"],
    )


def of_part(subscription: Thing, part: Part, exempt: str | None, invoice_item: str) -> Thing:
    return invoices.line(
        amount=part.amount,
        description=part.description,
        price=part.item["price"],
        quantity=part.item["quantity"],
        period=part.period,
        taxes=taxes(part.amount, rates(subscription, part.item), exempt),
        parent=invoices.of_item(part.item, invoice_item=invoice_item),
        subscription=subscription["id"],
        metadata=subscription["metadata"],
    )


def of_pending(account: Account, subscription: Thing, exempt: str | None) -> list[Thing]:
    """What waits for this subscription's next invoice."""
    found = account.store.find(
        "invoiceitem", equal={"parent.subscription_details.subscription": subscription["id"], "invoice": None}
    )
    lines = []
    for pending in found[::-1]:
        where = pending["parent"]["subscription_details"]
        price = account.fetch("price", pending["pricing"]["price_details"]["price"])
        item = {
            "id": where["subscription_item"], "subscription": where["subscription"], "price": price,
            "quantity": pending["quantity"], "tax_rates": pending["tax_rates"],
        }  # fmt: skip
        period = (pending["period"]["start"], pending["period"]["end"])
        part = Part(item, pending["amount"], pending["description"], period)
        lines.append(of_part(subscription, part, exempt, pending["id"]))
    return lines


def parts(account: Account, before: list[Thing], after: list[Thing], since: int) -> list[Part]:
    """What a change gives back of the old items and charges for the new ones until the period's end."""
    kept = {item["id"]: item for item in after}
    old = {item["id"]: item for item in before}
    made = [
        _part(account, item, -1, "Unused time on", since) for item in before if not _same(item, kept.get(item["id"]))
    ]
    for item in after:
        earlier = old.get(item["id"])
        # A new interval starts a period of its own, which is charged whole.
        if not _same(item, earlier) and (earlier is None or same_interval(earlier, item)):
            made.append(_part(account, item, 1, "Remaining time on", since))
    return [part for part in made if part.amount]


def rates(subscription: Thing, item: Thing) -> list[Thing]:
    found: list[Thing] = item["tax_rates"] or subscription["default_tax_rates"] or []
    return found


def same_interval(one: Thing, other: Thing) -> bool:
    return all(
        one["price"]["recurring"][name] == other["price"]["recurring"][name] for name in ("interval", "interval_count")
    )


def _same(one: Thing, other: Thing | None) -> bool:
    return other is not None and (one["price"]["id"], one["quantity"]) == (other["price"]["id"], other["quantity"])


def _part(account: Account, item: Thing, sign: int, words: str, since: int) -> Part:
    period = (item["current_period_start"], item["current_period_end"])
    amount = sign * share(item["price"]["unit_amount"] * item["quantity"], period, since)
    day = datetime.fromtimestamp(since, UTC)
    many = f"{item['quantity']} × " if item["quantity"] > 1 else ""
    description = f"{words} {many}{_name(account, item)} after {day.day} {day:%b %Y}"
    return Part(item, amount, description, (since, item["current_period_end"]))


def _name(account: Account, item: Thing) -> str:
    return str(account.fetch("product", item["price"]["product"]).get("name", "Product"))


def _interval(price: Thing) -> str:
    count, interval = price["recurring"]["interval_count"], price["recurring"]["interval"]
    return interval if count == 1 else f"every {count} {interval}s"
