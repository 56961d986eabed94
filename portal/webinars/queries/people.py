"""Who takes part, and who is at the desk."""

from typing import Any

import msgspec

from portal.core import db
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.values import Participant

_PARTICIPANT = """
SELECT s.id AS seat_id, o.id AS order_id, o.event AS event_id, w.id AS webinar_id, e.slug, s.claim_secret AS claim,
    trim(s.first_name || ' ' || s.last_name) AS name, s.job_title, s.company, lower(s.email) AS email, s.watching,
    o.confirmed_at,
    EXISTS (SELECT FROM room_restriction r WHERE r.webinar = w.id AND r.seat = s.id AND r.kind = 'muted'
        AND r.lifted_at IS NULL) AS muted,
    EXISTS (SELECT FROM room_restriction r WHERE r.webinar = w.id AND r.seat = s.id AND r.kind = 'removed'
        AND r.lifted_at IS NULL) AS removed
FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event LEFT JOIN webinar w ON w.event = e.id
WHERE s.state = 'confirmed' AND o.state = 'confirmed'
"""


async def by_claim(claim: str) -> Participant | None:
    """Whose place this secret opens; None once it was passed on or cancelled."""
    return _participant(await db.fetch_one(f"{_PARTICIPANT} AND s.claim_secret = $1", claim))


async def by_seat(seat_id: int) -> Participant | None:
    return _participant(await db.fetch_one(f"{_PARTICIPANT} AND s.id = $1", seat_id))


async def by_address(event_id: int, email: str) -> Participant | None:
    """The place in the name of a verified address; the first of several."""
    return _participant(
        await db.fetch_one(
            f"{_PARTICIPANT} AND o.event = $1 AND lower(s.email) = $2 ORDER BY s.id LIMIT 1", event_id, email
        )
    )


async def removed(webinar_id: int) -> set[int]:
    """The seats that were shown the door."""
    rows = await db.fetch(
        "SELECT seat FROM room_restriction WHERE webinar = $1 AND kind = 'removed' AND lifted_at IS NULL", webinar_id
    )
    return {row["seat"] for row in rows}


async def crew_role(webinar_id: int, email: str) -> CrewRole | None:
    """What somebody does at the desk of a room, by verified address."""
    found = await db.fetch_value("SELECT role FROM webinar_crew WHERE webinar = $1 AND email = $2", webinar_id, email)
    return None if found is None else CrewRole(found)


def _participant(row: Any) -> Participant | None:
    return None if row is None else msgspec.convert(dict(row), Participant)
