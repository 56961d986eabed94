"""Who takes part, and who is at the desk."""

from collections.abc import Collection
from typing import Any

import msgspec

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.events.permissions import EDITORS
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.values import Participant

_PARTICIPANT = """
SELECT s.id AS seat_id, o.id AS order_id, o.event AS event_id, w.id AS webinar_id, e.slug, s.claim_secret AS claim,
    trim(s.first_name || ' ' || s.last_name) AS name, s.first_name, s.last_name,
    s.job_title, s.company, lower(s.email) AS email, s.watching,
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


_OUT = """
SELECT s.claim_secret AS claim FROM room_restriction r JOIN seat s ON s.id = r.seat
WHERE r.webinar = $1 AND r.kind = 'removed' AND r.lifted_at IS NULL
UNION
SELECT claim FROM unnest($2::text[]) AS claim WHERE NOT EXISTS (
    SELECT FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN webinar w ON w.event = o.event
    WHERE s.claim_secret = claim AND w.id = $1 AND s.state = 'confirmed' AND o.state = 'confirmed')
"""


async def out(webinar_id: int, claims: Collection[str]) -> set[str]:
    """Secrets of everybody who was shown the door, and those of `claims` that stand for no place here any more."""
    return {row["claim"] for row in await db.fetch(_OUT, webinar_id, list(claims))}


class CrewEntry(msgspec.Struct, frozen=True):
    """Somebody as the crew's list has them."""

    role: CrewRole
    name: str


async def crew_entry(webinar_id: int, email: str) -> CrewEntry | None:
    """How the crew of a room has a verified address."""
    row = await db.fetch_one("SELECT role, name FROM webinar_crew WHERE webinar = $1 AND email = $2", webinar_id, email)
    return None if row is None else msgspec.convert(dict(row), CrewEntry)


_ROLES = """
SELECT a.id, CASE WHEN EXISTS (SELECT FROM staff_member s WHERE s.account = a.id AND s.role = ANY($3)) THEN 'host'
    ELSE c.role END AS role
FROM account a LEFT JOIN webinar_crew c ON c.webinar = $1 AND c.email = a.email
WHERE a.id = ANY($2) AND a.erased_at IS NULL
"""


async def without_role(webinar_id: int, role: CrewRole, account_ids: Collection[int]) -> set[int]:
    """Those of the accounts that are not, or not any more, what they were at the desk."""
    if not account_ids:
        return set()
    staff = [one.value for one in (*EDITORS, StaffRole.ADMIN)]
    rows = await db.fetch(_ROLES, webinar_id, list(account_ids), staff)
    return set(account_ids) - {row["id"] for row in rows if row["role"] == role}


def _participant(row: Any) -> Participant | None:
    return None if row is None else msgspec.convert(dict(row), Participant)
