"""Acts on calendar items: publishing revisions, the ledger of who was sent what, secret feed addresses."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
import msgspec

from portal.calendars import building, rules, zones
from portal.calendars.tables import Method
from portal.calendars.values import Entry, Revision, ZoneUse
from portal.core import db
from portal.core.settings import current
from portal.core.tokens import readable, secret

_ADD_ITEMS = """
INSERT INTO calendar_item (kind, key, uid, revision, changed_at)
SELECT $1, t.key, t.uid, 0, $4 FROM unnest($2::text[], $3::text[]) AS t (key, uid) ORDER BY t.key
ON CONFLICT (kind, key) DO NOTHING
"""
# A statement of its own: joined to the lock, the newest revision would be the one before the wait for it.
_LOCK_ITEMS = """
SELECT id, key, uid FROM calendar_item WHERE kind = $1 AND key = ANY($2::text[]) ORDER BY key FOR UPDATE
"""
_NEWEST = """
SELECT r.item, r.number, r.sequence, r.at, r.digest, CASE WHEN r.digest <> t.digest THEN r.entry END AS entry
FROM unnest($1::bigint[], $2::text[]) AS t (item, digest)
JOIN calendar_item i ON i.id = t.item
JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
"""
_ADD_REVISIONS = """
WITH added AS (
    INSERT INTO calendar_revision
        (item, number, sequence, at, entry, digest, vevent, zone, first_year, last_year)
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::timestamptz[], $5::jsonb[], $6::text[],
                         $7::bytea[], $8::text[], $9::int[], $10::int[])
    RETURNING item, number, at)
UPDATE calendar_item i SET revision = a.number, changed_at = a.at FROM added a WHERE i.id = a.item
"""


async def publish(*, kind: str, key: str, entry: Entry, now: datetime) -> Revision:
    """Make `entry` what calendars show of an item. A new revision is stored only when the entry differs."""
    return (await publish_many(kind=kind, entries={key: entry}, now=now))[key]


async def publish_many(*, kind: str, entries: Mapping[str, Entry], now: datetime) -> Mapping[str, Revision]:
    """Publish many entries in four statements, whatever their number. Items are locked in the order of their
    keys.
    """
    wanted = {key: rules.tidied(entries[key]) for key in sorted(entries)}
    if not wanted:
        return {}
    digests = {key: rules.digest(entry) for key, entry in wanted.items()}
    async with db.transaction():
        keys = list(wanted)
        await db.execute(_ADD_ITEMS, kind, keys, [_uid(kind, key) for key in keys], now)
        items = {row["key"]: row for row in await db.fetch(_LOCK_ITEMS, kind, keys)}
        ids = [items[key]["id"] for key in keys]
        newest = {row["item"]: row for row in await db.fetch(_NEWEST, ids, [digests[key] for key in keys])}
        found = {
            key: _revision(items[key], newest.get(items[key]["id"]), entry, digests[key], now)
            for key, entry in wanted.items()
        }
        await _store([(revision, digests[key]) for key, revision in found.items() if revision.changed])
    return found


def _uid(kind: str, key: str) -> str:
    """A new item's UID. It is stored once and stays, whatever becomes of the portal's address."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{kind}-{key}")[:90]
    host = urlsplit(current().base_url).hostname or "localhost"
    return f"{plain}-{readable(12).lower()}@{host[:90]}"


def _revision(
    item: asyncpg.Record, newest: asyncpg.Record | None, entry: Entry, digest: str, now: datetime
) -> Revision:
    if newest is None:
        return rules.first(item["id"], item["uid"], entry, now)
    # Digests of entries stored before a field was added differ although the entries do not.
    known = entry if newest["digest"] == digest else msgspec.json.decode(newest["entry"], type=Entry)
    before = Revision(
        item_id=item["id"],
        uid=item["uid"],
        number=newest["number"],
        sequence=newest["sequence"],
        at=newest["at"],
        entry=known,
    )
    return before if known == entry else rules.successor(before, entry, now)


