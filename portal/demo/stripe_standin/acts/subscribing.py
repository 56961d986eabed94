"""From a session that is paid to a subscription with its first invoice."""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import charging, invoicing, lining, taxing
from portal.demo.stripe_standin.acts.periods import end_of_period
from portal.demo.stripe_standin.objects import invoices, subscriptions
from portal.demo.stripe_standin.store import Thing


def begin(account: Account, session: Thing, intent: Thing, charge: Thing, method: Thing) -> Thing:
    """The person has paid, or a debit is on its way: the subscription runs from now on."""
    hidden, now = account.store.hidden(session["id"]), account.now()
    given = hidden["subscription_data"]
    customer = account.fetch("customer", session["customer"])
    attach(account, method, customer)
    made = subscriptions.subscription(
        customer=customer,
        currency=session["currency"],
        now=now,
        default_payment_method=method["id"],
        default_tax_rates=taxing.rates_of(account, given["default_tax_rates"], "subscription_data"),
        description=given["description"],
        metadata=given["metadata"],
    )
    items: list[Thing] = []
    once: list[Thing] = []
    for line, rate_ids in zip(hidden["line_items"], hidden["tax_rates"], strict=True):
        rates = taxing.rates_of(account, rate_ids, "line_items")
        end = end_of_period(now, now, line["price"]["recurring"]) if line["price"]["recurring"] else now
        item = subscriptions.item(
            subscription_id=made["id"], price=line["price"], quantity=line["quantity"], start=now, end=end, now=now,
            tax_rates=rates,
        )  # fmt: skip
        (items if line["price"]["recurring"] else once).append(item)
    made["items"] = subscriptions.items_of(made["id"], items)
    account.store.put(made)
    exempt = customer["tax_exempt"]
    lines = [_of_once(account, made, item, exempt) for item in once]
    lines += [lining.of_period(account, made, item, exempt) for item in items]
    draft = invoicing.drafted(
        account, customer=customer, subscription=made, lines=lines, reason="subscription_create", period=(now, now)
    )
    made["latest_invoice"] = draft["id"]
    account.store.put(made)
    account.tell("customer.subscription.created", made)
    invoice = invoicing.finalize(account, invoicing.keep(account, draft, made), intent)
    charging.tell(account, charge, intent)
    if charge["status"] == "succeeded":
        invoicing.mark_paid(account, invoice, tries=1)
    else:
        account.change(invoice, "invoice.updated", attempted=True, attempt_count=1)
    session |= {"subscription": made["id"], "invoice": invoice["id"]}
    return made


def attach(account: Account, method: Thing, customer: Thing) -> Thing:
    """Keep a payment method on file."""
    method["customer"] = customer["id"]
    account.store.put(method)
    account.tell("payment_method.attached", method)
    return method


def _of_once(account: Account, subscription: Thing, item: Thing, exempt: str | None) -> Thing:
    """Something bought once along with it stands on the first invoice only."""
    price, amount = item["price"], item["price"]["unit_amount"] * item["quantity"]
    period = (item["current_period_start"], item["current_period_end"])
    pending = invoices.invoice_item(
        customer=account.fetch("customer", subscription["customer"]), item=item, amount=amount,
        description=str(account.fetch("product", price["product"])["name"]), period=period, rates=item["tax_rates"],
        now=account.now(),
    )  # fmt: skip
    pending |= {"proration": False, "parent": None, "proration_details": None}
    account.store.put(pending)
    account.tell("invoiceitem.created", pending)
    details = {
        "invoice_item": pending["id"], "proration": False, "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
    }  # fmt: skip
    return invoices.line(
        amount=amount, description=pending["description"], price=price, quantity=item["quantity"], period=period,
        taxes=taxing.taxes(amount, lining.rates(subscription, item), exempt),
        parent={"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"},
        subscription=subscription["id"], metadata={},
    )  # fmt: skip
