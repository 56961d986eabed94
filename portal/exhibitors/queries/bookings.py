"""Who has which booth, and what was paid for."""

from collections.abc import Sequence
from typing import Any

import msgspec

from portal.core import db
from portal.core.money import written
from portal.core.settings import current
from portal.exhibitors.bookings import Booking
from portal.exhibitors.queries.desks import OURS
from portal.exhibitors.rules.exchanging import Worth

# Of booking k. What was paid stays paid when the booth is taken back, until the money goes back, too.
PAYS_PACKAGE = """
k.package_net > 0 AND (k.state IN ('paying', 'booked')
    OR k.state = 'released' AND EXISTS (SELECT FROM purchase p JOIN purchase_line l ON l.purchase = p.id AND l.key = 'package'
        WHERE p.id = k.purchase_id AND p.state = 'paid' AND l.refunded_quantity < l.quantity))
"""
# Of exhibitor x.
PACKAGE_PAID = f"EXISTS (SELECT FROM booth_booking k WHERE k.exhibitor = x.id AND {PAYS_PACKAGE})"
# Of booking k, exhibitor x, company c: made for a company before that was merged into c, and not by who has c now.
_OF_ANOTHER = f"""
EXISTS (SELECT FROM company_merge m JOIN company g ON g.id = m.merged
    WHERE m.kept IN {OURS.format(company="c.id")} AND m.undone_at IS NULL AND k.held_at < m.at
        AND (m.moved -> 'rows' -> 'booth_booking' @> to_jsonb(k.id) OR m.moved -> 'rows' -> 'exhibitor' @> to_jsonb(x.id))
        AND (g.organisation IS DISTINCT FROM c.organisation OR k.held_at < g.claimed_at))
"""
_ROWS = f"""
SELECT k.id, k.number, k.state, k.exhibitor AS exhibitor_id, k.booth AS booth_id, k.label,
    coalesce(trim_scale(b.width / 100.0) || ' × ' || trim_scale(b.height / 100.0) || ' m', '') AS size,
    coalesce(f.name, '') AS hall, k.net, k.package_net, p.name AS package, k.currency, k.purchase_id, k.held_at, k.holds_until,
    k.booked_at, k.ended_at, k.end_reason, k.note,
    coalesce((SELECT w.label FROM booth w WHERE w.id = k.wish), '') AS wish, k.wish AS wish_id, {PACKAGE_PAID} AS package_is_paid,
    {_OF_ANOTHER} AS of_another,
    coalesce(o.label, '') AS before, coalesce(o.number, '') AS before_number, coalesce(n.label, '') AS next,
    coalesce(n.number, '') AS next_number, n.state AS next_state, n.holds_until AS next_until,
    e.id AS event_id, e.title AS event_title, e.slug AS event_slug, e.starts_at,
    e.ends_at, e.timezone, coalesce(v.country, '') AS event_country, c.slug AS company_slug, c.name AS company_name,
    x.contact_name, x.contact_email
FROM booth_booking k JOIN exhibitor x ON x.id = k.exhibitor JOIN exhibition_package p ON p.id = x.package
JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event LEFT JOIN venue v ON v.id = e.venue
LEFT JOIN booth b ON b.id = k.booth LEFT JOIN floor_plan f ON f.id = b.plan
LEFT JOIN booth_booking o ON o.id = k.instead_of
LEFT JOIN booth_booking n ON n.instead_of = k.id AND n.state IN ('held', 'paying', 'booked')
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


# A booking and those it replaced one after the other.
_CHAIN = """
WITH RECURSIVE chain AS (
    SELECT id, instead_of, purchase_id FROM booth_booking WHERE id = ANY($1::bigint[])
    UNION SELECT o.id, o.instead_of, o.purchase_id FROM chain c JOIN booth_booking o ON o.id = c.instead_of)
"""
# What was paid for booths in a chain and has not gone back, by line, the latest first. What Stripe could not send found another
# way to the buyer, or is asked for: it does not go back once more, nor does it count for another booth.
_PAID = f"""
{_CHAIN} SELECT p.id AS purchase, l.id AS line, l.unit_net - l.reduced_net - elsewhere.net AS net FROM chain c
JOIN purchase p ON p.id = c.purchase_id AND p.state = 'paid' JOIN purchase_line l ON l.purchase = p.id AND l.key = 'booth'
CROSS JOIN LATERAL (SELECT coalesce(sum(b.net), 0)::bigint AS net FROM refund_line b
    JOIN refund r ON r.id = b.refund AND r.state = 'failed' WHERE b.line = l.id) elsewhere
