"""Letting names go that were typed for people without a place."""

from datetime import datetime

from portal.core import db

_EMPTY = "UPDATE meeting m SET guest = '' FROM event e WHERE e.id = m.event AND m.guest <> '' AND e.ends_at < $1"


async def let_names_go(*, ended_before: datetime) -> int:
    """Empty the names of whoever sat down without a place at events that ended before; how many. The meetings stay."""
    async with db.transaction():
        gone = await db.execute(_EMPTY, ended_before)
    return db.affected(gone)
