"""Reads of calendar items: current revisions, the ledger, what feeds are made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from portal.calendars.tables import Method
from portal.calendars.values import Entry, FeedContent, FeedState, Held, Holder, Ledger, Revision, Sent, ZoneUse
from portal.core import db
from portal.notifications.tables import MailState

_entry = msgspec.json.Decoder(Entry).decode

_CURRENT = """
SELECT i.key, i.id, i.uid, r.number, r.sequence, r.at, r.entry
FROM calendar_item i JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
WHERE i.kind = $1 AND i.key = ANY($2::text[])
"""


async def current(kind: str, keys: Sequence[str]) -> dict[str, Revision]:
    """The newest revision of each item; items never published are missing."""
    return {row["key"]: _revision(row) for row in await db.fetch(_CURRENT, kind, list(keys))}


_CURRENT_OF = """
SELECT i.kind, i.key, i.id, i.uid, r.number, r.sequence, r.at, r.entry
FROM unnest($1::text[], $2::text[]) AS t (kind, key) JOIN calendar_item i ON i.kind = t.kind AND i.key = t.key
JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
"""


async def current_of(items: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Revision]:
    """The same for items of several kinds, by kind and key."""
    rows = await db.fetch(_CURRENT_OF, [kind for kind, _ in items], [key for _, key in items])
    return {(row["kind"], row["key"]): _revision(row) for row in rows}


def _revision(row: asyncpg.Record) -> Revision:
    return Revision(
        item_id=row["id"],
        uid=row["uid"],
        number=row["number"],
        sequence=row["sequence"],
        at=row["at"],
        entry=_entry(row["entry"]),
    )


# What was said to an address last, and what it holds: the last message that arrived. A message without a mail did.
_SAID = """
WITH said AS (
    SELECT m.id, m.item, m.address, m.number, m.method, m.sent_at, m.raised, mail.state, mail.answer,
           r.sequence >= n.sequence AS newest
    FROM calendar_item i
    JOIN calendar_revision n ON n.item = i.id AND n.number = i.revision
    JOIN calendar_message m ON m.item = i.id
    JOIN calendar_revision r ON r.item = i.id AND r.number = m.number
    LEFT JOIN mail ON mail.id = m.mail
    WHERE i.kind = $1 AND i.key = $2),
last AS (SELECT DISTINCT ON (address) * FROM said ORDER BY address, number DESC, id DESC),
held AS (SELECT DISTINCT ON (address) * FROM said WHERE state IS NULL OR state = 'accepted'
         ORDER BY address, number DESC, id DESC)
"""
_LEDGER = (
    _SAID
    + """
SELECT h.number, h.newest, r.entry, h.people, NULL AS state
FROM (SELECT item, number, newest, count(*) AS people FROM held WHERE method = 'REQUEST' GROUP BY 1, 2, 3) h
JOIN calendar_revision r ON r.item = h.item AND r.number = h.number
UNION ALL SELECT 0, false, NULL, count(*), state FROM last WHERE state <> 'accepted' GROUP BY state
ORDER BY 1
"""
)
_HOLDERS = (
    _SAID
    + """
SELECT last.address, CASE WHEN held.method = 'REQUEST' THEN held.number ELSE 0 END AS held_number,
       coalesce(held.newest AND held.method = 'REQUEST', false) AS held_newest, last.number, last.method, last.sent_at,
       last.newest, last.raised, last.state, last.answer
