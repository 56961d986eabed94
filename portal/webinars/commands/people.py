"""What acts of people in the room share."""

from portal.core import db
from portal.core.errors import NotFound


async def one_at_a_time(seat_id: int) -> None:
    """Let what one person sends twice happen one after the other, until the transaction's end."""
    if await db.fetch_value("SELECT id FROM seat WHERE id = $1 FOR NO KEY UPDATE", seat_id) is None:
        raise NotFound("This place is not there any more.")
