"""Who has a place at an event, and who is told when it changes."""

from typing import Any

from portal.core import db

_AUDIENCE = """
SELECT DISTINCT ON (address) order_id, seat_id FROM (
    SELECT o.id AS order_id, s.id AS seat_id, coalesce(nullif(s.email, ''), o.email) AS address, s.named_at, o.state
    FROM seat_order o JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    WHERE o.event = $1 AND o.state = 'confirmed'
    UNION ALL SELECT id, NULL, email, NULL, state FROM seat_order WHERE event = $1
        AND (state IN ('confirmed', 'paying', 'requested') OR (state = 'held' AND decided_at IS NOT NULL))) a
WHERE address <> '' ORDER BY address, named_at IS NULL, seat_id, state, order_id
"""


async def audience(event_id: int) -> list[dict[str, Any]]:
    """Whom to tell when the event changes, one row per address: those on a seat, those asked to take one, and buyers
    who come themselves or not, whose bank takes its time, or who wait for the organiser. `seat_id` is null for the last.
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


async def claim_at(slug: str, address: str) -> str | None:
    """The same, by the address of the event’s page."""
    event_id = await db.fetch_value("SELECT id FROM event WHERE slug = $1 AND state <> 'draft'", slug)
    return None if event_id is None else await claim_of_attendee(event_id, address)
