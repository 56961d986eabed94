"""Tickets on offer, what is left of them, and codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.registration.rules import selling
from portal.registration.values.tickets import Code, Draw, Ticket

# Who waits and can be served, of the events in $1 at $2. What a party needs is set aside for it.
LINE = """
SELECT w.id, w.ticket_type, w.party_size AS size, w.email, w.name FROM waiting_entry w
JOIN ticket_type t ON t.id = w.ticket_type JOIN event e ON e.id = t.event
WHERE t.event = ANY($1) AND w.left_at IS NULL AND w.offered_at IS NULL AND t.active AND NOT t.by_code_only
    AND w.party_size BETWEEN t.min_per_order AND t.max_per_order
    AND (t.sale_opens_at IS NULL OR t.sale_opens_at <= $2) AND (t.sale_closes_at IS NULL OR t.sale_closes_at > $2)
    AND e.kind = 'own' AND e.state NOT IN ('draft', 'cancelled') AND greatest(e.ends_at, e.on_demand_until) > $2
    AND NOT EXISTS (SELECT FROM ticket_quota d JOIN quota q ON q.id = d.quota
        WHERE d.ticket_type = t.id AND q.capacity < w.party_size)
"""
# What is left counts lapsed holds as free before the sweeper has come round.
_LEFT = f"""
WITH line AS ({LINE}), wanted AS (
    SELECT d.quota, sum(l.size) AS n FROM line l JOIN ticket_quota d ON d.ticket_type = l.ticket_type GROUP BY 1
), lapsed AS (
    SELECT d.quota, count(*) AS n FROM seat_order o
    JOIN seat s ON s.seat_order = o.id AND s.state = 'held'
    JOIN ticket_quota d ON d.ticket_type = s.ticket_type
    WHERE o.event = ANY($1) AND o.state = 'held' AND o.holds_until <= $2 GROUP BY 1
), free AS (
    SELECT q.id, q.event, q.capacity, (q.capacity - q.taken + coalesce(l.n, 0) - coalesce(w.n, 0))::int AS left
    FROM quota q LEFT JOIN lapsed l ON l.quota = q.id LEFT JOIN wanted w ON w.quota = q.id WHERE q.event = ANY($1))
"""
# A ticket type is as full as the fullest quota it draws from.
_TICKETS = f"""{_LEFT}
SELECT t.event, t.id, t.name, t.description, t.price, t.regular_price, t.currency, t.tax_rate, t.sale_opens_at,
    t.sale_closes_at, t.min_per_order, t.max_per_order, t.by_code_only, t.extra, q.left, q.capacity, q.quota, q.draws,
    (SELECT count(*) FROM waiting_entry w WHERE w.ticket_type = t.id AND w.left_at IS NULL AND w.offered_at IS NULL) AS waiting
FROM ticket_type t LEFT JOIN LATERAL (
    SELECT min(f.left) AS left, min(f.capacity) AS capacity, (array_agg(f.id ORDER BY f.left, f.id))[1] AS quota,
        coalesce(json_agg(json_build_array(f.id, f.capacity, greatest(f.left, 0)) ORDER BY f.id), '[]') AS draws
    FROM ticket_quota d JOIN free f ON f.id = d.quota WHERE d.ticket_type = t.id) q ON true
WHERE t.event = ANY($1) AND t.active ORDER BY t.event, t.position, t.id
"""
_draws = msgspec.json.Decoder(tuple[Draw, ...])


async def tickets_of(event_ids: Sequence[int], *, now: datetime) -> dict[int, list[Ticket]]:
    """The ticket types of these events with what is left of each; hidden ones too."""
    found: dict[int, list[Ticket]] = {event_id: [] for event_id in event_ids}
    for row in await db.fetch(_TICKETS, list(found), now):
        values = {**dict(row), "draws": _draws.decode(row["draws"])}
        found[values.pop("event")].append(Ticket(**values))
    return found


_OPEN = """
SELECT EXISTS (SELECT FROM event e JOIN ticket_type t ON t.event = e.id WHERE e.id = $1 AND e.kind = 'own'
    AND e.state IN ('published', 'moved') AND greatest(e.ends_at, e.on_demand_until) > $2
    AND t.active AND NOT t.by_code_only AND NOT t.extra
    AND (t.sale_opens_at IS NULL OR t.sale_opens_at <= $2) AND (t.sale_closes_at IS NULL OR t.sale_closes_at > $2))
"""


async def is_open(event_id: int, *, now: datetime) -> bool:
    """Whether one can register, or wait for a place: after the end, for the recording."""
    return bool(await db.fetch_value(_OPEN, event_id, now))


async def tickets(event_id: int, *, now: datetime) -> list[Ticket]:
    """One event's ticket types."""
    return (await tickets_of([event_id], now=now))[event_id]


# What is given out beside the places (hidden, and of no number of places: staff passes) is neither sold nor a place.
_BESIDE = "t.by_code_only AND NOT EXISTS (SELECT FROM ticket_quota b WHERE b.ticket_type = t.id)"
_SOLD = f"""
WITH sold AS (
    SELECT o.event, count(*) AS n FROM seat_order o JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    JOIN ticket_type t ON t.id = s.ticket_type WHERE o.event = ANY($1) AND NOT ({_BESIDE}) GROUP BY 1)
SELECT t.event, q.capacity, array_agg(t.id) AS types, coalesce(max(s.n), 0) AS sold
FROM ticket_type t LEFT JOIN ticket_quota d ON d.ticket_type = t.id LEFT JOIN quota q ON q.id = d.quota
LEFT JOIN sold s ON s.event = t.event WHERE t.event = ANY($1) AND t.active AND NOT ({_BESIDE})
GROUP BY t.event, q.id, q.capacity
"""


async def sold(event_ids: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """(sold, places in all) per event that sells tickets; None in all where a ticket type has no limit."""
    rows = await db.fetch(_SOLD, list(event_ids))
    found: dict[int, tuple[int, int | None]] = {}
    for event in {row["event"] for row in rows}:
        these = [row for row in rows if row["event"] == event]
        limits = [(row["capacity"], frozenset(row["types"])) for row in these if row["capacity"] is not None]
        found[event] = these[0]["sold"], selling.places(limits) if len(limits) == len(these) else None
    return found


async def code_by_name(event_id: int, typed: str) -> Code | None:
    """The event's promo code, however it was capitalised."""
    row = await db.fetch_one(_CODE + "c.event = $1 AND c.code = upper($2)", event_id, typed)
    return None if row is None else _code(row)


async def code_by_id(code_id: int) -> Code | None:
    row = await db.fetch_one(_CODE + "c.id = $1", code_id)
    return None if row is None else _code(row)


_CODE = """
SELECT c.id, c.code, c.label, c.percent_off, c.amount_off, c.max_uses, c.used, c.valid_from, c.valid_until, c.limits_types,
    array(SELECT ticket_type FROM promo_code_ticket WHERE promo_code = c.id) AS ticket_types
FROM promo_code c WHERE """


def _code(row: Any) -> Code:
    return msgspec.convert({**dict(row), "ticket_types": frozenset(row["ticket_types"])}, Code)
