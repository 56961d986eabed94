"""Reads of tickets, orders, the waiting list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.events.tables import EventState
from portal.registration.rules import selling
from portal.registration.values import CALLED_OFF, Code, Draw, OrderAct, OrderRecord, OrderVerb, SeatRecord, Ticket

# Who waits and can be served, of the events in $1 at $2. What a party needs is set aside for it.
LINE = """
SELECT w.id, w.ticket_type, w.party_size AS size, w.email, w.name FROM waiting_entry w
JOIN ticket_type t ON t.id = w.ticket_type JOIN event e ON e.id = t.event
WHERE t.event = ANY($1) AND w.left_at IS NULL AND w.offered_at IS NULL AND t.active AND NOT t.by_code_only
    AND w.party_size BETWEEN t.min_per_order AND t.max_per_order
    AND (t.sale_opens_at IS NULL OR t.sale_opens_at <= $2) AND (t.sale_closes_at IS NULL OR t.sale_closes_at > $2)
    AND e.kind = 'own' AND e.state NOT IN ('draft', 'cancelled') AND e.ends_at > $2
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


async def tickets(event_id: int, *, now: datetime) -> list[Ticket]:
    """One event's ticket types."""
    return (await tickets_of([event_id], now=now))[event_id]


_SOLD = """
WITH sold AS (
    SELECT o.event, count(*) AS n FROM seat_order o JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    WHERE o.event = ANY($1) GROUP BY 1)
SELECT t.event, q.capacity, array_agg(t.id) AS types, coalesce(max(s.n), 0) AS sold
FROM ticket_type t LEFT JOIN ticket_quota d ON d.ticket_type = t.id LEFT JOIN quota q ON q.id = d.quota
LEFT JOIN sold s ON s.event = t.event WHERE t.event = ANY($1) AND t.active GROUP BY t.event, q.id, q.capacity
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


_ORDER = """
SELECT o.id, o.xmin::text AS version, o.number, o.secret, o.state, o.email, o.contact_name, o.held_at, o.holds_until,
    o.confirmed_at, o.ended_at, o.end_reason, o.left_after_hold, o.draft, o.purchase_id, o.terms_url, o.terms_accepted_at,
    o.account AS account_id, o.promo_code AS code_id,
    coalesce(c.code, '') AS code, coalesce(c.label, '') AS code_label,
    e.id AS event_id, e.slug AS event_slug, e.title AS event_title, e.state AS event_state, e.format AS event_format,
    e.starts_at, e.ends_at, e.timezone, e.all_day, e.online_url, e.organiser_name, e.image,
    coalesce(v.name, '') AS venue_name, coalesce(v.street, '') AS street, coalesce(v.postal_code, '') AS postal_code,
    coalesce(v.city, '') AS city, v.country, coalesce(v.directions, '') AS directions,
    coalesce((SELECT t.currency FROM ticket_type t WHERE t.event = e.id ORDER BY t.position, t.id LIMIT 1), '') AS currency,
    (SELECT coalesce(json_agg(json_build_object('id', s.id, 'position', s.position, 'state', s.state,
        'ticket_type', s.ticket_type, 'ticket_name', t.name, 'tax_rate', t.tax_rate::text, 'list_net', s.list_net,
        'net', s.net, 'code', s.code, 'claim_secret', s.claim_secret, 'first_name', s.first_name,
        'last_name', s.last_name, 'email', s.email, 'job_title', s.job_title, 'company', s.company,
        'named_at', s.named_at) ORDER BY s.position), '[]')
     FROM seat s JOIN ticket_type t ON t.id = s.ticket_type WHERE s.seat_order = o.id) AS seats
