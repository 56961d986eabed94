"""The draft of a programme, as staff look at it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.queries import name_behind
from portal.core import db
from portal.core.paging import Page
from portal.programme.editing import Appearing, Desk, Draft, Facts, Place, Room, Seated, Stored, Track
from portal.speakers.queries import COLUMNS

PAGE_SIZE = 60
_DESK = """
SELECT e.id, e.slug, e.title, e.kind, e.state, e.timezone, e.starts_at, e.ends_at, e.starts_on, e.ends_on, p.edition,
    coalesce(p.release, 0) AS release, coalesce(p.source, '') AS source, r.released_at,
    coalesce(extract(epoch FROM e.starts_at - p.placed_for), 0)::float AS moved_by,
    array(SELECT DISTINCT (s.starts_at AT TIME ZONE e.timezone - interval '4 hours')::date FROM programme_session s
        WHERE s.event = e.id AND s.starts_at IS NOT NULL ORDER BY 1) AS used
FROM event e LEFT JOIN programme p ON p.event = e.id
LEFT JOIN programme_release r ON r.event = e.id AND r.number = p.release
WHERE e.id = $1
"""
_ROOMS = """
SELECT r.id, r.slug, r.name, r.note, r.capacity, r.position,
    (SELECT count(*) FROM programme_session s WHERE s.room = r.id) AS sessions,
    (SELECT count(*) FROM released_session s WHERE s.room = r.id) AS released
FROM programme_room r WHERE r.event = $1 ORDER BY r.position, r.id
"""
_TRACKS = """
SELECT t.id, t.slug, t.name, t.colour, t.position,
    (SELECT count(*) FROM programme_session s WHERE s.track = t.id) AS sessions,
    (SELECT count(*) FROM released_session s WHERE s.track = t.id) AS released
FROM programme_track t WHERE t.event = $1 ORDER BY t.position, t.id
"""
_DRAFTS = """
SELECT s.id, s.version, s.slug, s.kind, s.label, s.title, s.room, s.track, s.starts_at, s.ends_at, s.capacity,
    s.cancelled_at IS NOT NULL AS is_cancelled, coalesce((
        SELECT string_agg(p.name || CASE i.role WHEN 'speaker' THEN '' ELSE ' (' || i.role || ')' END, ', '
            ORDER BY i.position, i.id)
        FROM session_speaker i JOIN speaker p ON p.id = i.speaker WHERE i.session = s.id
    ), '') AS people
FROM programme_session s WHERE s.event = $1
"""
_STORED = """
SELECT s.*, s.links::text AS linked, s.cancelled_at IS NOT NULL AS is_cancelled, s.source_key IS NOT NULL AS is_imported,
    EXISTS (SELECT FROM released_session r WHERE r.session = s.id) AS is_released
FROM programme_session s WHERE s.event = $1 AND s.id = $2
"""
_SEATED = f"""
SELECT {COLUMNS}, i.role FROM session_speaker i JOIN speaker s ON s.id = i.speaker
WHERE i.session = $1 ORDER BY i.position, i.id
"""
# The page is chosen before sessions are gathered: of a thousand people, sixty are shown.
_APPEARING = f"""
WITH here AS (
    SELECT {COLUMNS}, count(*) OVER (PARTITION BY lower(s.name)) - 1 AS alike
    FROM appearance a JOIN speaker s ON s.id = a.speaker WHERE a.event = $1
), page AS (
    SELECT *, count(*) OVER () AS total FROM here
    WHERE strpos(plain_text(lower(name || ' ' || company_name)), plain_text(lower($2))) > 0
    ORDER BY lower(name), id LIMIT $3 OFFSET $4
)
SELECT p.*, coalesce((
    SELECT json_agg(json_build_array(d.id, d.title) ORDER BY d.starts_at, d.id) FROM session_speaker i
    JOIN programme_session d ON d.id = i.session WHERE d.event = $1 AND i.speaker = p.id), '[]') AS sessions
FROM page p ORDER BY lower(p.name), p.id
"""
# What an import changed is noted once for all of it, at another moment or by nobody.
_LAST_CHANGE = f"""
SELECT coalesce((SELECT {name_behind("a.actor")} FROM audit_entry a
    WHERE a.kind = 'session' AND a.key = s.id::text AND a.at = s.changed_at ORDER BY a.id DESC LIMIT 1), '') AS who, s.changed_at
