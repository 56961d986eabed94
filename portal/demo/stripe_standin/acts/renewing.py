"""What time does: renewals, their invoices and the tries to collect them, cancellations at a period's end.

All that is due stands in one query; `catch_up` does it in its order, each at its own moment.
"""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import changing, invoicing, lining
from portal.demo.stripe_standin.acts.changing import following
from portal.demo.stripe_standin.billing_params import InvoicePreview
from portal.demo.stripe_standin.objects import subscriptions

ANNOUNCED_DAYS = 7
DRAFT_SECONDS = 3600
_FOREVER = 1 << 62
_DUE = f"""
WITH running AS (
    SELECT id, hidden, json_extract(body, '$.status') AS status, json_extract(body, '$.test_clock') AS clock,
           json_extract(body, '$.cancel_at_period_end') AS ends,
           json_extract(body, '$.items.data[0].current_period_start') AS starts_at,
           json_extract(body, '$.items.data[0].current_period_end') AS ends_at
    FROM object WHERE kind = 'subscription' AND json_extract(body, '$.status') IN ('active', 'past_due', 'trialing', 'unpaid')
), due AS (
    SELECT 'collect' AS act, id, json_extract(body, '$.next_payment_attempt') AS at,
           json_extract(body, '$.test_clock') AS clock
    FROM object WHERE kind = 'invoice' AND json_extract(body, '$.status') = 'open'
    UNION ALL
    SELECT 'finalize', id, json_extract(body, '$.automatically_finalizes_at'), json_extract(body, '$.test_clock')
    FROM object WHERE kind = 'invoice' AND json_extract(body, '$.status') = 'draft'
    UNION ALL
    SELECT 'forget', id, json_extract(body, '$.pending_update.expires_at'), json_extract(body, '$.test_clock')
    FROM object WHERE kind = 'subscription' AND json_extract(body, '$.pending_update') IS NOT NULL
    UNION ALL
    SELECT 'renew', id, ends_at, clock FROM running
    UNION ALL
    SELECT 'announce', id, ends_at - {ANNOUNCED_DAYS * 86400}, clock FROM running
    WHERE status = 'active' AND NOT ends AND ends_at - {ANNOUNCED_DAYS * 86400} > starts_at
      AND coalesce(json_extract(hidden, '$.announced'), 0) < ends_at
)
SELECT act, id, at FROM due WHERE at <= ? AND clock IS ? ORDER BY at, act LIMIT 1
"""


def catch_up(account: Account, *, until: int, clock: str | None = None) -> int:
    """Do everything that falls due up to a moment, on a test clock or on the real one; how much that was."""
    done = 0
    while due := account.store.rows(_DUE, until, clock):
        act, thing_id, moment = due[0]["act"], due[0]["id"], due[0]["at"]
        with account.at(moment):
            _ACTS[act](account, thing_id)
        done += 1
    return done


def next_due(account: Account, clock: str) -> int | None:
    """When the next thing falls due on a test clock."""
    due = account.store.rows(_DUE, _FOREVER, clock)
    return int(due[0]["at"]) if due else None


def _announce(account: Account, subscription_id: str) -> None:
    """The invoice to come, seven days ahead."""
    found = account.fetch("subscription", subscription_id)
    ends_at = found["items"]["data"][0]["current_period_end"]
    account.store.put(found, {**account.store.hidden(subscription_id), "announced": ends_at})
    account.tell("invoice.upcoming", changing.preview(account, InvoicePreview(subscription=subscription_id)))


def _renew(account: Account, subscription_id: str) -> None:
    """A period is over: the end, or the next one with an invoice that stays a draft for an hour."""
    found = account.fetch("subscription", subscription_id)
    if found["cancel_at_period_end"]:
        invoicing.end(account, found, reason="cancellation_requested", at=account.now())
        return
    before = found["items"]["data"]
    items = following(found, before)
    status = "active" if found["status"] == "trialing" else found["status"]
    account.change(
        found, "customer.subscription.updated", items=subscriptions.items_of(subscription_id, items), status=status
    )
    customer = account.fetch("customer", found["customer"])
    lines = lining.of_pending(account, found, customer["tax_exempt"])
    lines += [lining.of_period(account, found, item, customer["tax_exempt"]) for item in items]
    period = (before[0]["current_period_start"], before[0]["current_period_end"])
    draft = invoicing.drafted(
        account, customer=customer, subscription=found, lines=lines, reason="subscription_cycle", period=period
    )
    waits = found["status"] == "unpaid"
    finalizes_at = None if waits else account.now() + DRAFT_SECONDS
    invoicing.keep(account, draft, found, automatically_finalizes_at=finalizes_at, auto_advance=not waits)


def _finalize(account: Account, invoice_id: str) -> None:
    invoice = invoicing.finalize(account, account.fetch("invoice", invoice_id))
    if invoice["status"] == "open":
        invoicing.collect(account, invoice)


def _collect(account: Account, invoice_id: str) -> None:
    invoicing.collect(account, account.fetch("invoice", invoice_id))


def _forget(account: Account, subscription_id: str) -> None:
    invoicing.forget_proposed(account, account.fetch("subscription", subscription_id))


_ACTS = {"announce": _announce, "forget": _forget, "renew": _renew, "finalize": _finalize, "collect": _collect}