FROM seat_order o JOIN event e ON e.id = o.event LEFT JOIN venue v ON v.id = e.venue
LEFT JOIN promo_code c ON c.id = o.promo_code WHERE """


async def order_by_secret(secret: str) -> OrderRecord | None:
    """The order at a secret address, with everything its page needs, in one query."""
    return await _one_order("o.secret = $1", secret)


async def order_by_id(order_id: int) -> OrderRecord | None:
    return await _one_order("o.id = $1", order_id)


async def order_by_claim(claim_secret: str) -> tuple[OrderRecord, SeatRecord] | None:
    """The order and the seat a colleague was asked to fill in."""
    order = await _one_order("o.id = (SELECT seat_order FROM seat WHERE claim_secret = $1)", claim_secret)
    if order is None:
        return None
    return order, next(seat for seat in order.seats if seat.claim_secret == claim_secret)


async def _one_order(where: str, value: Any) -> OrderRecord | None:
    row = await db.fetch_one(_ORDER + where, value)
    if row is None:
        return None
    decoded = {name: msgspec.json.decode(row[name]) for name in ("seats", "draft")}
    return msgspec.convert({**dict(row), **decoded}, OrderRecord)


async def acts(number: str) -> list[OrderAct]:
    """What was done to an order after it was confirmed, oldest first."""
    rows = await db.fetch(
        "SELECT at, verb, (facts ->> 'seat')::int AS seat FROM audit_entry "
        "WHERE kind = 'order' AND key = $1 AND verb = ANY($2) ORDER BY id LIMIT 200",
        number, [verb.value for verb in OrderVerb],
    )  # fmt: skip
    return [msgspec.convert(dict(row), OrderAct) for row in rows]


_ORDERS = """
SELECT * FROM (SELECT o.number, o.secret, o.state, o.held_at, e.title, e.slug, e.starts_on, e.ends_on, e.state AS event_state,
    o.state IN ('held', 'paying', 'confirmed') AND e.ends_at > $3 AS coming,
    o.email = $1 OR coalesce(o.account = $2, false) AS own,
    min(s.claim_secret) FILTER (WHERE s.email = $1 AND s.state = 'confirmed') AS claim_secret,
    count(s.id) FILTER (WHERE s.state IN ('held', 'confirmed')) AS seats
FROM seat_order o JOIN event e ON e.id = o.event LEFT JOIN seat s ON s.seat_order = o.id
WHERE o.email = $1 OR o.account = $2 OR o.id IN (SELECT seat_order FROM seat WHERE email = $1 AND state = 'confirmed')
GROUP BY o.id, e.id) found ORDER BY coming DESC, CASE WHEN coming THEN starts_on END, starts_on DESC, held_at DESC LIMIT $4
"""


async def orders_of(email: str, account_id: int, *, now: datetime, limit: int = 200) -> list[dict[str, Any]]:
    """Orders placed from an account or with its address, and seats booked for it by others: those of events to come, the
    next one first; then what is over or came to nothing, the last one first.
    """
    return [dict(row) for row in await db.fetch(_ORDERS, email, account_id, now, limit)]


# A place without a name and address of its own is its buyer's.
_FEED = """
WITH person AS (SELECT email FROM account WHERE id = $1 AND email <> '')
SELECT event, bool_or(taken) AS taken FROM (
    SELECT o.event, s.state = 'confirmed' AS taken
    FROM person p JOIN seat s ON s.email = p.email JOIN seat_order o ON o.id = s.seat_order
    WHERE s.state IN ('confirmed', 'cancelled')
    UNION ALL SELECT o.event, s.state = 'confirmed'
    FROM person p JOIN seat_order o ON o.email = p.email JOIN seat s ON s.seat_order = o.id AND s.email = ''
    WHERE s.state IN ('confirmed', 'cancelled')
    UNION ALL SELECT i.key::bigint, false
    FROM person p JOIN calendar_message m ON m.address = p.email AND m.method = 'CANCEL'
    JOIN calendar_item i ON i.id = m.item AND i.kind = 'event') places
GROUP BY event ORDER BY event LIMIT 2000
"""


async def feed_of_person(account_id: int) -> tuple[list[str], list[str]]:
    """Calendar keys of the events somebody has a place at, and of those they had one at: given up or passed on."""
    rows = await db.fetch(_FEED, account_id)
    return [str(row["event"]) for row in rows if row["taken"]], [str(row["event"]) for row in rows if not row["taken"]]


_AUDIENCE = """
SELECT DISTINCT ON (address) order_id, seat_id FROM (
    SELECT o.id AS order_id, s.id AS seat_id, coalesce(nullif(s.email, ''), o.email) AS address, s.named_at, o.state
    FROM seat_order o JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    WHERE o.event = $1 AND o.state = 'confirmed'
    UNION ALL SELECT id, NULL, email, NULL, state FROM seat_order WHERE event = $1 AND state IN ('confirmed', 'paying')) a
