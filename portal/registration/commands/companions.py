"""Places that bring places: given where there is room, named as their leader is, taken back with it.

Which places bring which is for packages above to say (`bring_along`); `keep_companions` does the rest, in statements that
take any number of people at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from portal.core import db
from portal.core.jobs import enqueue, enqueue_many
from portal.core.settings import current
from portal.core.tokens import readable, secret
from portal.registration.commands.lapsing import offer_freed
from portal.registration.queries import tickets as queries

_MOST_AT_ONCE = 500


class Pair(msgspec.Struct, frozen=True):
    """A place brings one at an event; `title` is what both belong to."""

    leader: int
    event: int
    title: str


async def bring_along(*, pairs: Sequence[Pair], now: datetime) -> None:
    """Remember that these places bring others; each pair counts once, however often it is said."""
    await db.execute(
        "INSERT INTO companion (leader, event, title, address, state, since) "
        "SELECT x.leader, x.event, x.title, '', 'waiting', $4 FROM unnest($1::bigint[], $2::bigint[], $3::text[]) "
        "AS x (leader, event, title) ON CONFLICT (leader, event) DO NOTHING",
        [pair.leader for pair in pairs], [pair.event for pair in pairs], [pair.title for pair in pairs], now,
    )  # fmt: skip


async def keep_companions(*, now: datetime) -> None:
    """Bring every companion to where its leader stands, and tell whom it concerns, once."""
    await _take_back(now)
    await _follow(now)
    for row in await db.fetch(_EVENTS, now):
        await _give(row["event"], now)
    await _tell(now)


# A place that went its own way (another address) no longer follows, but it ends with its leader all the same.
_GONE = """
SELECT c.id, c.seat, s.seat_order, s.ticket_type, coalesce(nullif(s.email, ''), o.email) AS address,
    trim(s.first_name || ' ' || s.last_name) AS name, c.told_at IS NOT NULL AS told
FROM companion c JOIN seat l ON l.id = c.leader AND l.state <> 'confirmed'
JOIN seat s ON s.id = c.seat AND s.state = 'confirmed' JOIN seat_order o ON o.id = s.seat_order
JOIN event e ON e.id = c.event AND e.starts_at > $1 AND e.state IN ('published', 'moved')
ORDER BY o.id FOR UPDATE OF o
"""


async def _take_back(now: datetime) -> None:
    """The leader was given up: so are the dates that have not begun. Their people hear it in one mail."""
    async with db.transaction():
        gone = await db.fetch(_GONE, now)
        if gone:
            orders = [row["seat_order"] for row in gone]
            await db.execute(
                "WITH o AS (UPDATE seat_order SET state = 'cancelled', ended_at = $2, "
                "end_reason = 'the place it came with was given up' WHERE id = ANY($1)) "
                "UPDATE seat SET state = 'cancelled' WHERE seat_order = ANY($1) AND state = 'confirmed'",
                orders, now,
            )  # fmt: skip
            await offer_freed([row["ticket_type"] for row in gone])
            await _tell_gone([row for row in gone if row["told"]])
        await db.execute(_NEVER_GIVEN)
        await db.execute(_FREE_AGAIN)


_NEVER_GIVEN = """
DELETE FROM companion c USING seat l WHERE l.id = c.leader AND l.state <> 'confirmed' AND c.state <> 'given'
"""
# What somebody had from another leader may have ended with that one.
_FREE_AGAIN = """
UPDATE companion c SET state = 'waiting' WHERE c.state = 'had' AND EXISTS (
    SELECT FROM companion d JOIN seat l ON l.id = d.leader AND l.state <> 'confirmed' JOIN seat m ON m.id = c.leader
    WHERE d.event = c.event AND d.state = 'given' AND d.address = m.email)
AND NOT EXISTS (SELECT FROM seat x JOIN seat_order o ON o.id = x.seat_order JOIN seat m ON m.id = c.leader
    WHERE o.event = c.event AND x.state = 'confirmed' AND x.email = m.email)
"""


async def _tell_gone(rows: Iterable[Any]) -> None:
    by_person = groupby(sorted(rows, key=itemgetter("address", "id")), key=itemgetter("address"))
    for address, these in by_person:
        mine = list(these)
        if address:
            await enqueue(
                "registration.tell_companions_gone", address=address, name=mine[0]["name"],
                companions=[row["id"] for row in mine],
            )  # fmt: skip


# Whoever the leader belongs to now, and whom the companion was given to.
_FOLLOWING = """
SELECT c.id, c.address AS address, trim(s.first_name || ' ' || s.last_name) AS name, s.seat_order,
    CASE WHEN l.named_at IS NOT NULL THEN l.email ELSE '' END AS new_address
