"""SEQUENCE and DTSTAMP of what one person's calendar is told, one count for the feed on their phone and for mails to them.

What a calendar says of an item depends on much besides the item: what its reader saved and ranked, which places they have,
what the first choice is called. Feed and mail both write down what they tell; whatever differs from what was told last, in
either way, is one higher, and nothing lowers it. So a program that has both in one drawer believes the newest.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.calendars import rules
from portal.calendars.commands import feed_address
from portal.calendars.tables import Method
from portal.calendars.values import Revision, Shown
from portal.core import db

PERSON = "person"
"""The kind of feed that is an account's; its key is the account's number."""

# Mails of before somebody had a feed are in the ledger alone: it may not begin below them. One statement: of two readers at
# once, the second waits at the row, and counts on from there. Mails and readers begin with the feed’s row: two with several
# items in unlike orders would block each other.
_TELL = """
WITH feed AS (SELECT id FROM feed_address WHERE kind = $1 AND key = $2 FOR NO KEY UPDATE), shown AS (
    SELECT * FROM unnest($4::bigint[], $5::text[], $6::text[], $7::int[], $8::timestamptz[])
        AS t (item, state, digest, sequence, at)
), sent AS (
    SELECT DISTINCT ON (m.item) m.item, r.sequence AS of, CASE m.method WHEN 'REQUEST' THEN 'place' ELSE 'off' END AS state,
        r.sequence + m.raised
            - (m.method = 'CANCEL' AND NOT coalesce((r.entry ->> 'cancelled')::boolean, false))::int AS sequence
    FROM calendar_message m JOIN calendar_revision r ON r.item = m.item AND r.number = m.number
    WHERE m.address = $3 AND m.item = ANY($4) ORDER BY m.item, m.number DESC, m.id DESC
), now_told AS (
    SELECT item, n.digest, n.at, greatest(n.sequence,
        s.sequence + (s.of <> n.sequence OR s.state <> split_part(n.state, ' ', 1))::int) AS sequence
    FROM shown n LEFT JOIN sent s USING (item)
), last AS (
    SELECT t.item, t.digest, t.sequence, t.at FROM calendar_told t JOIN feed ON feed.id = t.feed
), changed AS (
    INSERT INTO calendar_told (feed, item, digest, sequence, at)
    SELECT feed.id, item, coalesce(n.digest, ''), coalesce(n.sequence, last.sequence), coalesce(n.at, last.at)
    FROM feed CROSS JOIN (now_told n FULL JOIN last USING (item))
    WHERE coalesce(n.digest, '') IS DISTINCT FROM last.digest ORDER BY item
    ON CONFLICT (feed, item) DO UPDATE SET digest = excluded.digest,
        sequence = greatest(excluded.sequence, calendar_told.sequence + (excluded.digest <> calendar_told.digest)::int),
        at = greatest(excluded.at, $9, calendar_told.at + interval '1 second')
    RETURNING item, sequence, at
)
SELECT item, coalesce(c.sequence, last.sequence) AS sequence, coalesce(c.at, last.at) AS at
FROM now_told LEFT JOIN changed c USING (item) LEFT JOIN last USING (item)
"""


async def tell(
    *, feed: tuple[str, str], address: str, shown: Sequence[Shown], now: datetime
) -> list[Revision]:  # fmt: skip
    """The revisions with the reader's own SEQUENCE and DTSTAMP. They are all their calendar says. `feed` is kind and key of an
    address that was made; `address` where their mails go, empty where they have no account.
    """
    these = [one.revision for one in shown]
    rows = await db.fetch(
        _TELL, *feed, address.lower(), [one.item_id for one in these], [one.state for one in shown],
        [_digest(one.revision, one.state) for one in shown], [one.sequence for one in these], [one.at for one in these],
        now.replace(microsecond=0),
    )  # fmt: skip
    told = {row["item"]: row for row in rows}
    return [
        msgspec.structs.replace(one, sequence=told[one.item_id]["sequence"], at=told[one.item_id]["at"])
        for one in these
    ]


def _digest(revision: Revision, state: str) -> str:
    return f"{revision.number} {state}"


_RAISE = """
INSERT INTO calendar_told AS told (feed, item, digest, sequence, at)
SELECT f.id, $2, $3, $4, $5 FROM account a JOIN feed_address f ON f.kind = 'person' AND f.key = a.id::text
WHERE a.email = $1 AND a.email <> '' FOR NO KEY UPDATE OF f
ON CONFLICT (feed, item) DO UPDATE SET digest = excluded.digest,
    sequence = greatest(excluded.sequence, told.sequence + (excluded.digest <> told.digest)::int),
    at = greatest(excluded.at, told.at + make_interval(secs => (excluded.digest <> told.digest)::int))
RETURNING sequence
"""


async def raised(
    *, revision: Revision, method: Method, address: str, before: int, joins: bool = False
) -> int:  # fmt: skip
    """How far ahead of the item's SEQUENCE a message to an address is that is about to be sent; `before` is how far the last
    one was. `joins`: it says how to join online. The transaction is the one that queues the mail.
    """
    own = rules.addressed_sequence(revision, method, before)
    is_on = method is Method.REQUEST
    state = (f"{rules.PLACE} online" if joins else rules.PLACE) if is_on else rules.OFF
    told = await db.fetch_value(
        _RAISE, address.lower(), revision.item_id, _digest(revision, state), own, revision.at
    )  # fmt: skip
    return before if told is None else before + told - own


_CARRY = """
INSERT INTO calendar_told AS told (feed, item, digest, sequence, at)
SELECT mine.id, t.item, '', t.sequence, t.at
FROM feed_address mine, feed_address theirs JOIN calendar_told t ON t.feed = theirs.id
WHERE mine.kind = $1 AND mine.key = $2 AND theirs.kind = $3 AND theirs.key = $4 ORDER BY t.item
FOR NO KEY UPDATE OF mine
ON CONFLICT (feed, item) DO UPDATE SET digest = '',
    sequence = greatest(told.sequence, excluded.sequence), at = greatest(told.at, excluded.at)
"""


async def carry(*, source: tuple[str, str], target: tuple[str, str], now: datetime) -> None:
    """Let one calendar count on from what another told as well."""
    if await db.fetch_value("SELECT 1 FROM feed_address WHERE kind = $1 AND key = $2", *source):
        await feed_address(kind=target[0], key=target[1], now=now)
        await db.execute(_CARRY, *target, *source)
