"""A programme as it was released: in two statements, whatever its size, and once for each version of the content."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.core import db, times
from portal.core.keeping import Kept
from portal.core.settings import current
from portal.programme.public import Person, Programme, Release, Room, Session, Texts, Track, day_of
from portal.programme.tables import SessionKind

TAGS = ("programmes", "events", "webinars")
"""Whose changes change a programme’s pages; people and their companies are content of webinars."""

_HEAD = """
SELECT e.id AS event_id, e.slug, e.title, e.timezone, e.starts_on, e.ends_on, e.starts_at AS event_starts_at,
    e.first_starts_at, e.state = 'moved' AS was_moved, p.release, p.credit, r.released_at, r.note,
    e.state = 'cancelled' OR e.state = 'draft' AND e.published_at IS NOT NULL AS is_cancelled,
    e.starts_at IS DISTINCT FROM p.released_for AS is_moved,
    (SELECT array_agg(version ORDER BY tag) FROM content_version WHERE tag = ANY($2)) AS versions,
    coalesce((SELECT json_agg(json_build_array(id, slug, name, note, position) ORDER BY position, id)
        FROM programme_room WHERE event = e.id), '[]') AS rooms,
    coalesce((SELECT json_agg(json_build_array(id, slug, name, colour, position) ORDER BY position, id)
        FROM programme_track WHERE event = e.id), '[]') AS tracks
FROM event e JOIN programme p ON p.event = e.id JOIN programme_release r ON r.event = e.id AND r.number = p.release
"""
# People are looked up session by session, and each by its key (`OFFSET 0` keeps that order): a database that has no statistics,
# or those of empty tables, compares each with each otherwise.
_SESSIONS = """
SELECT s.session AS id, s.guid, s.slug, s.kind, s.label, s.title, s.subtitle, s.language, s.level, s.track, s.room, s.starts_at,
    s.ends_at, s.capacity, s.cancelled_at IS NOT NULL AS is_cancelled, coalesce((
        SELECT json_agg(json_build_array(
            p.id, p.slug, p.name, p.job_title, p.company_name, c.slug, p.photo, i.role) ORDER BY i.position, i.id)
        FROM released_speaker i CROSS JOIN LATERAL (SELECT * FROM speaker WHERE id = i.speaker OFFSET 0) p
        LEFT JOIN company c ON c.id = p.company AND c.state = 'public' WHERE i.session = s.session
    ), '[]') AS people
FROM released_session s WHERE s.event = $1
ORDER BY s.starts_at, s.ends_at, s.session
"""
# The draft under the names of what is public, so that what staff look at beforehand is read by the statements of the public.
_AS_DRAFT = """
WITH programme AS NOT MATERIALIZED (
    SELECT event, release + 1 AS release, credit, placed_for AS released_for FROM programme
), programme_release AS NOT MATERIALIZED (
    SELECT event, release AS number, now() AS released_at, '' AS note FROM programme
), released_session AS NOT MATERIALIZED (
    SELECT id AS session, event, guid, slug, kind, label, title, subtitle, abstract_html, description_html, language, level,
        track, room, starts_at, ends_at, capacity, recorded, url, links, cancelled_at, 0 AS since_release
    FROM programme_session WHERE starts_at IS NOT NULL
), released_speaker AS NOT MATERIALIZED (SELECT id, session, speaker, role, position FROM session_speaker)
"""
_kept: Kept[Programme] = Kept(30)


async def by_slug(slug: str) -> Programme | None:
    """The released programme of a public event; None where there is none."""
    head = await db.fetch_one(f"{_HEAD} WHERE e.slug = $1 AND e.state <> 'draft'", slug, list(TAGS))
    return None if head is None else await _whole(head)


async def by_event(event_id: int) -> Programme | None:
    """The same of an event that may be a draft yet, as it is now: in the transaction of a release, too."""
    head = await db.fetch_one(f"{_HEAD} WHERE e.id = $1", event_id, list(TAGS))
    return None if head is None else _programme(head, await db.fetch(_SESSIONS, event_id))


async def draft(event_id: int) -> Programme | None:
    """The draft, as its release would have it read now; None where no programme was begun."""
    head = await db.fetch_one(f"{_AS_DRAFT} {_HEAD} WHERE e.id = $1", event_id, list(TAGS))
    if head is None:
        return None
    return _programme(head, await db.fetch(f"{_AS_DRAFT} {_SESSIONS}", event_id), is_draft=True)


async def _whole(head: Mapping[str, Any]) -> Programme:
    event_id, version = head["event_id"], tuple(head["versions"])
    if (kept := _kept.get(event_id, version)) is not None:
        return kept
    return _kept.put(event_id, _programme(head, await db.fetch(_SESSIONS, event_id)), version)


def _programme(head: Mapping[str, Any], rows: list[Any] | Any, *, is_draft: bool = False) -> Programme:
    rooms = {one.id: one for one in _decoded(head["rooms"], Room)}
    tracks = {one.id: one for one in _decoded(head["tracks"], Track)}
    zone = times.zone(head["timezone"])
    sessions = tuple(
        Session(
            **{
                **row,
                "kind": SessionKind(row["kind"]),
                "track": tracks.get(row["track"]),
                "room": rooms.get(row["room"]),
                "on": day_of(row["starts_at"], zone),
                "people": tuple(_decoded(row["people"], Person)),
            }
        )
        for row in rows
    )
    told = {name: head[name] for name in (
        "event_id", "slug", "title", "timezone", "is_cancelled", "is_moved", "starts_on", "ends_on", "was_moved",
        "event_starts_at", "first_starts_at", "release", "released_at", "note", "credit")}  # fmt: skip
    used = {one.room.id for one in sessions if one.room}
    threads = {one.track.id for one in sessions if one.track}
    return Programme(
        **told, version=tuple(head["versions"]), sessions=sessions, is_draft=is_draft,
        rooms=tuple(room for room in rooms.values() if room.id in used),
        tracks=tuple(track for track in tracks.values() if track.id in threads),
    )  # fmt: skip


def _decoded(value: str, kind: type[Any]) -> list[Any]:
    """Rows that PostgreSQL gave as JSON arrays."""
    names = kind.__struct_fields__
    return [msgspec.convert(dict(zip(names, one, strict=True)), kind) for one in msgspec.json.decode(value)]


# A refusal to be recorded counts at once, as names and photos do: recorders go by what is public.
_TEXTS = """
SELECT t.session, t.abstract_html, t.description_html, t.url, t.links::text AS links, t.since_release,
    t.recorded AND NOT EXISTS (SELECT FROM released_speaker i WHERE i.session = t.session AND (
        SELECT a.recording_refused_at IS NOT NULL OR EXISTS (SELECT FROM session_exception x
            WHERE x.appearance = a.id AND x.session = t.session AND x.kind = 'recording')
        FROM appearance a WHERE a.event = t.event AND a.speaker = i.speaker)) AS recorded,
    coalesce((
        SELECT json_agg(json_build_array(p.name, f.name, '/media/' || f.key || '/' || r.name) ORDER BY i.position, p.id)
        FROM released_speaker i
        JOIN slides d ON d.session = i.session AND d.speaker = i.speaker AND d.released_at IS NOT NULL
        JOIN speaker p ON p.id = i.speaker JOIN stored_file f ON f.key = d.file AND f.deleted_at IS NULL
        JOIN stored_rendition r ON r.file = f.id WHERE i.session = t.session
    ), '[]') AS slides
