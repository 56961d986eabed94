"""Changing a subscription: another plan in the middle of a period, the end at the period's end and taking that back."""

from typing import Any

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import invoicing, lining, taxing
from portal.demo.stripe_standin.acts.periods import end_of_period
from portal.demo.stripe_standin.acts.wording import merged
from portal.demo.stripe_standin.billing_params import (
    Farewell,
    InvoicePreview,
    ItemChange,
    SubscriptionCancel,
    SubscriptionUpdate,
)
from portal.demo.stripe_standin.faults import Fault, unspoken
from portal.demo.stripe_standin.objects import invoices, subscriptions
from portal.demo.stripe_standin.store import Thing

_OVER = ("canceled", "incomplete_expired")
_MOST_ITEMS = 20
_PROPOSED_SECONDS = 23 * 3600


class Plan(msgspec.Struct, frozen=True):
    """A change before it is made: the items after it, what it gives back and charges, whether a period begins anew."""

    items: list[Thing]
    parts: list[lining.Part]
    anew: bool


def update(account: Account, params: SubscriptionUpdate, subscription_id: str) -> Thing:
    found = account.fetch("subscription", subscription_id, "id")
    if params.trial_end is not None and (params.proration_behavior != "none" or not params.items):
        raise unspoken("trial_end without items, or with prorations")
    changes: dict[str, Any] = {"metadata": merged(found["metadata"], params.metadata)}
    if params.cancellation_details is not None:
        changes["cancellation_details"] = _said(found, params.cancellation_details)
    rest = params.items or any(
        getattr(params, name) is not None
        for name in ("cancel_at_period_end", "default_payment_method", "default_tax_rates", "description")
    )
    if found["status"] in _OVER and rest:
        words = "A canceled subscription can only update its cancellation_details and metadata."
        raise Fault(words, kept=True)
    if params.description is not None:
        changes["description"] = params.description or None
    if params.default_tax_rates is not None:
        changes["default_tax_rates"] = taxing.rates_of(account, params.default_tax_rates, "default_tax_rates")
    if params.default_payment_method is not None:
        changes["default_payment_method"] = _method(account, found, params.default_payment_method)
    if not params.items:
        if params.cancel_at_period_end is not None:
            changes |= ending(account, found, changes, wanted=params.cancel_at_period_end)
        return account.change(found, "customer.subscription.updated", **changes)
    plan = planned(
        account, found | changes, params.items, prorate=params.proration_behavior != "none", since=params.proration_date
    )
    if params.trial_end is not None:
        plan = _resting(account, plan, params.trial_end)
        changes |= {
            "status": "trialing", "trial_start": account.now(), "trial_end": params.trial_end,
            "billing_cycle_anchor": params.trial_end,
        }  # fmt: skip
    changed = {**changes, "items": subscriptions.items_of(found["id"], plan.items)}
    if plan.anew and params.trial_end is None:
        changed["billing_cycle_anchor"] = account.now()
    changed |= ending(account, found | changed, changed, wanted=params.cancel_at_period_end)
    if params.payment_behavior == "pending_if_incomplete":
        return _propose(account, found, plan, changed)
    account.change(found, "customer.subscription.updated", **changed)
    _wait(account, found, plan.parts)
    if plan.anew or params.proration_behavior == "always_invoice":
        _bill(account, found, plan, params.payment_behavior)
    return account.fetch("subscription", subscription_id)


def cancel(account: Account, params: SubscriptionCancel, subscription_id: str) -> Thing:
    """The end, now."""
    found = account.fetch("subscription", subscription_id, "id")
    if found["status"] in _OVER:
        raise Fault(f"No such subscription: '{subscription_id}'", status=404, code="resource_missing", param="id")
    if params.cancellation_details is not None:
        found["cancellation_details"] = _said(found, params.cancellation_details)
    return invoicing.end(account, found, reason="cancellation_requested", at=account.now())


def ending(account: Account, found: Thing, changes: Thing, *, wanted: bool | None) -> dict[str, Any]:
    """The end at the period's end asked for, or taken back; the end moves along with the period."""
    if not (found["cancel_at_period_end"] if wanted is None else wanted):
        if not found["cancel_at_period_end"]:
            return {}
        details = {**(changes.get("cancellation_details") or found["cancellation_details"]), "reason": None}
        return {
            "cancel_at_period_end": False, "cancel_at": None, "canceled_at": None, "cancellation_details": details,
        }  # fmt: skip
    details = {
        **(changes.get("cancellation_details") or found["cancellation_details"]),
        "reason": "cancellation_requested",
    }
    return {
        "cancel_at_period_end": True, "cancel_at": found["items"]["data"][0]["current_period_end"],
        "canceled_at": found["canceled_at"] or account.now(), "cancellation_details": details,
    }  # fmt: skip


