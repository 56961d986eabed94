"""Reads of subscriptions, of what was asked of Stripe about them, of their invoices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from portal.core import db
from portal.core.money import Money
from portal.payments.buying import Buyer
from portal.payments.rules.sums import tax_on
from portal.payments.subscriptions.tables import ActState, Interval, InvoiceState, SubscriptionState
from portal.payments.subscriptions.values import ActRequest, Offer, Standing
from portal.payments.tables import TaxTreatment
from portal.payments.values import charge_step

# The plan that counts at $1, whatever job has run or not. The same as rules.in_force says of a Standing.
IN_FORCE = """CASE
    WHEN state NOT IN ('active', 'grace') OR (state = 'grace' AND grace_until <= $1) OR ends_at <= $1 THEN ''
    WHEN next_plan <> '' AND period_end <= $1 THEN next_plan ELSE plan END"""
STANDING = (
    "state, plan, interval, net, period_start, period_end, ends_at, next_plan, next_interval, next_net, grace_began, "
    "grace_until, started_at, ended_at, end_reason"
)


class SubscriptionRecord(Standing, frozen=True, kw_only=True):
    """A subscription as pages show it."""

    id: int
    kind: str
    key: str
    currency: str
    title: str
    return_path: str
    email: str
    buyer_name: str
    company: str
    country: str
    tax_treatment: TaxTreatment
    tax_country: str
    tax_rate: Decimal
    customer_id: str
    stripe_id: str | None
    item_id: str
    method: str
    created_at: datetime
    let_go_at: datetime | None = None

    def gross(self, net: int) -> Money:
        """What is charged for a net price, in this subscription's currency and with its tax."""
        return Money(net + tax_on(net, self.tax_rate, charge_step(self.currency)), self.currency)

    @property
    def paid_until(self) -> datetime | None:
        """The end of what was paid for: in a time of grace the present period was not."""
        return self.period_start if self.state is SubscriptionState.GRACE else self.period_end

    def amount(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def renewal(self) -> Money | None:
        """What is charged at the period's end; None when nothing is."""
        if self.ends_at is not None or self.state is SubscriptionState.ENDED or self.period_end is None:
            return None
        return self.gross(self.net if self.next_net is None else self.next_net)


class SubscriptionBill(msgspec.Struct, frozen=True):
    """An invoice of Stripe's in the buyer's list."""

    stripe_id: str
    number: str
    state: InvoiceState
    reason: str
    currency: str
    net: int
    tax: int
    total: int
    due: int
    period_start: datetime | None
    period_end: datetime | None
    issued_at: datetime
    paid_at: datetime | None
    next_try_at: datetime | None
    hosted_url: str
    pdf_url: str

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


class Act(msgspec.Struct, frozen=True):
    """Something asked of Stripe. `request` is gone once an act that named people has ended."""

    id: int
    subscription_id: int
    public_id: UUID
    number: int
    state: ActState
    what: str
    created_at: datetime
    stripe_id: str | None
    url: str
    request: ActRequest | None

    @property
    def key(self) -> str:
        """The idempotency key it is asked under: our own row and act."""
        return f"{self.public_id}-{self.number}"


ACT_COLUMNS = (
    "a.id, a.subscription AS subscription_id, s.public_id, a.number, a.state, a.what, a.created_at, a.stripe_id, a.url, "
    "nullif(a.request, '{}') AS request"
)
_RECORD = (
    f"SELECT id, kind, key, currency, title, return_path, email, buyer_name, company, country, tax_treatment, tax_country, "
    f"tax_rate, customer_id, stripe_id, item_id, method, created_at, let_go_at, {STANDING} FROM subscription WHERE "
)


def act_from(row: Mapping[str, Any]) -> Act:
    """An act from a row of ACT_COLUMNS."""
    asked = row["request"]
    return msgspec.convert({**dict(row), "request": msgspec.json.decode(asked) if asked else None}, Act)


async def record(subscription_id: int) -> SubscriptionRecord | None:
    return _record(await db.fetch_one(_RECORD + "id = $1", subscription_id))


async def latest(kind: str, key: str) -> SubscriptionRecord | None:
    """The subscription that has not ended, or the last that was ever paid."""
    return _record(
        await db.fetch_one(
            _RECORD + "kind = $1 AND key = $2 AND (state <> 'ended' OR started_at IS NOT NULL) "
            "ORDER BY state = 'ended', id DESC LIMIT 1",
            kind, key,
        )
    )  # fmt: skip


async def last_buyer(kind: str, key: str, *, since: datetime | None = None) -> Buyer | None:
    """Who was given as the buyer last, ever or since then, for filling the form."""
    row = await db.fetch_one(
        "SELECT email, buyer_name AS name, company, street, postal_code, city, country, vat_id, vat_check, po_number "
        "FROM subscription WHERE kind = $1 AND key = $2 AND email <> '' "
        "AND ($3::timestamptz IS NULL OR created_at >= $3) ORDER BY id DESC LIMIT 1",
        kind, key, since,
    )  # fmt: skip
    return None if row is None else msgspec.convert(dict(row), Buyer)


async def in_force(kind: str, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """The plan of each key that has one now."""
    rows = await db.fetch(
        f"SELECT key, {IN_FORCE} AS plan FROM subscription WHERE kind = $2 AND key = ANY($3::text[]) AND state <> 'ended'",
        now, kind, list(keys),
    )  # fmt: skip
    return {row["key"]: row["plan"] for row in rows if row["plan"]}


async def find(*, stripe_id: str = "", reference: str = "") -> int | None:
    """The subscription Stripe speaks of, by either of the two marks."""
    found = await db.fetch_value(
        "SELECT id FROM subscription WHERE stripe_id = $1 "
        "UNION ALL SELECT id FROM subscription WHERE public_id::text = $2 LIMIT 1",
        stripe_id or None, reference,
    )  # fmt: skip
    return None if found is None else int(found)


async def pages(subscription_id: int) -> list[Act]:
    """The pages opened for a subscription that may have been paid at."""
    rows = await db.fetch(
        f"SELECT {ACT_COLUMNS} FROM subscription_act a JOIN subscription s ON s.id = a.subscription "
        "WHERE a.subscription = $1 AND a.what = 'checkout' AND a.state IN ('created', 'open') ORDER BY a.number",
        subscription_id,
    )
    return [act_from(row) for row in rows]


async def act(act_id: int) -> Act | None:
    row = await db.fetch_one(
        f"SELECT {ACT_COLUMNS} FROM subscription_act a JOIN subscription s ON s.id = a.subscription WHERE a.id = $1",
        act_id,
    )
    return act_from(row) if row else None


async def under_way(subscription_id: int) -> str:
    """What was asked of Stripe and not answered yet: `change`, `cancel`, …; empty for nothing."""
    return await db.fetch_value(
        "SELECT what FROM subscription_act WHERE subscription = $1 AND state = 'created'", subscription_id
    ) or ""  # fmt: skip


async def priced(price: str) -> Offer | None:
    """What a price at Stripe sells; None for one that is not ours."""
    found = await db.fetch_value("SELECT request FROM stripe_object WHERE kind = 'price' AND stripe_id = $1", price)
    return msgspec.json.decode(found, type=Offer) if found else None


async def bills(kind: str, key: str, *, since: datetime | None = None, limit: int = 100) -> list[SubscriptionBill]:
    """Invoices of everything (kind, key) subscribed to, ever or since then, newest first. What came to nothing is left
    out."""
    rows = await db.fetch(
        "SELECT i.stripe_id, i.number, i.state, i.reason, i.currency, i.net, i.tax, i.total, i.due, i.period_start, "
        "i.period_end, i.issued_at, i.paid_at, i.next_try_at, i.hosted_url, i.pdf_url FROM subscription_invoice i "
        "JOIN subscription s ON s.id = i.subscription WHERE s.kind = $1 AND s.key = $2 AND i.state <> 'draft' AND i.total <> 0 "
        "AND ($4::timestamptz IS NULL OR s.created_at >= $4) ORDER BY i.issued_at DESC, i.id DESC LIMIT $3",
        kind, key, limit, since,
    )  # fmt: skip
    return [msgspec.convert(dict(row), SubscriptionBill) for row in rows]


class Reminder(msgspec.Struct, frozen=True):
    """A subscription that is near a date its buyer should know of."""

    id: int
    interval: Interval
    state: SubscriptionState
    period_end: datetime | None
    ends_at: datetime | None
    grace_began: datetime | None
    grace_until: datetime | None


async def near_a_date(kind: str, before: datetime, *, after: int = 0, limit: int = 1000) -> list[Reminder]:
    """Running subscriptions whose period ends before a moment, and those in grace: the first with ids above `after`."""
    rows = await db.fetch(
        "SELECT id, interval, state, period_end, ends_at, grace_began, grace_until FROM subscription WHERE kind = $1 AND id > $3 "
        "AND (state = 'grace' OR (state = 'active' AND period_end <= $2 AND ends_at IS NULL)) ORDER BY id LIMIT $4",
        kind, before, after, limit,
    )  # fmt: skip
    return [msgspec.convert(dict(row), Reminder) for row in rows]


def _record(row: Mapping[str, Any] | None) -> SubscriptionRecord | None:
    return None if row is None else msgspec.convert(dict(row), SubscriptionRecord)


async def running(kind: str, *, limit: int = 500) -> list[SubscriptionRecord]:
    """Everything of a kind that is paid again and again now, those in trouble first, then by the next date."""
    rows = await db.fetch(
        _RECORD + "kind = $1 AND state IN ('active', 'grace') ORDER BY state DESC, coalesce(ends_at, period_end), id LIMIT $2",
        kind, limit,
    )  # fmt: skip
    return [msgspec.convert(dict(row), SubscriptionRecord) for row in rows]