WHERE l.refunded_quantity = 0 AND l.unit_net > l.reduced_net + elsewhere.net ORDER BY c.id DESC
"""
_WORTH = f"""
SELECT CASE WHEN k.purchase_id IS NULL THEN b.price ELSE k.worth END AS stands,
    (SELECT coalesce(sum(net), 0)::bigint FROM ({_PAID}) paid) AS paid,
    k.currency <> n.currency OR k.purchase_id IS NULL AND b.price IS DISTINCT FROM 0 AS outside
FROM booth_booking k JOIN exhibitor x ON x.id = k.exhibitor JOIN exhibition n ON n.event = x.event
LEFT JOIN booth b ON b.id = k.booth WHERE k.id = ANY($1::bigint[])
"""


async def worth(booking_id: int) -> Worth:
    """What the booth somebody has counts for, when it is to be exchanged. Where money went back unseen, what was paid is known to
    be no more than what the booth stands for.
    """
    row = await db.fetch_one(_WORTH, [booking_id])
    assert row is not None
    found = Worth(**row)
    if found.stands is not None and found.paid > found.stands and await went_back_unseen(booking_id):
        found = msgspec.structs.replace(found, paid=found.stands)
    return found


async def paid_lines(booking_id: int) -> list[tuple[int, int, int]]:
    """What was paid for a booth and those it is instead of: purchase, line, and what is left of it, net; the latest first."""
    return [tuple(row) for row in await db.fetch(_PAID, [booking_id])]


# Made in Stripe’s dashboard, or by hand when a person was asked to settle a move: no line says so.
_BACK_UNSEEN = f"""
{_CHAIN} SELECT EXISTS (SELECT FROM chain c
    JOIN money_question q ON q.purchase = c.purchase_id AND starts_with(q.reference, 'refund:')
    OR q.settled_at IS NOT NULL AND starts_with(q.reference, 'booth-moved:' || c.id || ':')
        AND (q.facts ->> 'difference')::bigint < 0)
"""


async def went_back_unseen(booking_id: int) -> bool:
    """Whether money for a booth and those it is instead of went back otherwise than by a refund of lines."""
    return bool(await db.fetch_value(_BACK_UNSEEN, [booking_id]))


async def with_former(ids: Sequence[int]) -> list[int]:
    """These bookings and those they replaced."""
    return [row["id"] for row in await db.fetch(f"{_CHAIN} SELECT id FROM chain ORDER BY id", list(ids))]


class Refundable(msgspec.Struct, frozen=True):
    """A line of a paid purchase: what is left of it, whether money of it went back, and what Stripe could not send of it, net,
    as written, and whether a person is still asked about that; what banks dispute: `open`, `lost`, or ``.
    """

    id: int
    description: str
    left: int
    back: bool
    elsewhere: str
    asked: bool
    dispute: str


# Questions nobody has seen to; that a dispute was decided is a question of its own (`payments.money_back`).
_REFUNDABLE = """
SELECT l.purchase, l.id, l.description, l.quantity - l.refunded_quantity AS left,
    l.refunded_quantity > 0 OR l.reduced_net > 0 OR elsewhere.net > 0 AND NOT elsewhere.asked AS back,
    elsewhere.net AS elsewhere, elsewhere.asked, p.currency, coalesce((
    SELECT CASE WHEN q.reference LIKE '%:lost' THEN 'lost' ELSE 'open' END FROM money_question q
    WHERE q.purchase = p.id AND q.settled_at IS NULL AND (q.reference LIKE 'money-back:%:lost' OR q.reference LIKE 'money-back:%'
        AND NOT EXISTS (SELECT FROM money_question o WHERE o.purchase = p.id AND o.id <> q.id
            AND starts_with(o.reference, q.reference || ':')) AND q.reference NOT LIKE 'money-back:%:%')
    ORDER BY q.id DESC LIMIT 1), '') AS dispute
FROM purchase_line l JOIN purchase p ON p.id = l.purchase CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.net), 0)::bigint AS net, coalesce(bool_or(q.settled_at IS NULL), false) AS asked
    FROM refund_line b JOIN refund r ON r.id = b.refund AND r.state = 'failed'
    JOIN money_question q ON q.reference = 'refund-failed:' || r.id WHERE b.line = l.id) elsewhere
WHERE p.id = ANY($1::bigint[]) AND p.state = 'paid' ORDER BY l.position
"""


async def refundable(purchases: list[int]) -> dict[int, list[Refundable]]:
    """The lines of these purchases, where they are paid."""
    found: dict[int, list[Refundable]] = {}
    for row in await db.fetch(_REFUNDABLE, purchases):
        net = row["elsewhere"]
        words = {"elsewhere": written(net, row["currency"], current().site_locale) if net else ""}
        line = {name: row[name] for name in Refundable.__struct_fields__} | words
        found.setdefault(row["purchase"], []).append(Refundable(**line))
    return found


def _one(row: Any) -> Booking | None:
    return None if row is None else msgspec.convert(dict(row), Booking)
