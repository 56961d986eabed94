"""Everybody on a seat of an event, for staff."""

import msgspec

from portal.core import db
from portal.registration.values.people import Attendee, Standing

# A hold that ran out was nobody's in the end.
_LIST = """
WITH people AS (
    SELECT o.number, o.secret, s.position, CASE
            WHEN s.state = 'confirmed' THEN 'coming' WHEN s.state = 'cancelled' THEN 'cancelled'
            WHEN o.state = 'requested' THEN 'requested' ELSE 'held' END AS standing,
        t.name AS ticket, s.code, s.first_name, s.last_name, s.email, s.company, s.job_title, s.watching, o.contact_name,
        o.email AS contact_email, o.source, coalesce(o.confirmed_at, o.requested_at, o.held_at) AS registered_at,
        s.checked_in_at, s.id
    FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN ticket_type t ON t.id = s.ticket_type
    WHERE o.event = $1 AND s.state <> 'released')
SELECT count(*) OVER () AS total, p.*, (
    SELECT coalesce(json_agg(json_build_object('question', q.id, 'kind', q.kind, 'label', q.label, 'answer', a.answer)
        ORDER BY q.position, q.id), '[]')
    FROM seat_answer a JOIN registration_question q ON q.id = a.question WHERE a.seat = p.id) AS answers
FROM people p
WHERE ($2 = '' OR p.standing = $2) AND ($3 = '' OR plain_text(lower(concat_ws(' ', p.first_name, p.last_name, p.email,
    p.company, p.number, p.code, p.contact_name, p.contact_email))) LIKE '%' || $4 || '%')
ORDER BY lower(p.last_name) = '', lower(p.last_name), lower(p.first_name), p.id LIMIT $5 OFFSET $6
"""


async def attendees(
    event_id: int, *, standing: Standing | None, words: str, limit: int, offset: int = 0
) -> tuple[list[Attendee], int]:
    """People by name, and how many there are in all; `words` may be part of a name, address, company, order or code."""
    plain = await db.fetch_value("SELECT plain_text(lower($1))", words) if words else ""
    pattern = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await db.fetch(_LIST, event_id, standing.value if standing else "", words, pattern, limit, offset)
    found = [msgspec.convert({**dict(row), "answers": msgspec.json.decode(row["answers"])}, Attendee) for row in rows]
    return found, rows[0]["total"] if rows else 0


async def counts(event_id: int) -> dict[str, int]:
    """How many seats there are of each standing."""
    row = await db.fetch_one(
        "SELECT count(*) FILTER (WHERE s.state = 'confirmed') AS coming, "
        "count(*) FILTER (WHERE s.state = 'held' AND o.state = 'requested') AS requested, "
        "count(*) FILTER (WHERE s.state = 'held' AND o.state <> 'requested') AS held, "
        "count(*) FILTER (WHERE s.state = 'cancelled') AS cancelled "
        "FROM seat s JOIN seat_order o ON o.id = s.seat_order WHERE o.event = $1",
        event_id,
    )
    assert row is not None
    return dict(row)
