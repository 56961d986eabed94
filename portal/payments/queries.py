"""Reads of purchases, attempts, refunds, invoices."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from portal.core import db
from portal.core.money import Money
from portal.payments.buying import ATTEMPT_COLUMNS, Attempt, attempt_from
from portal.payments.tables import InvoiceKind, PurchaseState, RefundState


class PurchaseRecord(msgspec.Struct, frozen=True):
    """A purchase as pages show it; amounts in minor units."""

    id: int
    public_id: UUID
    kind: str
    key: str
    state: PurchaseState
    currency: str
    net: int
    tax: int
    total: int
    refunded: int
    title: str
    email: str
    company: str
    po_number: str
    tax_treatment: str
    return_path: str
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    checked_at: datetime | None
    method: str

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


class RefundRecord(msgspec.Struct, frozen=True):
    id: int
    amount: int
    reason: str
    state: RefundState
    created_at: datetime
    settled_at: datetime | None


class InvoiceRecord(msgspec.Struct, frozen=True):
    """An issued document; `content` as frozen by commands.invoices."""

    number: str
    kind: InvoiceKind
    issued_at: datetime
    content: dict[str, Any]


_PURCHASE = (
    "SELECT id, public_id, kind, key, state, currency, net, tax, total, refunded, title, email, company, po_number, "
    "tax_treatment, return_path, created_at, expires_at, paid_at, checked_at, method FROM purchase WHERE "
)


async def purchase(purchase_id: int) -> PurchaseRecord | None:
    row = await db.fetch_one(_PURCHASE + "id = $1", purchase_id)
    return None if row is None else msgspec.convert(dict(row), PurchaseRecord)


async def lines_of(purchase_id: int) -> list[dict[str, Any]]:
    """Lines with their row id, for choosing what to refund."""
    rows = await db.fetch(
        "SELECT id, key, description, detail, quantity, list_net, unit_net, tax_rate, refunded_quantity "
        "FROM purchase_line WHERE purchase = $1 ORDER BY position",
        purchase_id,
    )
    return [dict(row) for row in rows]


async def attempts(purchase_id: int) -> list[Attempt]:
    rows = await db.fetch(
        f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE purchase = $1 ORDER BY number",
        purchase_id,
    )
    return [attempt_from(row) for row in rows]


async def attempt(attempt_id: int) -> Attempt | None:
    row = await db.fetch_one(
        f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE id = $1",
        attempt_id,
    )
    return None if row is None else attempt_from(row)


async def purchase_of_object(*, session_id: str = "", payment_intent: str = "", public_id: str = "") -> int | None:
    """The purchase a Stripe object belongs to, by any of the three marks."""
    try:
        base = UUID(public_id) if public_id else None
    except ValueError:
        base = None
    found = await db.fetch_value(
        "SELECT purchase FROM payment_attempt WHERE session_id = $1 OR payment_intent = $2 "
        "UNION ALL SELECT id FROM purchase WHERE public_id = $3 LIMIT 1",
        session_id or None, payment_intent or None, base,
    )  # fmt: skip
    return None if found is None else int(found)


_UNSETTLED = """
SELECT DISTINCT p.id FROM purchase p JOIN payment_attempt a ON a.purchase = p.id
WHERE a.state IN ('created', 'open', 'processing')
  AND coalesce(p.checked_at, a.created_at) < $1::timestamptz - CASE
      WHEN a.created_at > $1::timestamptz - interval '1 hour' THEN $2::interval
      WHEN a.created_at > $1::timestamptz - interval '1 day' THEN interval '10 minutes'
      ELSE interval '2 hours' END
ORDER BY p.id LIMIT 200
"""


async def unsettled(*, now: datetime, at_least: timedelta = timedelta(minutes=1)) -> list[int]:
    """Purchases with an open attempt that nobody has looked at for a while: their webhook may never have come."""
    return [row["id"] for row in await db.fetch(_UNSETTLED, now, at_least)]


class Story(msgspec.Struct, frozen=True):
    """Everything that happened to a purchase. `reports` counts Stripe's deliveries of its payment."""

    purchase: PurchaseRecord
    attempts: list[Attempt]
    refunds: list[RefundRecord]
    invoices: list[InvoiceRecord]
    reports: int


_STORY = """
SELECT json_build_object(
    'purchase', (SELECT row_to_json(p) FROM purchase p WHERE p.id = $1),
    'attempts', (SELECT coalesce(json_agg(json_build_object('id', a.id, 'purchase_id', a.purchase, 'number', a.number,
        'state', a.state, 'session_id', a.session_id, 'payment_intent', a.payment_intent, 'url', a.url, 'note', a.note,
        'created_at', a.created_at) ORDER BY a.number), '[]') FROM payment_attempt a WHERE a.purchase = $1),
    'refunds', (SELECT coalesce(json_agg(row_to_json(r) ORDER BY r.id), '[]') FROM refund r WHERE r.purchase = $1),
    'invoices', (SELECT coalesce(json_agg(row_to_json(i) ORDER BY i.id), '[]') FROM invoice i WHERE i.purchase = $1),
    'reports', (SELECT coalesce(sum(e.deliveries), 0) FROM stripe_event e JOIN payment_attempt a ON e.object_id = a.session_id
        WHERE a.purchase = $1 AND e.type = 'checkout.session.completed'))
"""


async def story(purchase_id: int) -> Story:
    """The purchase with all its records, in one query."""
    return msgspec.json.decode(await db.fetch_value(_STORY, purchase_id), type=Story)


async def invoices(purchase_id: int) -> list[InvoiceRecord]:
    return (await story(purchase_id)).invoices
