"""One programme at a time: whoever changes or releases it holds its row."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Forbidden, NotFound
from portal.programme.permissions import can_edit_programme

_MAKE = """
INSERT INTO programme (event, edition, release, source, credit, placed_for, created_at)
SELECT id, 0, 0, '', '', starts_at, $2 FROM event WHERE id = $1 ON CONFLICT (event) DO NOTHING
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


async def begun(actor: Actor, event_id: int, *, now: datetime) -> Locked:
    """The same for somebody who may edit programmes; raises Forbidden for others."""
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors change a programme.")
    return await locked(event_id, now=now)


async def touch(programme: Locked) -> None:
    """The draft has become another."""
    await db.execute("UPDATE programme SET edition = edition + 1 WHERE id = $1", programme.id)