def planned(account: Account, found: Thing, wanted: list[ItemChange], *, prorate: bool, since: int | None) -> Plan:
    """What a change of items comes to, with nothing done yet."""
    before: list[Thing] = found["items"]["data"]
    since = account.now() if since is None else since
    start, end = before[0]["current_period_start"], before[0]["current_period_end"]
    if not start <= since <= end:
        raise Fault("Invalid proration_date: it must lie within the current period.", param="proration_date")
    after = {item["id"]: item for item in before}
    for at, change in enumerate(wanted):
        made = _changed(account, found, after, change, f"items[{at}]")
        if change.deleted:
            after.pop(made["id"])
        else:
            after[made["id"]] = made
    items = list(after.values())
    if not 1 <= len(items) <= _MOST_ITEMS:
        raise Fault("A subscription must have at least one active plan.", param="items")
    if any(not lining.same_interval(items[0], item) for item in items[1:]):
        raise Fault("All items of this subscription must be charged at the same interval.", param="items")
    anew = not lining.same_interval(before[0], items[0])
    parts = lining.parts(account, before, items, since) if prorate else []
    if anew:
        now = account.now()
        items = [
            {
                **item,
                "current_period_start": now,
                "current_period_end": end_of_period(now, now, item["price"]["recurring"]),
            }
            for item in items
        ]
    return Plan(items, parts, anew)


def preview(account: Account, params: InvoicePreview) -> Thing:
    """The invoice a change would cause, or the next one: nothing is kept of it."""
    if params.subscription is None:
        raise unspoken("a preview without a subscription")
    found = account.fetch("subscription", params.subscription, "subscription", status=400)
    if params.customer not in (None, found["customer"]):
        raise Fault(f"The subscription does not belong to {params.customer}.", param="customer")
    asked = params.subscription_details
    customer = account.fetch("customer", found["customer"])
    exempt = customer["tax_exempt"]
    if asked.default_tax_rates is not None:
        found["default_tax_rates"] = taxing.rates_of(account, asked.default_tax_rates, "default_tax_rates")
    prorate = asked.proration_behavior != "none"
    plan = planned(account, found, asked.items, prorate=prorate, since=asked.proration_date)
    first = plan.items[0]
    now = account.now()
    lines = lining.of_pending(account, found, exempt)
    lines += [lining.of_part(found, part, exempt, "ii_preview") for part in plan.parts]
    ends = found["cancel_at_period_end"] if asked.cancel_at_period_end is None else asked.cancel_at_period_end
    at_once = bool(asked.items) and (plan.anew or asked.proration_behavior == "always_invoice")
    if plan.anew:
        lines += [lining.of_period(account, found, item, exempt) for item in plan.items]
    elif not at_once and not ends:
        lines += [lining.of_period(account, found, item, exempt) for item in following(found, plan.items)]
    period = (first["current_period_start"], now if at_once else first["current_period_end"])
    with account.at(now if at_once else first["current_period_end"]):
        made = invoicing.drafted(
            account, customer=customer, subscription=found, lines=lines, period=period,
            reason="subscription_update" if at_once else "upcoming",
        )  # fmt: skip
    details = {**made["parent"]["subscription_details"], "subscription_proration_date": asked.proration_date or now}
    made["parent"] = {**made["parent"], "subscription_details": details}
    return made | {"id": made["id"].replace("in_1", "upcoming_in_1"), "next_payment_attempt": made["created"]}


def following(subscription: Thing, items: list[Thing]) -> list[Thing]:
    """The items in their next period."""
    anchor = subscription["billing_cycle_anchor"]
    return [
        {
            **item, "current_period_start": item["current_period_end"],
            "current_period_end": end_of_period(anchor, item["current_period_end"], item["price"]["recurring"]),
        }
        for item in items
    ]  # fmt: skip


def _bill(account: Account, found: Thing, plan: Plan, behavior: str) -> None:
    """An invoice for the change, collected at once."""
    invoice = _invoice(account, found, plan)
    if invoice is None or invoice["status"] != "open" or behavior == "default_incomplete":
        return
    invoice = invoicing.collect(account, invoice)
    if behavior == "error_if_incomplete" and invoice["status"] != "paid":
        error = invoicing.intent_of(account, invoice)["last_payment_error"] or {}
        raise Fault(
            error.get("message", "Payment for this subscription requires additional user action."),
            status=402,
            kind="card_error",
            code=error.get("code", "subscription_payment_intent_requires_action"),
            kept=True,
        )


