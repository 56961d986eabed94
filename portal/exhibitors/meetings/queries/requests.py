"""Requests to meet, with the times that are offered."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.meetings.values import Offer, RequestRecord

_ROWS = """
SELECT r.id, r.state, r.waits_for, r.round, r.moves, r.by_company, r.meeting AS meeting_id, r.topic,
    r.words, r.asked_at, r.expires_at, r.final,
    e.id AS event_id, e.slug AS event_slug, e.title AS event_title, e.timezone,
    x.id AS exhibitor_id, c.name AS company_name, c.slug AS company_slug, r.seat AS seat_id, r.email,
    CASE WHEN s.email = nullif(r.email, '') THEN s.claim_secret ELSE '' END AS claim,
    CASE WHEN s.email = nullif(r.email, '') AND (NOT r.by_company OR r.state = 'accepted')
        THEN trim(s.first_name || ' ' || s.last_name) ELSE '' END AS name,
    CASE WHEN s.email = nullif(r.email, '') THEN s.job_title ELSE '' END AS job_title,
    CASE WHEN s.email = nullif(r.email, '') THEN s.company ELSE '' END AS company,
    (SELECT coalesce(json_agg(json_build_object('id', o.id, 'host_id', h.id, 'account_id', a.id, 'host_name', a.name,
        'starts_at', o.starts_at, 'ends_at', o.ends_at) ORDER BY o.position), '[]')
     FROM meeting_offer o JOIN exhibitor_host h ON h.id = o.host JOIN account a ON a.id = h.account
     WHERE o.request = r.id AND o.round = r.round) AS offers
FROM meeting_request r JOIN event e ON e.id = r.event JOIN exhibitor x ON x.id = r.exhibitor
JOIN company c ON c.id = x.company JOIN seat s ON s.id = r.seat
"""


async def by_id(request_id: int) -> RequestRecord | None:
    return next(iter(await _found("r.id = $1", request_id)), None)


async def open_of_exhibitor(exhibitor_id: int) -> list[RequestRecord]:
    """Those of a company that wait for either side, the most urgent first."""
    return await _found("r.exhibitor = $1 AND r.state = 'asked'", exhibitor_id)


async def of_seat(seat_id: int, email: str, since: datetime) -> list[RequestRecord]:
    """Those of whoever has a place now: open ones, and what came of others since then."""
    return await _found(
        "r.seat = $1 AND r.email = $2 AND (r.state = 'asked' OR (r.answered_at > $3 AND r.state <> 'accepted'))",
        seat_id, email, since,
    )  # fmt: skip


async def open_of_address(email: str) -> list[RequestRecord]:
    """Open ones at all events, asked with an address."""
    return await _found("$1 <> '' AND r.email = $1 AND r.state = 'asked'", email)


async def _found(where: str, *values: object) -> list[RequestRecord]:
    rows = await db.fetch(f"{_ROWS} WHERE {where} ORDER BY r.state <> 'asked', r.expires_at, r.id LIMIT 500", *values)
    return [
        msgspec.convert(
            {**dict(row), "offers": msgspec.json.decode(row["offers"], type=tuple[Offer, ...])}, RequestRecord
        )
        for row in rows
    ]
