"""Whose agendas a change concerns, and to whom there is something to tell."""

from datetime import datetime

import msgspec

from portal.core import db

# Of an event, all that have something of it: what they wait for may be of another event.
_CONCERNED = """
SELECT agenda AS id FROM agenda_entry WHERE event = $1 AND agenda > $2
UNION SELECT s.agenda FROM exhibitor x JOIN agenda_stand s ON s.exhibitor = x.id WHERE x.event = $1 AND s.agenda > $2
ORDER BY id LIMIT $3
"""


async def concerned(event_id: int, *, after: int = 0, most: int = 500) -> list[int]:
    """Agendas with something of an event, by number."""
    return [row["id"] for row in await db.fetch(_CONCERNED, event_id, after, most)]


class Reader(msgspec.Struct, frozen=True):
    """Who is told of an agenda: the account’s address, or one that was proved."""

    agenda: int
    address: str
    name: str
    digests: int


_READER = """
SELECT a.id AS agenda, coalesce(o.email, a.email) AS address, coalesce(o.name, '') AS name, a.digests
FROM agenda a LEFT JOIN account o ON o.id = a.account AND o.erased_at IS NULL AND o.verified_at IS NOT NULL
WHERE a.id = $1 AND a.joined IS NULL AND coalesce(o.email, a.email) <> ''
"""


async def reader(agenda_id: int) -> Reader | None:
    """None where nobody can be written to."""
    row = await db.fetch_one(_READER, agenda_id)
    return None if row is None else Reader(**dict(row))


async def due(now: datetime, most: int = 1000) -> list[int]:
    """Agendas to look at for a mail."""
    rows = await db.fetch("SELECT id FROM agenda WHERE digest_due_at <= $1 ORDER BY digest_due_at LIMIT $2", now, most)
    return [row["id"] for row in rows]
