"""Reads of calendar items: current revisions, who holds what, what feeds are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from portal.calendars.tables import Method
from portal.calendars.values import Entry, FeedContent, FeedState, Held, Holding, Revision, ZoneUse
from portal.core import db

_entry = msgspec.json.Decoder(Entry).decode

_CURRENT = """
SELECT i.key, i.id, i.uid, r.number, r.sequence, r.at, r.entry
FROM calendar_item i JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
WHERE i.kind = $1 AND i.key = ANY($2::text[])
"""


async def current(kind: str, keys: Sequence[str]) -> dict[str, Revision]:
    """The newest revision of each item; items never published are missing."""
    return {row["key"]: _revision(row) for row in await db.fetch(_CURRENT, kind, list(keys))}


def _revision(row: asyncpg.Record) -> Revision:
    return Revision(
        item_id=row["id"],
        uid=row["uid"],
        number=row["number"],
        sequence=row["sequence"],
        at=row["at"],
        entry=_entry(row["entry"]),
    )


_HOLDERS = """
SELECT h.address, h.number, h.method, h.sent_at, r.entry, h.number = i.revision AS newest
FROM calendar_item i
JOIN calendar_holding h ON h.item = i.id
JOIN calendar_revision r ON r.item = i.id AND r.number = h.number
WHERE i.kind = $1 AND i.key = $2
ORDER BY h.number, h.address LIMIT $3
"""


async def holders(kind: str, key: str, *, limit: int = 1000) -> list[Holding]:
    """Who was sent what last, oldest revision first. Whoever was sent a CANCEL is listed with that method."""
    return [
        Holding(
            address=row["address"],
            number=row["number"],
            method=Method(row["method"]),
            sent_at=row["sent_at"],
            entry=_entry(row["entry"]),
            newest=row["newest"],
        )
        for row in await db.fetch(_HOLDERS, kind, key, limit)
    ]


_SUMMARY = """
SELECT r.number, r.entry, r.number = i.revision AS newest, h.people
FROM calendar_item i
JOIN LATERAL (SELECT number, count(*) AS people FROM calendar_holding
              WHERE item = i.id AND method = 'REQUEST' GROUP BY number) h ON true
JOIN calendar_revision r ON r.item = i.id AND r.number = h.number
WHERE i.kind = $1 AND i.key = $2
ORDER BY r.number LIMIT 100
"""


async def holders_summary(kind: str, key: str) -> list[Held]:
    """How many people hold which revision, oldest first, with what it told them. Cancelled seats do not
    count.
    """
    return [
        Held(number=row["number"], people=row["people"], entry=_entry(row["entry"]), newest=row["newest"])
        for row in await db.fetch(_SUMMARY, kind, key)
    ]


async def raised(item_id: int, address: str) -> int:
    """How far ahead an address's SEQUENCE is (see `rules.addressed_sequence`); 0 unless a seat was cancelled
    before.
    """
    found = await db.fetch_value(
        "SELECT raised FROM calendar_holding WHERE item = $1 AND address = $2", item_id, address.lower()
    )
    return int(found or 0)


async def feed_subject(secret: str) -> tuple[str, str] | None:
    """Whose feed a secret address is: kind and key. `feeds.answer` notes the fetch."""
    row = await db.fetch_one("SELECT kind, key FROM feed_address WHERE secret = $1", secret)
    return None if row is None else (row["kind"], row["key"])


_CHOSEN = """
WITH chosen AS (
    SELECT i.id, i.revision, i.changed_at, t.place
    FROM unnest($2::text[]) WITH ORDINALITY AS t (key, place)
    JOIN calendar_item i ON i.kind = $1 AND i.key = t.key)
"""
_STATE = _CHOSEN + (
    "SELECT count(*) AS count, max(changed_at) AS newest, "
    "md5(coalesce(string_agg(id || '.' || revision, ' ' ORDER BY place), '')) AS digest FROM chosen"
)
_CONTENT = _CHOSEN + (
    "SELECT r.vevent, r.zone, r.first_year, r.last_year, c.changed_at "
    "FROM chosen c JOIN calendar_revision r ON r.item = c.id AND r.number = c.revision ORDER BY c.place"
)


async def feed_state(kind: str, keys: Sequence[str]) -> FeedState:
    """What tells one state of a feed from another, without loading a single VEVENT."""
    row = await db.fetch_one(_STATE, kind, _once(keys))
    assert row is not None
    return FeedState(digest=row["digest"], newest=row["newest"], count=row["count"])


async def vevents(kind: str, keys: Sequence[str]) -> FeedContent:
    """The stored VEVENTs of the items in the order of their keys, with the zones they need."""
    rows = await db.fetch(_CONTENT, kind, _once(keys))
    years: dict[str, tuple[int, int]] = {}
    for _, zone, first, last, _ in rows:
        if zone:
            known = years.get(zone)
            years[zone] = (first, last) if known is None else (min(known[0], first), max(known[1], last))
    return FeedContent(
        events=b"".join([row[0] for row in rows]),
        zones=tuple(ZoneUse(name, *span) for name, span in sorted(years.items())),
        newest=max((row[4] for row in rows), default=None),
        count=len(rows),
    )


def _once(keys: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(keys))


_KNOWN = """
SELECT i.kind, i.key, h.number, h.method, h.sent_at, r.entry ->> 'title' AS title
FROM calendar_holding h
JOIN calendar_item i ON i.id = h.item
JOIN calendar_revision r ON r.item = h.item AND r.number = h.number
WHERE h.address = $1 ORDER BY h.sent_at, h.id LIMIT 5000
"""


async def known_about(address: str) -> list[dict[str, Any]]:
    """What calendars know of a person: the entries sent to the address, and when the own feed was made and
    read.
    """
    sent = [
        {
            "what": "calendar entry sent",
            "title": row["title"],
            "revision": row["number"],
            "method": row["method"],
            "at": row["sent_at"].isoformat(),
        }
        for row in await db.fetch(_KNOWN, address.lower())
    ]
    feed = await db.fetch_one(
        "SELECT created_at, fetched_at FROM feed_address WHERE kind = 'person' AND key = $1", address
    )
    if feed is None:
        return sent
    return [
        *sent,
        {
            "what": "own calendar feed",
            "made": feed["created_at"].isoformat(),
            "read": _iso(feed["fetched_at"]),
        },
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_SENT_TO = """
SELECT h.address, h.number, i.revision AS newest, h.method, h.sent_at
FROM calendar_item i JOIN calendar_holding h ON h.item = i.id
WHERE i.kind = $1 AND i.key = $2 AND h.address = ANY($3::text[]) ORDER BY h.sent_at
"""


async def sent_to(kind: str, key: str, addresses: Sequence[str]) -> list[dict[str, Any]]:
    """What these addresses were sent last of one item: address, number, newest, method, sent_at."""
    return [dict(row) for row in await db.fetch(_SENT_TO, kind, key, [address.lower() for address in addresses])]


async def held_entry(item_id: int, address: str) -> tuple[int, Entry] | None:
    """The revision's number and entry an address holds; None when it was never sent one."""
    row = await db.fetch_one(
        "SELECT h.number, r.entry FROM calendar_holding h JOIN calendar_revision r ON r.item = h.item AND r.number = h.number "
        "WHERE h.item = $1 AND h.address = $2",
        item_id, address.lower(),
    )  # fmt: skip
    return None if row is None else (row["number"], _entry(row["entry"]))