FROM last LEFT JOIN held USING (address)
WHERE held.method = 'REQUEST' OR last.method = 'REQUEST' OR last.state <> 'accepted'
ORDER BY held_number, last.address LIMIT $3
"""
)
_WAITING = {MailState.QUEUED, MailState.DEFERRED}


async def ledger(kind: str, key: str) -> Ledger:
    """How many people hold which revision, oldest first, with what it told them. Cancelled seats do not count."""
    return _ledger((await db.fetch_together(kind, key, rows=_LEDGER))["rows"])


def _ledger(rows: Sequence[Mapping[str, Any]]) -> Ledger:
    pending = {row["state"]: row["people"] for row in rows if row["state"]}
    waiting = sum(people for state, people in pending.items() if state in _WAITING)
    return Ledger(
        held=[
            Held(
                number=row["number"],
                people=row["people"],
                entry=msgspec.convert(row["entry"], Entry),
                newest=row["newest"],
            )
            for row in rows
            if row["state"] is None
        ],
        waiting=waiting,
        lost=sum(pending.values()) - waiting,
    )


async def holders(kind: str, key: str, *, limit: int = 200) -> list[Holder]:
    """Who holds which revision and what became of their newest message; the oldest revision first."""
    return _held_by((await db.fetch_together(kind, key, limit, rows=_HOLDERS))["rows"])


def _held_by(rows: Sequence[Mapping[str, Any]]) -> list[Holder]:
    return [
        Holder(
            address=row["address"], number=row["held_number"], newest=row["held_newest"],
            last=_sent({**row, "sent_at": datetime.fromisoformat(row["sent_at"])}),
        )
        for row in rows
    ]  # fmt: skip


def _sent(row: Mapping[str, Any]) -> Sent:
    return Sent(
        address=row["address"],
        number=row["number"],
        method=Method(row["method"]),
        sent_at=row["sent_at"],
        newest=row["newest"],
        raised=row["raised"],
        state=MailState(row["state"]) if row["state"] else None,
        answer=row["answer"] or "",
    )


async def ledger_and_holders(kind: str, key: str, *, limit: int = 200) -> tuple[Ledger, list[Holder]]:
    """Both, in one statement."""
    found = await db.fetch_together(kind, key, limit, ledger=_LEDGER, holders=_HOLDERS)
    return _ledger(found["ledger"]), _held_by(found["holders"])


async def entry(kind: str, key: str, number: int) -> Entry:
    """What a revision of an item says. Raises LookupError for none."""
    found = await db.fetch_value(
        "SELECT r.entry FROM calendar_item i JOIN calendar_revision r ON r.item = i.id AND r.number = $3 "
        "WHERE i.kind = $1 AND i.key = $2",
        kind, key, number,
    )  # fmt: skip
    if found is None:
        raise LookupError(f"{kind} {key} has no revision {number}")
    return _entry(found)


_SENT = """
SELECT m.address, m.number, m.method, m.sent_at, m.raised, mail.state, mail.answer, r.sequence >= n.sequence AS newest
FROM calendar_item i
JOIN calendar_revision n ON n.item = i.id AND n.number = i.revision
JOIN calendar_message m ON m.item = i.id AND {which}
JOIN calendar_revision r ON r.item = i.id AND r.number = m.number
LEFT JOIN mail ON mail.id = m.mail
WHERE i.kind = $1 AND i.key = $2 ORDER BY m.number DESC, m.id DESC LIMIT 500
"""
_SENT_TO = _SENT.format(which="m.address = ANY($3::text[])")
_SENT_ABOUT = _SENT.format(
    which="m.id IN (SELECT a.id FROM calendar_message a WHERE a.item = i.id AND a.address = ANY($3::text[]) "
    "UNION SELECT b.id FROM mail o JOIN calendar_message b ON b.mail = o.id WHERE o.about_kind = $4 AND o.about_key = $5)"
)


async def sent_to(kind: str, key: str, addresses: Sequence[str]) -> list[Sent]:
    """What these addresses were sent of one item, the newest message first."""
    rows = await db.fetch(_SENT_TO, kind, key, [address.lower() for address in addresses])
    return [_sent(row) for row in rows]


_TOLD = """
SELECT item, method FROM (
    SELECT DISTINCT ON (m.item) m.item, m.method, mail.state FROM calendar_message m LEFT JOIN mail ON mail.id = m.mail
    WHERE m.item = ANY($1::bigint[]) AND m.address = $2 ORDER BY m.item, m.number DESC, m.id DESC) newest
WHERE state IS NULL OR state IN ('queued', 'deferred', 'accepted')
"""


async def told_by_mail(items: Sequence[int], address: str) -> dict[int, Method]:
    """Those items an address’s calendar follows by mail, and what the newest message about each, which arrived or is on its way,
    says.
    """
    return {row["item"]: Method(row["method"]) for row in await db.fetch(_TOLD, list(items), address.lower())}


async def sent_about(kind: str, key: str, addresses: Sequence[str], *, about: tuple[str, str]) -> list[Sent]:
    """The same, with what went to others in mails about a thing: to whoever had a part in it before."""
    rows = await db.fetch(_SENT_ABOUT, kind, key, [address.lower() for address in addresses], *about)
    return [_sent(row) for row in rows]


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
SELECT m.number, m.method, m.sent_at, r.entry ->> 'title' AS title
FROM calendar_message m
JOIN calendar_revision r ON r.item = m.item AND r.number = m.number
WHERE m.address = $1 ORDER BY m.id LIMIT 5000
"""


async def known_about(address: str) -> list[dict[str, Any]]:
    """What calendars know of a person: the entries sent to the address, and when the own feed was made and
    read.
    """
    sent = [
        {
            "what": "Calendar entry taken back" if row["method"] == Method.CANCEL else "Calendar entry sent",
            "title": row["title"],
            "revision": row["number"],
            "at": row["sent_at"],
        }
        for row in await db.fetch(_KNOWN, address.lower())
    ]
    feed = await db.fetch_one(
        "SELECT created_at, fetched_at FROM feed_address "
        "WHERE kind = 'person' AND key IN (SELECT id::text FROM account WHERE email = $1)",
        address,
    )
    if feed is None:
        return sent
    return [*sent, {"what": "Own calendar feed", "made": feed["created_at"], "read": feed["fetched_at"]}]


LABELS = {"title": "Event", "revision": "Version", "at": "Sent", "read": "Last read by a calendar"}