FROM companion c JOIN seat l ON l.id = c.leader AND l.state = 'confirmed' JOIN seat_order lo ON lo.id = l.seat_order
JOIN seat s ON s.id = c.seat AND s.state = 'confirmed' AND s.email = c.address
JOIN event e ON e.id = c.event AND e.starts_at > $1
WHERE c.state = 'given' AND (c.named_at IS DISTINCT FROM l.named_at
    OR c.address <> CASE WHEN l.named_at IS NOT NULL THEN l.email ELSE '' END)
ORDER BY s.seat_order FOR UPDATE OF c
"""
_RENAME = """
WITH x AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS x (companion, code, claim, secret, address)
), person AS (
    SELECT x.*, c.seat, s.seat_order, l.first_name, l.last_name, l.email, l.job_title, l.company, l.named_at, l.watching,
        x.claim <> '' AS passed_on, CASE WHEN l.named_at IS NOT NULL THEN l.email ELSE lo.email END AS contact,
        CASE WHEN l.named_at IS NOT NULL THEN trim(l.first_name || ' ' || l.last_name) ELSE lo.contact_name END AS contact_name
    FROM x JOIN companion c ON c.id = x.companion JOIN seat s ON s.id = c.seat JOIN seat l ON l.id = c.leader
    JOIN seat_order lo ON lo.id = l.seat_order
), orders AS (
    UPDATE seat_order o SET email = p.contact, contact_name = p.contact_name,
        secret = CASE WHEN p.passed_on THEN p.secret ELSE o.secret END,
        account = CASE WHEN p.passed_on THEN NULL ELSE o.account END
    FROM person p WHERE o.id = p.seat_order
), seats AS (
    UPDATE seat s SET first_name = p.first_name, last_name = p.last_name, email = p.address, job_title = p.job_title,
        company = p.company, named_at = p.named_at,
        code = CASE WHEN p.passed_on THEN p.code ELSE s.code END,
        claim_secret = CASE WHEN p.passed_on THEN p.claim ELSE s.claim_secret END
    FROM person p WHERE s.id = p.seat
)
UPDATE companion c SET address = p.address, named_at = p.named_at, told_at = CASE WHEN p.passed_on THEN NULL ELSE told_at END
FROM person p WHERE c.id = p.companion
"""


async def _follow(now: datetime) -> None:
    """The leader has another name: its companions take it. To another person they come with new tickets and addresses."""
    async with db.transaction():
        rows = await db.fetch(_FOLLOWING, now)
        if not rows:
            return
        passed_on = [row for row in rows if row["address"] != row["new_address"]]
        await _tell_gone(row for row in passed_on if row["address"])
        moved = {row["id"] for row in passed_on}
        await db.execute(
            _RENAME, [row["id"] for row in rows], [readable(10) for _ in rows],
            [secret() if row["id"] in moved else "" for row in rows], [secret() for _ in rows],
            [row["new_address"] for row in rows],
        )  # fmt: skip


_EVENTS = """
SELECT DISTINCT c.event FROM companion c JOIN event e ON e.id = c.event AND e.starts_at > $1
WHERE c.state = 'waiting' AND e.state IN ('published', 'moved') ORDER BY 1 LIMIT 500
"""
# A person has one place; the first of several leaders brings it.
_HAD = """
WITH people AS (
    SELECT c.id, l.email FROM companion c JOIN seat l ON l.id = c.leader AND l.named_at IS NOT NULL
    WHERE c.event = $1 AND c.state = 'waiting' AND l.email <> ''
)
UPDATE companion c SET state = 'had' FROM people p WHERE c.id = p.id AND (
    EXISTS (SELECT FROM seat x JOIN seat_order o ON o.id = x.seat_order
        WHERE o.event = $1 AND x.state = 'confirmed' AND x.email = p.email)
    OR EXISTS (SELECT FROM people q WHERE q.email = p.email AND q.id < p.id))
