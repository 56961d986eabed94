"""Places that came with another."""

from collections.abc import Sequence

from portal.core import db


async def places(companions: Sequence[int]) -> list[tuple[int, int]]:
    """(order, seat) of these companions, in the order of their dates."""
    rows = await db.fetch(
        "SELECT s.seat_order, s.id FROM companion c JOIN seat s ON s.id = c.seat JOIN event e ON e.id = c.event "
        "WHERE c.id = ANY($1) ORDER BY e.starts_at, e.id, s.id",
        companions,
    )
    return [(row["seat_order"], row["id"]) for row in rows]
