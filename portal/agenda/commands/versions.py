"""SEQUENCE and DTSTAMP of the entries of an agenda’s calendar: counted where they are told.

What an entry says depends on much besides its item: what its reader saved and ranked, which places they have, what the
first choice is called. Whatever made it differ from what was told last, the next number is one higher; nothing lowers it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.agenda.values import Mine
from portal.calendars import rules
from portal.calendars.values import Revision
from portal.core import db

# One statement: of two readers at once, the second waits at the row, and counts on from there.
_TELL = """
WITH now_told AS (
    SELECT * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::timestamptz[]) AS t (item, digest, sequence, at)),
last AS (SELECT item, digest, sequence, at FROM agenda_told WHERE agenda = $1),
changed AS (
    INSERT INTO agenda_told (agenda, item, digest, sequence, at)
    SELECT $1, item, coalesce(n.digest, ''), coalesce(n.sequence, last.sequence), coalesce(n.at, last.at)
    FROM now_told n FULL JOIN last USING (item)
    WHERE coalesce(n.digest, '') IS DISTINCT FROM last.digest ORDER BY item
    ON CONFLICT (agenda, item) DO UPDATE SET digest = excluded.digest,
        sequence = greatest(excluded.sequence, agenda_told.sequence + (excluded.digest <> agenda_told.digest)::int),
        at = greatest(excluded.at, $6, agenda_told.at + interval '1 second')
    RETURNING item, sequence, at)
SELECT item, coalesce(c.sequence, last.sequence) AS sequence, coalesce(c.at, last.at) AS at
FROM now_told LEFT JOIN changed c USING (item) LEFT JOIN last USING (item)
"""


async def tell(*, agenda_id: int, revisions: Sequence[Revision], now: datetime) -> list[Revision]:
    """The same revisions with this agenda’s own SEQUENCE and DTSTAMP. They are all its calendar says."""
    digests = [f"{one.number} {rules.digest(one.entry)}" for one in revisions]
    rows = await db.fetch(
        _TELL, agenda_id, [one.item_id for one in revisions], digests, [one.sequence for one in revisions],
        [one.at for one in revisions], now.replace(microsecond=0),
    )  # fmt: skip
    told = {row["item"]: row for row in rows}
    return [
        msgspec.structs.replace(one, sequence=told[one.item_id]["sequence"], at=told[one.item_id]["at"])
        for one in revisions
    ]


_JOIN = """
INSERT INTO agenda_told (agenda, item, digest, sequence, at)
SELECT $1, item, '', sequence, at FROM agenda_told WHERE agenda = $2 ORDER BY item
ON CONFLICT (agenda, item) DO UPDATE SET digest = '',
    sequence = greatest(agenda_told.sequence, excluded.sequence), at = greatest(agenda_told.at, excluded.at)
"""


async def join(*, source: Mine, target: Mine) -> None:
    """Count on from what either told; in the caller’s transaction."""
    await db.execute(_JOIN, target.id, source.id)
