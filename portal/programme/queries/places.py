"""Workshops as they are at this moment, who has a place in them, and who is to be told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.programme.workshops import Guest, OwnPlace, Workshop

_WORKSHOPS = """
SELECT s.session AS id, s.event AS event_id, e.slug AS event_slug, e.title AS event_title, e.state AS event_state, e.timezone,
    s.slug, s.title, coalesce(r.name, '') AS room, s.starts_at, s.ends_at, s.capacity, s.taken,
    (SELECT count(*) FROM session_place p WHERE p.session = s.session AND p.state = 'waiting') AS waiting,
    s.cancelled_at IS NOT NULL AS is_cancelled
FROM released_session s JOIN event e ON e.id = s.event LEFT JOIN programme_room r ON r.id = s.room
WHERE s.capacity IS NOT NULL AND s.kind <> 'break' AND e.state <> 'draft'
"""
MOST = 300


async def workshops(event_slug: str) -> list[Workshop]:
    """Those of an event, by time."""
    rows = await db.fetch(f"{_WORKSHOPS} AND e.slug = $1 ORDER BY s.starts_at, s.session LIMIT {MOST}", event_slug)
    return [_workshop(row) for row in rows]


async def workshop(event_slug: str, slug: str) -> Workshop | None:
    row = await db.fetch_one(f"{_WORKSHOPS} AND e.slug = $1 AND s.slug = $2", event_slug, slug)
    return None if row is None else _workshop(row)


async def workshop_by_id(session_id: int) -> Workshop | None:
    row = await db.fetch_one(f"{_WORKSHOPS} AND s.session = $1", session_id)
    return None if row is None else _workshop(row)


def _workshop(row: Mapping[str, Any]) -> Workshop:
    return msgspec.convert(dict(row), Workshop)


_OWN = """
SELECT p.session, p.state, s.slug, s.title, s.starts_at, s.ends_at,
    (SELECT count(*) + 1 FROM session_place q WHERE q.session = p.session AND q.state = 'waiting'
        AND (q.since, q.id) < (p.since, p.id)) AS position
FROM session_place p JOIN released_session s ON s.session = p.session
WHERE p.seat = $1 AND p.state <> 'ended' ORDER BY s.starts_at, s.session
"""


async def own(seat_id: int) -> list[OwnPlace]:
    """What somebody has and waits for, by time."""
    return [msgspec.convert(dict(row), OwnPlace) for row in await db.fetch(_OWN, seat_id)]


_ENGAGED = """
SELECT t.email, 'in' AS part, s.title, s.starts_at, s.ends_at
FROM released_session s JOIN session_place p ON p.session = s.session JOIN seat t ON t.id = p.seat
WHERE s.event = $1 AND t.email = ANY($2) AND p.state = 'given' AND s.cancelled_at IS NULL
UNION SELECT k.email, 'speaking in', s.title, s.starts_at, s.ends_at
FROM released_session s JOIN released_speaker r ON r.session = s.session JOIN speaker k ON k.id = r.speaker
WHERE s.event = $1 AND k.email = ANY($2) AND s.cancelled_at IS NULL ORDER BY starts_at, title LIMIT 200
"""


async def engagements(event_id: int, *emails: str) -> list[list[tuple[str, datetime, datetime]]]:
    """Of each: the workshops they have a place in and the sessions they speak in, in words for a list, from when to when."""
    asked = [email for email in emails if email]
    rows = await db.fetch(_ENGAGED, event_id, asked) if asked else []
    return [
        [(f"{row['part']} “{row['title']}”", row["starts_at"], row["ends_at"]) for row in rows if row["email"] == email]
        for email in emails
    ]


_GUEST = """
SELECT s.id AS seat_id, o.event AS event_id, e.slug AS event_slug, e.title AS event_title, s.claim_secret AS claim,
    trim(s.first_name || ' ' || s.last_name) AS name, s.email, s.named_at IS NOT NULL AS is_named, t.extra, s.watching,
    (SELECT count(*) FROM released_session r WHERE r.event = o.event AND r.capacity IS NOT NULL AND r.kind <> 'break'
        AND r.cancelled_at IS NULL) AS workshops
FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event JOIN ticket_type t ON t.id = s.ticket_type
WHERE s.state = 'confirmed' AND o.state = 'confirmed'
"""


async def guest_by_claim(claim: str) -> Guest | None:
    """Whose place this secret opens; None once it was passed on or cancelled."""
    return _guest(await db.fetch_one(f"{_GUEST} AND s.claim_secret = $1", claim))


async def guest_by_seat(seat_id: int, *, hold: bool = False) -> Guest | None:
    """The same by the seat; with `hold` it cannot be given up until commit."""
    return _guest(await db.fetch_one(f"{_GUEST} AND s.id = $1{' FOR SHARE OF s' if hold else ''}", seat_id))


async def guest_by_address(event_slug: str, address: str) -> Guest | None:
    """The place in the name of a verified address; of several the one that opens workshops."""
    return _guest(
        await db.fetch_one(
            f"{_GUEST} AND e.slug = $1 AND s.email = $2 ORDER BY t.extra, s.named_at IS NULL, s.watching, s.id LIMIT 1",
            event_slug, address,
        )
    )  # fmt: skip


def _guest(row: Mapping[str, Any] | None) -> Guest | None:
    return None if row is None else msgspec.convert(dict(row), Guest)


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the list of a workshop. `position` in its line, for those who wait."""

    first_name: str
    last_name: str
    email: str
    company: str
    job_title: str
    order: str
    ticket: str
    state: str
    since: datetime
    given_at: datetime | None
    position: int


