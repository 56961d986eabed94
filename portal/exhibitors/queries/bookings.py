"""Who has which booth, and what was paid for."""

from typing import Any

import msgspec

from portal.core import db
from portal.exhibitors.bookings import Booking

# Of exhibitor x. What was paid stays paid when the booth is taken back, until the money goes back, too.
PACKAGE_PAID = """
EXISTS (SELECT FROM booth_booking k WHERE k.exhibitor = x.id AND k.package_net > 0 AND (k.state IN ('paying', 'booked')
    OR k.state = 'released' AND EXISTS (SELECT FROM purchase p JOIN purchase_line l ON l.purchase = p.id AND l.key = 'package'
        WHERE p.id = k.purchase_id AND p.state = 'paid' AND l.refunded_quantity < l.quantity)))
"""
_ROWS = f"""
SELECT k.id, k.number, k.state, k.exhibitor AS exhibitor_id, k.booth AS booth_id, k.label,
    coalesce(trim_scale(b.width / 100.0) || ' × ' || trim_scale(b.height / 100.0) || ' m', '') AS size,
    coalesce(f.name, '') AS hall, k.net, k.package_net, p.name AS package, k.currency, k.purchase_id, k.held_at, k.holds_until,
    k.booked_at, k.ended_at, k.end_reason, k.note,
    coalesce((SELECT w.label FROM booth w WHERE w.id = k.wish), '') AS wish, k.wish AS wish_id, {PACKAGE_PAID} AS package_is_paid,
    e.id AS event_id, e.title AS event_title, e.slug AS event_slug, e.starts_at,
    e.ends_at, e.timezone, coalesce(v.country, '') AS event_country, c.slug AS company_slug, c.name AS company_name,
    x.contact_name, x.contact_email
FROM booth_booking k JOIN exhibitor x ON x.id = k.exhibitor JOIN exhibition_package p ON p.id = x.package
JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event LEFT JOIN venue v ON v.id = e.venue
LEFT JOIN booth b ON b.id = k.booth LEFT JOIN floor_plan f ON f.id = b.plan
"""


async def by_number(exhibitor_id: int, number: str) -> Booking | None:
    """A booking of this exhibitor; somebody else’s number finds nothing."""
    return _one(await db.fetch_one(f"{_ROWS} WHERE k.exhibitor = $1 AND k.number = $2", exhibitor_id, number[:24]))


async def by_id(booking_id: int) -> Booking | None:
    return _one(await db.fetch_one(f"{_ROWS} WHERE k.id = $1", booking_id))


async def of_exhibitor(exhibitor_id: int) -> list[Booking]:
    """What it has, holds, or gave back, the newest first; what came to nothing is left out."""
    rows = await db.fetch(
        f"{_ROWS} WHERE k.exhibitor = $1 AND (k.state <> 'lapsed' OR k.purchase_id IS NOT NULL) ORDER BY k.id DESC LIMIT 100",
        exhibitor_id,
    )
    return [msgspec.convert(dict(row), Booking) for row in rows]


_WORTH = """
SELECT CASE WHEN k.purchase_id IS NULL THEN (SELECT price FROM booth WHERE id = k.booth) ELSE k.net + coalesce((
    SELECT sum((q.facts ->> 'difference')::bigint) FROM money_question q
    WHERE starts_with(q.reference, $2) AND q.settled_at IS NOT NULL), 0)::bigint END
FROM booth_booking k WHERE k.id = $1
"""


def question(booking_id: int) -> str:
    """How the references begin of what moving it asked for."""
    return f"booth-moved:{booking_id}:"


async def worth(booking_id: int) -> int | None:
    """What the place it has is worth, net: what was paid for it, with what was settled since; else what it would cost."""
    known: int | None = await db.fetch_value(_WORTH, booking_id, question(booking_id))
    return known


class Refundable(msgspec.Struct, frozen=True):
    """A line of a paid purchase: how much of it has not gone back, and what banks dispute: `open`, `lost`, or nothing."""

    id: int
    description: str
    left: int
    dispute: str


# Questions nobody has seen to; that a dispute was decided is a question of its own (`payments.money_back`).
_REFUNDABLE = """
SELECT l.purchase, l.id, l.description, l.quantity - l.refunded_quantity AS left, coalesce((
    SELECT CASE WHEN q.reference LIKE '%:lost' THEN 'lost' ELSE 'open' END FROM money_question q
    WHERE q.purchase = p.id AND q.settled_at IS NULL AND (q.reference LIKE 'money-back:%:lost' OR q.reference LIKE 'money-back:%'
        AND NOT EXISTS (SELECT FROM money_question o WHERE o.purchase = p.id AND o.id <> q.id
            AND starts_with(o.reference, q.reference || ':')) AND q.reference NOT LIKE 'money-back:%:%')
    ORDER BY q.id DESC LIMIT 1), '') AS dispute
FROM purchase_line l JOIN purchase p ON p.id = l.purchase WHERE p.id = ANY($1::bigint[]) AND p.state = 'paid' ORDER BY l.position
"""


async def refundable(purchases: list[int]) -> dict[int, list[Refundable]]:
    """The lines of these purchases, where they are paid."""
    found: dict[int, list[Refundable]] = {}
    for row in await db.fetch(_REFUNDABLE, purchases):
        line = Refundable(row["id"], row["description"], row["left"], row["dispute"])
        found.setdefault(row["purchase"], []).append(line)
    return found


def _one(row: Any) -> Booking | None:
    return None if row is None else msgspec.convert(dict(row), Booking)