FROM programme_session s WHERE s.id = $1
"""


async def desk(event_id: int) -> Desk | None:
    row = await db.fetch_one(_DESK, event_id)
    return None if row is None else msgspec.convert(dict(row), Desk)


async def rooms(event_id: int) -> list[Room]:
    return [Room(**dict(row)) for row in await db.fetch(_ROOMS, event_id)]


async def hours(room_id: int) -> list[tuple[datetime, datetime]]:
    """The spans in which a room can be used; none: at any time."""
    sql = "SELECT starts_at, ends_at FROM room_hours WHERE room = $1 ORDER BY starts_at, id"
    return [(row["starts_at"], row["ends_at"]) for row in await db.fetch(sql, room_id)]


async def tracks(event_id: int) -> list[Track]:
    return [Track(**dict(row)) for row in await db.fetch(_TRACKS, event_id)]


async def rooms_and_tracks(event_id: int) -> tuple[list[Room], list[Track]]:
    found = await db.fetch_together(event_id, rooms=_ROOMS, tracks=_TRACKS)
    return msgspec.convert(found["rooms"], list[Room]), msgspec.convert(found["tracks"], list[Track])


_CHOICES = """
SELECT 'room' AS kind, id, name, position FROM programme_room WHERE event = $1
UNION ALL SELECT 'track', id, name, position FROM programme_track WHERE event = $1 ORDER BY kind, position, id
"""


async def choices(event_id: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Rooms and tracks to choose from, as (id, name)."""
    rows = await db.fetch(_CHOICES, event_id)
    of_kind = {kind: [(row["id"], row["name"]) for row in rows if row["kind"] == kind] for kind in ("room", "track")}
    return of_kind["room"], of_kind["track"]


async def drafts(event_id: int) -> list[Draft]:
    """Every session of the draft by time, those without one last."""
    rows = await db.fetch(f"{_DRAFTS} ORDER BY s.starts_at NULLS LAST, s.ends_at, s.id", event_id)
    return [msgspec.convert(dict(row), Draft) for row in rows]


_SOUGHT = f"""
SELECT *, count(*) OVER () AS total FROM ({_DRAFTS}) s
WHERE strpos(plain_text(lower(s.title || ' ' || s.people)), plain_text(lower($2))) > 0
    AND CASE $3 WHEN 'unplaced' THEN s.starts_at IS NULL AND NOT s.is_cancelled WHEN 'cancelled' THEN s.is_cancelled ELSE true END
ORDER BY s.starts_at NULLS LAST, s.ends_at, s.id LIMIT $4 OFFSET $5
"""


async def sought(event_id: int, words: str, state: str, *, number: int) -> tuple[list[Draft], Page]:
    """One page of the sessions with these words in title or names. `state` is empty, unplaced or cancelled."""
    rows = await db.fetch(_SOUGHT, event_id, words, state, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    page = Page(number=number, size=PAGE_SIZE, total=rows[0]["total"] if rows else 0)
    return [_draft(row) for row in rows], page


def _draft(row: Mapping[str, Any]) -> Draft:
    return msgspec.convert({name: row[name] for name in Draft.__struct_fields__}, Draft)


async def session(event_id: int, session_id: int) -> Stored | None:
    row = await db.fetch_one(_STORED, event_id, session_id)
    return None if row is None else stored(row)


def stored(row: Mapping[str, Any]) -> Stored:
    """A row of the draft, as `_STORED` reads it."""
    told = {name: row[name] for name in Facts.__struct_fields__ if name not in ("links", "place")}
    place = Place(room=row["room"], starts_at=row["starts_at"], ends_at=row["ends_at"])
    links = tuple((kind, title, url) for kind, title, url in msgspec.json.decode(row["linked"]))
    facts = msgspec.convert({**told, "links": links, "place": place}, Facts)
    return Stored(
        facts=facts, **{name: row[name] for name in Stored.__struct_fields__ if name != "facts"},
    )  # fmt: skip


async def seated(session_id: int) -> list[Seated]:
    """Who is in a session of the draft, in order."""
    return [msgspec.convert(dict(row), Seated) for row in await db.fetch(_SEATED, session_id)]


async def appearing(event_id: int, words: str, *, number: int) -> tuple[list[Appearing], Page]:
    """One page of those who appear at the event, by name."""
    rows = await db.fetch(_APPEARING, event_id, words, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    page = Page(number=number, size=PAGE_SIZE, total=rows[0]["total"] if rows else 0)
    return [
        msgspec.convert(
            {**{k: v for k, v in row.items() if k != "total"}, "sessions": msgspec.json.decode(row["sessions"])},
            Appearing,
        )
        for row in rows
    ], page


async def last_change(session_id: int) -> tuple[str, datetime] | None:
    """Who changed a session last (nobody by name: an import), and when."""
    row = await db.fetch_one(_LAST_CHANGE, session_id)
    return None if row is None else (row["who"], row["changed_at"])