_PARTICIPANTS = """
SELECT s.first_name, s.last_name, s.email, s.company, s.job_title, o.number AS order, t.name AS ticket, p.state, p.since,
    p.given_at, row_number() OVER (PARTITION BY p.state ORDER BY p.since, p.id) AS position
FROM session_place p JOIN seat s ON s.id = p.seat JOIN seat_order o ON o.id = s.seat_order
JOIN ticket_type t ON t.id = s.ticket_type
WHERE p.session = $1 AND p.state <> 'ended'
ORDER BY p.state, CASE WHEN p.state = 'given' THEN lower(s.last_name || ' ' || s.first_name) END, p.since, p.id LIMIT 5000
"""


async def participants(session_id: int) -> list[Participant]:
    """Who has a place, by name; then who waits, by place in line."""
    return [msgspec.convert(dict(row), Participant) for row in await db.fetch(_PARTICIPANTS, session_id)]


# What every address was sent last of each workshop to come, beside what it has: where the two differ, it is told.
_TO_TELL = """
WITH wanted AS (
    SELECT DISTINCT p.session, lower(s.email) AS address
    FROM session_place p JOIN released_session r ON r.session = p.session JOIN seat s ON s.id = p.seat
    JOIN event e ON e.id = r.event
    JOIN calendar_item i ON i.kind = 'session' AND i.key = p.session::text
    JOIN calendar_revision n ON n.item = i.id AND n.number = i.revision
        AND NOT coalesce((n.entry ->> 'cancelled')::boolean, false)
    WHERE p.state = 'given' AND s.email <> '' AND s.named_at IS NOT NULL AND r.cancelled_at IS NULL AND r.ends_at > $1
        AND e.state IN ('published', 'moved')
), held AS (
    SELECT DISTINCT ON (m.item, m.address) i.key::bigint AS session, m.address, m.method, v.sequence >= n.sequence AS newest,
        (n.entry ->> 'ends_at')::timestamptz > $1 AS to_come
    FROM calendar_item i JOIN calendar_message m ON m.item = i.id
    JOIN calendar_revision v ON v.item = i.id AND v.number = m.number
    JOIN calendar_revision n ON n.item = i.id AND n.number = i.revision
    WHERE i.kind = 'session' ORDER BY m.item, m.address, m.number DESC, m.id DESC
)
SELECT session, address FROM wanted FULL JOIN held USING (session, address)
WHERE CASE WHEN wanted IS NULL THEN held.method = 'REQUEST' AND held.to_come
    ELSE held.method IS DISTINCT FROM 'REQUEST' OR NOT held.newest END
ORDER BY session, address LIMIT 1000
"""


async def to_tell(*, now: datetime) -> list[tuple[int, str]]:
    """Session and address wherever a calendar holds something else than is so."""
    return [(row["session"], row["address"]) for row in await db.fetch(_TO_TELL, now)]


_TO_FILL = """
SELECT DISTINCT r.event FROM session_place p JOIN released_session r ON r.session = p.session
WHERE p.state = 'waiting' AND r.cancelled_at IS NULL AND r.starts_at > $1 AND r.taken < r.capacity ORDER BY 1
"""


async def to_fill(*, now: datetime) -> list[int]:
    """Events where somebody waits for a place that is free."""
    return [row["event"] for row in await db.fetch(_TO_FILL, now)]


_ABOUT = """
SELECT trim(s.first_name || ' ' || s.last_name) AS name, s.claim_secret AS claim, p.state, p.since, p.given_at, p.end_reason,
    p.state = 'given' AND s.state = 'confirmed' AND s.named_at IS NOT NULL AS attends
FROM session_place p JOIN seat s ON s.id = p.seat WHERE p.session = $1 AND lower(s.email) = $2
ORDER BY attends DESC, p.since DESC LIMIT 1
"""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an address has in a workshop, for its mail."""

    name: str
    claim: str
    since: datetime
    given_at: datetime | None
    end_reason: str
    attends: bool


async def told_about(session_id: int, address: str) -> Told | None:
    row = await db.fetch_one(_ABOUT, session_id, address)
    return None if row is None else msgspec.convert({k: v for k, v in row.items() if k != "state"}, Told)