async def _store(revisions: list[tuple[Revision, str]]) -> None:
    if not revisions:
        return
    rows = [_row(revision, digest) for revision, digest in revisions]
    await db.execute(_ADD_REVISIONS, *map(list, zip(*rows, strict=True)))


def _row(r: Revision, digest: str) -> tuple[object, ...]:
    zone = zones.use_of(r.entry) or ZoneUse("", 0, 0)
    entry = msgspec.json.encode(r.entry).decode()
    return (
        *(r.item_id, r.number, r.sequence, r.at, entry, digest, building.vevent(r)),
        *(zone.name, zone.first_year, zone.last_year),
    )


async def take_turn(*, item_id: int, address: str) -> None:
    """Until commit nobody else looks up or writes what this address was sent: messages follow one another."""
    await db.execute(
        "SELECT pg_advisory_xact_lock(hashtext('calendar messages'), hashtext($1))", f"{item_id} {address}"
    )


_NOTE_SENT = """
INSERT INTO calendar_message (item, address, number, method, sent_at, mail, raised)
SELECT $1, $2, $3, $4::text, $5, $6,
       coalesce($7, last.raised, 0)
       + CASE WHEN $4 = 'CANCEL' AND coalesce(last.method, 'REQUEST') = 'REQUEST' AND NOT r.cancelled THEN 2 ELSE 0 END
FROM (SELECT coalesce((entry ->> 'cancelled')::boolean, false) AS cancelled
      FROM calendar_revision WHERE item = $1 AND number = $3) r
LEFT JOIN (SELECT method, raised FROM calendar_message WHERE item = $1 AND address = $2
           ORDER BY number DESC, id DESC LIMIT 1) last ON true
ON CONFLICT (mail, item) DO NOTHING
"""


async def note_sent(
    *, item_id: int, address: str, number: int, method: Method, now: datetime, mail: int | None = None,
    raised: int | None = None,
) -> None:  # fmt: skip
    """Write into the ledger that `address` was sent revision `number` with that mail, `raised` as `personal.raised` had it."""
    await db.execute(_NOTE_SENT, item_id, address.lower(), number, method.value, now, mail, raised)


async def feed_address(*, kind: str, key: str, now: datetime) -> str:
    """The secret in the address of somebody's own feed, made when first asked for. Whoever serves the feed owns the path
    around it.
    """
    found = await db.fetch_value("SELECT secret FROM feed_address WHERE kind = $1 AND key = $2", kind, key)
    if found is None:
        found = await db.fetch_value(
            "INSERT INTO feed_address (kind, key, secret, created_at) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (kind, key) DO UPDATE SET key = excluded.key RETURNING secret",
            kind, key, secret(), now,
        )  # fmt: skip
    return str(found)


async def rotate_feed_address(*, kind: str, key: str, now: datetime) -> str:
    """A new secret for the address of somebody's own feed; the old one stops working at once."""
    made = secret()
    await db.execute(
        "INSERT INTO feed_address (kind, key, secret, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (kind, key) DO UPDATE SET "
        "secret = excluded.secret, created_at = excluded.created_at, fetched_at = NULL",
        kind, key, made, now,
    )  # fmt: skip
    return made


_NOTED_EVERY = timedelta(minutes=15)


async def note_fetched(*, secret: str, now: datetime) -> None:
    """Write down that a secret address is in use, to the quarter of an hour."""
    await db.execute(
        "UPDATE feed_address SET fetched_at = $2 "
        "WHERE secret = $1 AND (fetched_at IS NULL OR fetched_at < $2::timestamptz - $3::interval)",
        secret, now, _NOTED_EVERY,
    )  # fmt: skip


async def forget(address: str, now: datetime) -> str:
    """Erase what calendars know of a person; what was sent is in calendars that are not ours."""
    async with db.transaction():
        sent = db.affected(await db.execute("DELETE FROM calendar_message WHERE address = $1", address.lower()))
        await db.execute(
            "DELETE FROM feed_address WHERE kind = 'person' AND key IN (SELECT id::text FROM account WHERE email = $1)",
            address,
        )
    entries = "1 calendar entry" if sent == 1 else f"{sent} calendar entries"
    return f"The record of {entries} sent and the secret calendar address are gone."
