"""Orders that wait for staff."""

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.registration.values.people import Request

PAGE_SIZE = 25
_WAITING = """
FROM seat_order o JOIN event e ON e.id = o.event WHERE o.state = 'requested' AND e.state IN ('published', 'moved')
"""
_LIST = f"""
SELECT count(*) OVER () AS total, o.id, o.number, e.id AS event_id, e.title AS event_title, e.starts_at, e.timezone,
    coalesce((SELECT r.recording_choice FROM registration_rule r WHERE r.event = e.id), false) AS recording_choice,
    o.contact_name, o.email, o.source, coalesce((SELECT c.code FROM promo_code c WHERE c.id = o.promo_code), '') AS code,
    o.requested_at, coalesce((SELECT min(t.currency) FROM ticket_type t WHERE t.event = e.id), '') AS currency,
    (SELECT coalesce(sum(s.net), 0)::bigint FROM seat s WHERE s.seat_order = o.id) AS net,
    (SELECT json_agg(json_build_object('first_name', s.first_name, 'last_name', s.last_name, 'email', s.email,
        'company', s.company, 'job_title', s.job_title, 'ticket', t.name, 'watching', s.watching, 'answers', (
            SELECT coalesce(json_agg(json_build_object('question', q.id, 'kind', q.kind, 'label', q.label,
                'answer', a.answer) ORDER BY q.position, q.id), '[]')
            FROM seat_answer a JOIN registration_question q ON q.id = a.question WHERE a.seat = s.id)
        ) ORDER BY s.position)
     FROM seat s JOIN ticket_type t ON t.id = s.ticket_type WHERE s.seat_order = o.id) AS seats
{_WAITING} AND ($1::bigint IS NULL OR e.id = $1) ORDER BY o.requested_at, o.id LIMIT $2 OFFSET $3
"""
COUNT_WAITING = f"SELECT count(*) {_WAITING}"
"""How many orders wait for a decision."""


async def waiting(*, event_id: int | None, number: int) -> tuple[list[Request], Page]:
    """One page of what waits, the oldest first; of one event, or of all."""
    rows = await db.fetch(_LIST, event_id, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    found = [msgspec.convert({**dict(row), "seats": msgspec.json.decode(row["seats"])}, Request) for row in rows]
    return found, Page(number, PAGE_SIZE, rows[0]["total"] if rows else 0)


async def events_waiting() -> list[tuple[int, str, int]]:
    """The events about which something is to be decided: id, title, how many orders."""
    rows = await db.fetch(
        f"SELECT e.id, e.title, count(*) AS n {_WAITING} GROUP BY e.id, e.title ORDER BY min(o.requested_at) LIMIT 200"
    )
    return [(row["id"], row["title"], row["n"]) for row in rows]