"""
# The event's first ordinary ticket, and what is left of it beside what those who wait are owed.
_ROOM = f"""
WITH open AS (
    SELECT id FROM event WHERE id = ANY($1) AND kind = 'own' AND state IN ('published', 'moved') AND starts_at > $2 FOR SHARE
), kind AS (
    SELECT id FROM ticket_type WHERE event = ANY($1) AND active AND NOT by_code_only AND NOT extra
        AND EXISTS (SELECT FROM open) ORDER BY position, id LIMIT 1
), drawn AS (
    SELECT q.id, q.capacity - q.taken AS left FROM quota q JOIN ticket_quota d ON d.quota = q.id
    WHERE d.ticket_type = (SELECT id FROM kind) ORDER BY q.id FOR UPDATE OF q
), owed AS (
    SELECT d.quota, sum(l.size) AS n FROM ({queries.LINE}) l JOIN ticket_quota d ON d.ticket_type = l.ticket_type GROUP BY 1
)
SELECT (SELECT id FROM kind) AS kind,
    (SELECT min(drawn.left - coalesce(owed.n, 0))::int FROM drawn LEFT JOIN owed ON owed.quota = drawn.id) AS left
"""
_NEXT = """
SELECT c.id FROM companion c JOIN seat l ON l.id = c.leader AND l.state = 'confirmed'
WHERE c.event = $1 AND c.state = 'waiting' ORDER BY c.id LIMIT $2 FOR UPDATE OF c
"""
_GIVE = """
WITH x AS (
    SELECT x.*, c.leader FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS x (companion, secret, code, claim)
    JOIN companion c ON c.id = x.companion
), orders AS (
    INSERT INTO seat_order (number, secret, event, account, state, email, contact_name, held_at, confirmed_at, end_reason, source)
    SELECT $5::text || lpad(nextval('order_number')::text, 6, '0'), x.secret, $6,
        CASE WHEN l.named_at IS NULL OR l.email = lo.email THEN lo.account END, 'confirmed',
        CASE WHEN l.named_at IS NULL THEN lo.email ELSE l.email END,
        CASE WHEN l.named_at IS NULL THEN lo.contact_name ELSE trim(l.first_name || ' ' || l.last_name) END, $7, $7, '', lo.source
    FROM x JOIN seat l ON l.id = x.leader JOIN seat_order lo ON lo.id = l.seat_order RETURNING id, secret
), seats AS (
    INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name,
        email, job_title, company, named_at, watching)
    SELECT o.id, $8, 1, 'confirmed', 0, 0, x.code, x.claim, l.first_name, l.last_name,
        CASE WHEN l.named_at IS NULL THEN '' ELSE l.email END, l.job_title, l.company, l.named_at, l.watching
    FROM orders o JOIN x USING (secret) JOIN seat l ON l.id = x.leader RETURNING id, claim_secret, email, named_at
)
UPDATE companion c SET state = 'given', seat = s.id, since = $7, address = s.email, named_at = s.named_at
FROM x JOIN seats s ON s.claim_secret = x.claim WHERE c.id = x.companion
"""


async def _give(event_id: int, now: datetime) -> None:
    """Give places to whoever waits for one through a leader, as far as they go."""
    async with db.transaction():
        room = await db.fetch_one(_ROOM, [event_id], now)
        if room is None or room["kind"] is None:
            return
        await db.execute(_HAD, event_id)
        left = _MOST_AT_ONCE if room["left"] is None else min(_MOST_AT_ONCE, room["left"])
        chosen = [row["id"] for row in await db.fetch(_NEXT, event_id, max(0, left))]
        if chosen:
            await db.execute(
                _GIVE, chosen, [secret() for _ in chosen], [readable(10) for _ in chosen], [secret() for _ in chosen],
                f"{current().order_prefix}-{now:%y}-", event_id, now, room["kind"],
            )  # fmt: skip


_UNTOLD = """
UPDATE companion c SET told_at = $1 FROM seat s JOIN seat_order o ON o.id = s.seat_order
WHERE c.seat = s.id AND c.state = 'given' AND c.told_at IS NULL AND s.state = 'confirmed'
RETURNING c.id, c.title, coalesce(nullif(s.email, ''), o.email) AS address
"""


async def _tell(now: datetime) -> None:
    """One mail for a person and what the dates belong to, whatever their number."""
    async with db.transaction():
        rows = sorted(await db.fetch(_UNTOLD, now), key=itemgetter("address", "title", "id"))
        told = [[row["id"] for row in these] for _, these in groupby(rows, key=itemgetter("address", "title"))]
        await enqueue_many("registration.tell_companions", [{"companions": ids} for ids in told])