FROM released_session t
"""


async def texts(session_id: int, *, is_draft: bool = False) -> Texts | None:
    """What the page of one session says besides the list."""
    row = await db.fetch_one(f"{_AS_DRAFT if is_draft else ''} {_TEXTS} WHERE t.session = $1", session_id)
    return None if row is None else _texts(row)


async def all_texts(event_id: int) -> dict[int, Texts]:
    """The same of all sessions of an event, by session."""
    return {row["session"]: _texts(row) for row in await db.fetch(f"{_TEXTS} WHERE t.event = $1", event_id)}


def _texts(row: Mapping[str, Any]) -> Texts:
    links = [(kind, title, url) for kind, title, url in msgspec.json.decode(row["links"])]
    slides = msgspec.json.decode(row["slides"])
    for name, file, path in slides:
        whose = f" of {name}" if len(slides) > 1 else ""
        links.append(
            ("attachment", f"Slides{whose} ({file.rpartition('.')[2].upper()})", f"{current().base_url}{path}")
        )
    told = ("abstract_html", "description_html", "recorded", "url", "since_release")
    return Texts(**{name: row[name] for name in told}, links=links)


_RELEASES = """
SELECT r.number, r.released_at, r.note, (SELECT count(*) FROM release_change c WHERE c.release = r.id) AS lines, coalesce((
    SELECT json_agg(json_build_object('slug', c.slug, 'title', c.title, 'kind', c.kind, 'before', c.before, 'after', c.after,
        'is_there', s.session IS NOT NULL) ORDER BY c.id)
    FROM (SELECT * FROM release_change WHERE release = r.id ORDER BY id LIMIT $3) c
    LEFT JOIN released_session s ON s.session = c.session AND s.slug = c.slug), '[]') AS changes
FROM programme_release r WHERE r.event = $1 ORDER BY r.number DESC LIMIT $2
"""


# Of those that left the programme and are not in it again. Calendars go on showing them as cancelled.
_GONE = """
SELECT DISTINCT c.session FROM release_change c JOIN programme_release r ON r.id = c.release
WHERE r.event = $1 AND c.kind = 'removed' AND NOT EXISTS (SELECT FROM released_session s WHERE s.session = c.session)
ORDER BY c.session
"""


async def gone(event_id: int) -> list[int]:
    """Sessions that were public once and were taken out."""
    return [row["session"] for row in await db.fetch(_GONE, event_id)]


async def releases(event_id: int, *, most: int = 50, lines: int = 200) -> list[Release]:
    """The newest releases, the newest first, each with its first lines."""
    rows = await db.fetch(_RELEASES, event_id, most, lines)
    return [msgspec.convert({**row, "changes": msgspec.json.decode(row["changes"])}, Release) for row in rows]
