"""What acts at a desk share: they happen one after the other, and are announced to the room and to the desk."""

from typing import Any

from portal.core import db
from portal.core.errors import NotFound


async def in_turn(webinar_id: int) -> Any:
    """Hold the room (`state`, `live_at`) until the transaction's end: of two who decide at once, the second sees what the
    first did. Nobody in the room waits for it.
    """
    row = await db.fetch_one("SELECT id, state, live_at FROM webinar WHERE id = $1 FOR NO KEY UPDATE", webinar_id)
    if row is None:
        raise NotFound("There is no such webinar.")
    return row
