"""One programme at a time: whoever changes or releases it holds its row."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.errors import NotFound

_MAKE = """
INSERT INTO programme (event, edition, release, source, credit, created_at)
SELECT id, 0, 0, '', '', $2 FROM event WHERE id = $1 ON CONFLICT (event) DO NOTHING
"""


class Locked(msgspec.Struct, frozen=True):
    """The programme that is held."""

    id: int
    edition: int
    release: int
    source: str


async def locked(event_id: int, *, now: datetime) -> Locked:
    """Hold the programme of an event until the transaction ends; made where there is none. Raises NotFound without event."""
    await db.execute(_MAKE, event_id, now)
    row = await db.fetch_one("SELECT id, edition, release, source FROM programme WHERE event = $1 FOR UPDATE", event_id)
    if row is None:
        raise NotFound("There is no such event.")
    return Locked(**dict(row))


async def touch(programme: Locked) -> None:
    """The draft has become another."""
    await db.execute("UPDATE programme SET edition = edition + 1 WHERE id = $1", programme.id)