def _invoice(account: Account, found: Thing, plan: Plan) -> Thing | None:
    customer = account.fetch("customer", found["customer"])
    exempt = customer["tax_exempt"]
    lines = lining.of_pending(account, found, exempt)
    if plan.anew:
        whole = lining.of_trial if found["status"] == "trialing" else lining.of_period
        lines += [whole(account, found, item, exempt) for item in plan.items]
    if not lines:
        return None
    period = (plan.items[0]["current_period_start"], account.now())
    draft = invoicing.drafted(
        account, customer=customer, subscription=found, lines=lines, reason="subscription_update", period=period
    )
    return invoicing.finalize(account, invoicing.keep(account, draft, found))


def _propose(account: Account, found: Thing, plan: Plan, changed: Thing) -> Thing:
    """A change that counts once its invoice is paid, and is forgotten when it is not. It takes the place of another that
    still waits, whose invoice is void then."""
    method = account.store.get(
        "payment_method", invoicing.on_file(found, account.fetch("customer", found["customer"])) or ""
    )
    if method is not None and method["type"] == "sepa_debit":
        raise Fault("Pending updates are not supported for bank debits.", param="payment_behavior")
    if found["pending_update"] is not None:
        invoicing.forget_proposed(account, found)
    _wait(account, found, plan.parts)
    invoice = _invoice(account, found, plan)
    if invoice is None or invoice["status"] != "open":
        return account.change(found, "customer.subscription.updated", **changed)
    account.store.put(found, {**account.store.hidden(found["id"]), "proposed": [invoice["id"], changed]})
    pending = {
        "billing_cycle_anchor": changed.get("billing_cycle_anchor"), "expires_at": account.now() + _PROPOSED_SECONDS,
        "metadata": None, "subscription_items": plan.items, "trial_end": None,
        "trial_from_plan": None,
    }  # fmt: skip
    account.change(found, "customer.subscription.updated", pending_update=pending)
    invoicing.collect(account, invoice, scheduled=False)
    return account.fetch("subscription", found["id"])


def _resting(account: Account, plan: Plan, until: int) -> Plan:
    """Nothing is charged until a moment: what stands at the new price begins with it."""
    if until <= account.now():
        raise Fault("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    items = [{**item, "current_period_start": account.now(), "current_period_end": until} for item in plan.items]
    return Plan(items, [], anew=True)


def _wait(account: Account, found: Thing, parts: list[lining.Part]) -> None:
    """Put parts down for the next invoice, whichever that is."""
    customer = account.fetch("customer", found["customer"])
    for part in parts:
        pending = invoices.invoice_item(
            customer=customer, item=part.item, amount=part.amount, description=part.description, period=part.period,
            rates=lining.rates(found, part.item), now=account.now(),
        )  # fmt: skip
        account.store.put(pending)
        account.tell("invoiceitem.created", pending)


def _changed(account: Account, found: Thing, items: dict[str, Thing], change: ItemChange, param: str) -> Thing:
    price = account.fetch("price", change.price, f"{param}[price]", status=400) if change.price else None
    if price is not None and (price["recurring"] is None or price["currency"] != found["currency"]):
        raise Fault(
            "The price specified must be recurring and in the subscription's currency.", param=f"{param}[price]"
        )
    if price is not None and not price["active"]:
        raise Fault(f"The price specified is inactive. This field only accepts active prices: {price['id']}.",
                    param=f"{param}[price]")  # fmt: skip
    if change.id is None:
        if price is None:
            raise Fault("You must give an item’s id or a price.", param=f"{param}[price]")
        first = found["items"]["data"][0]
        item = subscriptions.item(
            subscription_id=found["id"], price=price, quantity=1, start=first["current_period_start"],
            end=first["current_period_end"], now=account.now(), tax_rates=[],
        )  # fmt: skip
    elif change.id not in items:
        raise Fault(f"No such subscription item: '{change.id}'", code="resource_missing", param=f"{param}[id]")
    else:
        item = items[change.id]
    given: dict[str, Any] = {"price": price, "quantity": change.quantity}
    if change.tax_rates is not None:
        given["tax_rates"] = taxing.rates_of(account, change.tax_rates, f"{param}[tax_rates]")
    return {**item, **{name: value for name, value in given.items() if value is not None}}


def _method(account: Account, found: Thing, method_id: str) -> str | None:
    if method_id == "":
        return None
    method = account.fetch("payment_method", method_id, "default_payment_method", status=400)
    if method["customer"] != found["customer"]:
        raise Fault(
            "The customer does not have a payment method with the ID "
            f"{method_id}. The payment method must be attached to the customer.",
            code="resource_missing",
            param="default_payment_method",
        )
    return method_id


def _said(found: Thing, words: Farewell) -> Thing:
    given = {"comment": words.comment, "feedback": words.feedback}
    return {**found["cancellation_details"], **{name: text or None for name, text in given.items() if text is not None}}