WHERE address <> '' ORDER BY address, named_at IS NULL, seat_id, state, order_id
"""


async def audience(event_id: int) -> list[dict[str, Any]]:
    """Whom to tell when the event changes, one row per address: those on a seat, those asked to take one, and buyers
    who come themselves or not, or whose bank takes its time. `seat_id` is null for the last.
    """
    return [dict(row) for row in await db.fetch(_AUDIENCE, event_id)]


async def count_audience(event_id: int) -> int:
    """How many addresses `audience` has."""
    return int(await db.fetch_value(f"SELECT count(*) FROM ({_AUDIENCE}) a", event_id))


async def claim_of_attendee(event_id: int, address: str) -> str | None:
    """The secret of the seat with this person's name on it; None for whoever does not attend."""
    found: str | None = await db.fetch_value(
        "SELECT s.claim_secret FROM seat s JOIN seat_order o ON o.id = s.seat_order WHERE o.event = $1 AND s.email = $2 "
        "AND s.state = 'confirmed' AND o.state = 'confirmed' AND s.named_at IS NOT NULL ORDER BY s.id LIMIT 1",
        event_id, address,
    )  # fmt: skip
    return found


class WaitingPlace(msgspec.Struct, frozen=True):
    """Where a party stands in line; position 1 is next, of all who wait for the same places.

    `offer_secret` leads to the held order of an offer.
    """

    id: int
    secret: str
    email: str
    name: str
    party_size: int
    joined_at: datetime
    left_at: datetime | None
    left_reason: str
    offered_at: datetime | None
    offer_secret: str | None
    offer_until: datetime | None
    offer_state: str | None
    position: int
    ticket_name: str
    event_id: int
    event_slug: str
    event_title: str
    event_state: str

    @property
    def called_off(self) -> bool:
        """Whether the line was closed because the event was called off."""
        return self.left_at is not None and self.left_reason == CALLED_OFF

    @property
    def event_is_public(self) -> bool:
        return self.event_state != EventState.DRAFT


# Which entries w count: those in line, and those whose offer is open or being paid.
STANDING = """(w.left_at IS NULL AND (w.offered_at IS NULL OR EXISTS (
    SELECT FROM seat_order o WHERE o.id = w.offered_order AND o.state IN ('held', 'paying'))))"""


async def those_waiting(event_id: int) -> list[int]:
    """The entries of everybody in the event's lines or with an offer, in the order they came."""
    rows = await db.fetch(
        "SELECT w.id FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type "
        f"WHERE t.event = $1 AND {STANDING} ORDER BY w.id",
        event_id,
    )
    return [row["id"] for row in rows]


_WAITING = """
SELECT w.id, w.secret, w.email, w.name, w.party_size, w.joined_at, w.left_at, w.left_reason, w.offered_at,
    o.secret AS offer_secret, o.holds_until AS offer_until, o.state AS offer_state, t.name AS ticket_name,
    e.id AS event_id, e.slug AS event_slug, e.title AS event_title, e.state AS event_state,
    (SELECT 1 + count(*) FROM waiting_entry b WHERE b.id < w.id AND b.left_at IS NULL AND b.offered_at IS NULL
        AND b.ticket_type IN (SELECT y.ticket_type FROM ticket_quota x JOIN ticket_quota y ON y.quota = x.quota
            WHERE x.ticket_type = w.ticket_type))::int AS position
FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type JOIN event e ON e.id = t.event
LEFT JOIN seat_order o ON o.id = w.offered_order WHERE """


async def waiting_place(secret: str) -> WaitingPlace | None:
    return await _one_waiting("w.secret = $1", secret)


async def waiting_place_by_id(entry: int) -> WaitingPlace | None:
    return await _one_waiting("w.id = $1", entry)


async def _one_waiting(where: str, value: Any) -> WaitingPlace | None:
    row = await db.fetch_one(_WAITING + where, value)
    return None if row is None else msgspec.convert(dict(row), WaitingPlace)
