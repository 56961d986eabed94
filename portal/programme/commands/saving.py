"""Saving a whole programme as its source has it: what is new, what is other, what is gone; the rest is not touched."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden
from portal.core.text import safe_html, slug
from portal.programme.commands.locking import Locked, locked, touch
from portal.programme.commands.people import appear
from portal.programme.permissions import can_edit_programme
from portal.programme.rules.occurrences import digest, matched
from portal.programme.values import ProgrammeFacts, Saved, SessionFacts

_COLOURS = 4
RESERVED = "changes"
"""The address of the change log, beside those of sessions."""
_ROOMS = """
INSERT INTO programme_room (event, position, slug, name, source_name, note, capacity)
SELECT $1, x.position, x.slug, x.name, x.name, '', x.capacity
FROM unnest($2::int[], $3::text[], $4::text[], $5::int[]) AS x (position, slug, name, capacity)
"""
_TRACKS = """
INSERT INTO programme_track (event, position, slug, name, source_name, colour)
SELECT $1, x.position, x.slug, x.name, x.name, x.position % $5 + 1
FROM unnest($2::int[], $3::text[], $4::text[]) AS x (position, slug, name)
"""
_KNOWN = """
SELECT id, source, source_key, source_digest, slug, guid, cancelled_at FROM programme_session WHERE event = $1
"""
# Given by the source; all that staff alone say (room notes, colours, places already taken) stands elsewhere.
_COLUMNS = {
    "kind": "text", "label": "text", "title": "text", "subtitle": "text", "abstract": "text", "abstract_html": "text",
    "description": "text", "description_html": "text", "language": "text", "level": "text", "track": "bigint",
    "room": "bigint", "starts_at": "timestamptz", "ends_at": "timestamptz", "capacity": "int", "recorded": "bool",
    "url": "text", "links": "jsonb", "cancelled_at": "timestamptz", "source": "text", "source_key": "text",
    "source_digest": "text",
}  # fmt: skip
_GIVEN = ", ".join(f"x.{name}" for name in _COLUMNS)
_AS_ROWS = "jsonb_to_recordset($2::jsonb) AS x ({}, " + ", ".join(f"{n} {t}" for n, t in _COLUMNS.items()) + ")"
_ADD = f"""
INSERT INTO programme_session (event, guid, slug, version, changed_at, {", ".join(_COLUMNS)})
SELECT $1, x.guid, x.slug, 1, $3, {_GIVEN} FROM {_AS_ROWS.format("guid text, slug text")} RETURNING id, source_key
"""
_CHANGE = f"""
UPDATE programme_session s SET version = s.version + 1, changed_at = $3, {", ".join(f"{n} = x.{n}" for n in _COLUMNS)}
FROM {_AS_ROWS.format("id bigint")} WHERE s.id = x.id AND s.event = $1
"""
_GONE = """
UPDATE programme_session SET cancelled_at = $2, version = version + 1, changed_at = $2, source_digest = ''
WHERE id = ANY($1)
"""
_PEOPLE = """
INSERT INTO session_speaker (session, speaker, role, position)
SELECT x.session, x.speaker, x.role, x.position
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[]) AS x (session, speaker, role, position)
"""


async def save_programme(
    *, actor: Actor, event_id: int, facts: ProgrammeFacts, now: datetime, edition: int | None = None
) -> Saved:
    """Take over a programme from its source, in one transaction. Saving it again changes nothing.

    What staff changed in a session stays until its source says something else of it. A session the source has no more is
    cancelled, not removed: people may have it in their calendars. Sessions made here and those of other sources are left
    alone. Raises Conflict where a source has nothing any more of what it had, for that is another file; and where `edition` is
    not that of the draft.
    """
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors change a programme.")
    async with db.transaction():
        programme = await locked(event_id, now=now)
        if edition is not None and programme.edition != edition:
            raise Conflict("the draft was changed while you were looking at it")
        stored = await db.fetch(_KNOWN, event_id)
        known = {row["source_key"]: row for row in stored if row["source_key"] and row["source"] == facts.source}
        sessions = matched(facts.sessions, {key: row["source_digest"] for key, row in known.items()})
        keys = {one.key for one in sessions}
        if known and sessions and keys.isdisjoint(known):
            raise Conflict(
                f"none of its sessions is one of the {len(known):,} that came from “{facts.source}” before; "
                "if it is another source of the same programme, give that a name of its own"
            )
        news = [(one, digest_) for one in sessions if (digest_ := digest(one)) != _digest_of(known.get(one.key))]
        holds, halls = facts.rooms.get, _of(news, "room", facts.rooms)
        rooms = await _places("programme_room", _ROOMS, event_id, halls, lambda names: list(map(holds, names)))
        tracks = await _places(
            "programme_track", _TRACKS, event_id, _of(news, "track", facts.tracks), lambda _: _COLOURS
        )
        gone = [row["id"] for key, row in known.items() if key not in keys and row["cancelled_at"] is None]
        made = [(one, digest) for one, digest in news if one.key not in known]
        other = [(one, digest) for one, digest in news if one.key in known]
        ids = {one.key: int(known[one.key]["id"]) for one, _ in other}

        def told(pairs: Iterable[tuple[SessionFacts, str]]) -> list[dict[str, Any]]:
            return [_row(facts.source, one, digest, rooms, tracks, now) for one, digest in pairs]

        changed = [row | {"id": ids[row["source_key"]]} for row in told(other)]
        await db.execute(_CHANGE, event_id, _json(changed), now)
        added = _named(told(made), [one for one, _ in made], stored, facts.source, event_id)
        ids |= {row["source_key"]: row["id"] for row in await db.fetch(_ADD, event_id, _json(added), now)}
        await db.execute(_GONE, gone, now)
        await _seat_people(actor, event_id, [_scoped(one, facts.source) for one, _ in news], ids, now)
        saved = Saved(len(made), len(other), len(gone), len(sessions) - len(news))
        if news or gone:
            await _note(programme, facts, saved, actor, event_id, now)
    return saved


def _of(news: Sequence[tuple[SessionFacts, str]], noun: str, names: Iterable[str]) -> list[str]:
    """The rooms or tracks that these sessions need, in the source’s order: what staff took away is not made again."""
    needed = {getattr(one, noun) for one, _ in news} - {""}
    return [*(name for name in names if name in needed), *sorted(needed.difference(names))]


async def _places(
    table: str, add: str, event_id: int, names: Sequence[str], more: Callable[[list[str]], object]
) -> dict[str, int]:
    """Rooms or tracks by what the source calls them, those that are new added behind the others."""
    ask = f"SELECT id, coalesce(nullif(source_name, ''), name) AS name, slug, position FROM {table} WHERE event = $1"
    rows = await db.fetch(ask, event_id)
    known = {row["name"].casefold() for row in rows}
    taken, first = {row["slug"] for row in rows}, max((row["position"] + 1 for row in rows), default=0)
    new = list({name.casefold(): name for name in names if name.casefold() not in known}.values())
    slugs = [free_slug(name, taken, fallback=table.removeprefix("programme_")) for name in new]
    await db.execute(add, event_id, list(range(first, first + len(new))), slugs, new, more(new))
    return {row["name"].casefold(): row["id"] for row in await db.fetch(ask, event_id)}


def free_slug(words: str, taken: set[str], *, fallback: str) -> str:
    """An address that is in nobody’s way; it is taken with that."""
    base = slug(words, fallback=fallback)
    free = base if base not in taken else next(s for n in count(2) if (s := f"{base}-{n}") not in taken)
    taken.add(free)
    return free


def _digest_of(row: Mapping[str, Any] | None) -> str:
    return row["source_digest"] if row else ""


def _row(
    source: str, one: SessionFacts, digest: str, rooms: Mapping[str, int], tracks: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    return {
        "kind": one.kind, "label": one.label, "title": one.title, "subtitle": one.subtitle,
        "abstract": one.abstract, "abstract_html": safe_html(one.abstract),
        "description": one.description, "description_html": safe_html(one.description),
        "language": one.language, "level": one.level or "",
        "track": tracks.get(one.track.casefold()), "room": rooms.get(one.room.casefold()),
        "starts_at": one.starts_at, "ends_at": one.ends_at, "capacity": one.capacity, "recorded": one.recorded,
        "url": one.url, "links": one.links, "cancelled_at": now if one.cancelled else None,
        "source": source, "source_key": one.key, "source_digest": digest,
    }  # fmt: skip


def _named(
    rows: list[dict[str, Any]],
    facts: Sequence[SessionFacts],
    stored: Sequence[Mapping[str, Any]],
    source: str,
    event_id: int,
) -> list[dict[str, Any]]:
    """New sessions with what they keep for ever: an address and a GUID, the source’s where that has one."""
    slugs, guids = {RESERVED, *(row["slug"] for row in stored)}, {row["guid"] for row in stored}
    for row, one in zip(rows, facts, strict=True):
        row["slug"] = free_slug(one.title, slugs, fallback="session")
        guid = _guid(one.guid)
        if not guid or guid in guids:
            guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"programme:{event_id}:{source}:{one.key}"))
        guids.add(guid)
        row["guid"] = guid
    return rows


def _guid(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return ""


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def _scoped(one: SessionFacts, source: str) -> SessionFacts:
    """With the numbers of people as this source’s own."""
    people = (msgspec.structs.replace(who, key=f"{source}:{who.key}") if who.key else who for who in one.people)
    return msgspec.structs.replace(one, people=tuple(people))


async def _seat_people(
    actor: Actor, event_id: int, facts: Sequence[SessionFacts], ids: Mapping[str, int], now: datetime
) -> None:
    """Who is in these sessions, and in no other way than their source says."""
    people = [person for one in facts for person in one.people]
    speakers = await appear(actor=actor, event_id=event_id, people=people, now=now)
    seats = []
    for one in facts:
        # Two numbers of a source may have become one person since.
        there = {speakers[person.key or person.name.casefold()]: person.role for person in reversed(one.people)}
        seats += [(ids[one.key], speaker, role.value, at) for at, (speaker, role) in enumerate(reversed(there.items()))]
    await db.execute("DELETE FROM session_speaker WHERE session = ANY($1)", [ids[one.key] for one in facts])
    await db.execute(_PEOPLE, *([list(column) for column in zip(*seats, strict=True)] or [[], [], [], []]))


async def _note(
    programme: Locked, facts: ProgrammeFacts, saved: Saved, actor: Actor, event_id: int, now: datetime
) -> None:
    await touch(programme)
    await db.execute(
        "UPDATE programme p SET source = $2, credit = CASE $3 WHEN '' THEN p.credit ELSE $3 END, placed_for = e.starts_at "
        "FROM event e WHERE p.id = $1 AND e.id = p.event",
        programme.id, facts.source, facts.credit,
    )  # fmt: skip
    await audit.record(
        actor=actor.label, verb="imported", kind="programme", key=event_id, now=now,
        source=facts.source, **msgspec.structs.asdict(saved),
    )  # fmt: skip
