"""Orders with their seats, and what was done to them."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.registration.values.orders import OrderAct, OrderRecord, OrderVerb, SeatRecord

_ORDER = """
SELECT o.id, o.xmin::text AS version, o.number, o.secret, o.state, o.email, o.contact_name, o.held_at, o.holds_until,
    o.confirmed_at, o.ended_at, o.end_reason, o.left_after_hold, o.draft, o.purchase_id, o.terms_url, o.terms_accepted_at,
    o.account AS account_id, o.promo_code AS code_id, o.requested_at, o.decided_at, o.decision_note, o.source,
    coalesce(r.approval, false) AS approval, coalesce(r.company_mail_only, false) AS company_mail_only,
    coalesce(r.recording_choice, false) AS recording_choice, e.on_demand_until,
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
        'named_at', s.named_at, 'watching', s.watching, 'answers', (
            SELECT coalesce(json_agg(json_build_object('question', q.id, 'kind', q.kind, 'label', q.label,
                'answer', a.answer) ORDER BY q.position, q.id), '[]')
            FROM seat_answer a JOIN registration_question q ON q.id = a.question WHERE a.seat = s.id)
        ) ORDER BY s.position), '[]')
     FROM seat s JOIN ticket_type t ON t.id = s.ticket_type WHERE s.seat_order = o.id) AS seats,
    (SELECT coalesce(json_agg(json_build_object('id', q.id, 'kind', q.kind, 'label', q.label, 'help', q.help,
        'options', q.options, 'required', q.required) ORDER BY q.position, q.id), '[]')
     FROM registration_question q WHERE q.event = e.id AND q.withdrawn_at IS NULL) AS questions,
    (SELECT coalesce(json_agg(json_build_object('position', l.position, 'state', p.state, 'seat_state', s.state,
        'secret', po.secret, 'event_title', pe.title, 'event_slug', pe.slug, 'event_state', pe.state,
        'starts_at', pe.starts_at, 'ends_at', pe.ends_at, 'timezone', pe.timezone, 'all_day', pe.all_day,
        'title', p.title) ORDER BY pe.starts_at, pe.id, l.position), '[]')
     FROM seat l JOIN companion p ON p.leader = l.id JOIN event pe ON pe.id = p.event
     LEFT JOIN seat s ON s.id = p.seat LEFT JOIN seat_order po ON po.id = s.seat_order AND po.email = o.email
     WHERE l.seat_order = o.id) AS companions,
    (SELECT json_build_object('id', lo.id, 'number', lo.number, 'event_title', le.title, 'title', p.title)
     FROM seat s JOIN companion p ON p.seat = s.id JOIN seat l ON l.id = p.leader JOIN seat_order lo ON lo.id = l.seat_order
     JOIN event le ON le.id = lo.event WHERE s.seat_order = o.id LIMIT 1) AS comes_with
FROM seat_order o JOIN event e ON e.id = o.event LEFT JOIN venue v ON v.id = e.venue
LEFT JOIN promo_code c ON c.id = o.promo_code LEFT JOIN registration_rule r ON r.event = e.id WHERE """
_JSON = ("seats", "draft", "questions", "companions", "comes_with")


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
    decoded = {name: msgspec.json.decode(row[name]) for name in _JSON if row[name] is not None}
    return msgspec.convert({**dict(row), **decoded}, OrderRecord)


async def acts(number: str) -> list[OrderAct]:
    """What was done to an order after it was confirmed, oldest first."""
    rows = await db.fetch(
        "SELECT at, verb, (facts ->> 'seat')::int AS seat, facts ->> 'watching' AS watching FROM audit_entry "
        "WHERE kind = 'order' AND key = $1 AND verb = ANY($2) ORDER BY id LIMIT 200",
        number, [verb.value for verb in OrderVerb],
    )  # fmt: skip
    return [msgspec.convert(dict(row), OrderAct) for row in rows]


_ORDERS = """
SELECT * FROM (SELECT o.number, o.secret, o.state, o.held_at, e.title, e.slug, e.starts_on, e.ends_on, e.state AS event_state,
    CASE WHEN o.state = 'requested' AND greatest(e.ends_at, e.on_demand_until) > $3
            OR o.state IN ('held', 'paying', 'confirmed') AND e.ends_at > $3 THEN 1
        WHEN o.state IN ('held', 'paying', 'confirmed') AND e.on_demand_until > $3 AND e.state <> 'cancelled' THEN 2
        ELSE 3 END AS part,
    o.email = $1 OR coalesce(o.account = $2, false) AS own,
    min(s.claim_secret) FILTER (WHERE s.email = $1 AND s.state = 'confirmed') AS claim_secret,
    count(s.id) FILTER (WHERE s.state IN ('held', 'confirmed')) AS seats
FROM seat_order o JOIN event e ON e.id = o.event LEFT JOIN seat s ON s.seat_order = o.id
WHERE o.email = $1 OR o.account = $2 OR o.id IN (SELECT seat_order FROM seat WHERE email = $1 AND state = 'confirmed')
GROUP BY o.id, e.id) found ORDER BY part, CASE WHEN part = 1 THEN starts_on END, starts_on DESC, held_at DESC LIMIT $4
"""


async def orders_of(email: str, account_id: int, *, now: datetime, limit: int = 200) -> list[dict[str, Any]]:
    """Orders placed from an account or with its address, and seats booked for it by others: those of events to come and
    requests that wait (`part` 1), the next one first; recordings that can still be watched (2); and what is over or came to
    nothing (3), the last one first.
    """
    return [dict(row) for row in await db.fetch(_ORDERS, email, account_id, now, limit)]
