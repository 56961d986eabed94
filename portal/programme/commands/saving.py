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
from portal.core.text import slug
from portal.programme.commands.locking import Locked, locked, touch
from portal.programme.commands.people import appear
from portal.programme.commands.taking_over import (
    COLUMNS,
    Met,
    as_json,
    by_mark,
    columns,
    met,
    remember,
    seated,
    take_over,
)
from portal.programme.permissions import can_edit_programme
from portal.programme.rules.following import Seat, mark, remembered
from portal.programme.rules.occurrences import Known, digest, matched
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
SELECT id, source, source_key, source_digest, slug, guid,
    source_said::text AS said, title, starts_at, ends_at
FROM programme_session WHERE event = $1 ORDER BY id
"""
_OWN = {**COLUMNS, "source": "text", "source_key": "text", "source_digest": "text", "source_said": "jsonb"}
_ADD = f"""
INSERT INTO programme_session (event, guid, slug, version, changed_at, {", ".join(_OWN)})
SELECT $1, x.guid, x.slug, 1, $3, {", ".join(f"x.{name}" for name in _OWN)}
FROM jsonb_to_recordset($2::jsonb) AS x (guid text, slug text, {", ".join(f"{n} {t}" for n, t in _OWN.items())})
RETURNING id, source_key
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

    What staff changed stays: only fields in which a session is as its source had it follow the source. A session the source
    has no more is cancelled, not removed: people may have it in their calendars. Sessions made here and those of other sources
    are left alone. Raises Conflict where a source has nothing any more of what it had, for that is another file; and where
    `edition` is not that of the draft.
    """
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors change a programme.")
    async with db.transaction():
        programme = await locked(event_id, now=now)
        if edition is not None and programme.edition != edition:
            raise Conflict("the draft was changed while you were looking at it")
        stored = await db.fetch(_KNOWN, event_id)
        known = {row["source_key"]: row for row in stored if row["source_key"] and row["source"] == facts.source}
        sessions = matched(facts.sessions, {key: Known(row["source_digest"], _said(row)) for key, row in known.items()})
        keys = {one.key for one in sessions}
        if known and sessions and keys.isdisjoint(known):
            raise Conflict(
                f"none of its sessions is one of the {len(known):,} that came from “{facts.source}” before; "
                "if it is another source of the same programme, give that a name of its own"
            )
        told = [(_scoped(one, facts.source), digest(one)) for one in sessions]
        news = [(one, said) for one, said in told if one.key not in known or said != known[one.key]["source_digest"]]
        fresh = [(one, said) for one, said in news if one.key not in known]
        here = await met(
            [(known[one.key]["id"], one, said) for one, said in news if one.key in known],
            gone=[row["id"] for key, row in known.items() if key not in keys and row["source_digest"]],
        )
        rooms, tracks = await _rooms_and_tracks(event_id, facts, [one for one, _ in fresh], here)
        await take_over(here, rooms, tracks, now)
        rows = [
            columns(one, rooms, tracks, now)
            | {"source": facts.source, "source_key": one.key, "source_digest": said, "source_said": remembered(one)}
            for one, said in fresh
        ]
        named = _named(rows, [one for one, _ in fresh], stored, facts.source, event_id)
        ids = {row["source_key"]: row["id"] for row in await db.fetch(_ADD, event_id, as_json(named), now)}
        await _seat_people(
            actor, event_id, [one for one, _ in told], {ids[one.key]: one for one, _ in fresh}, here, now
        )
        await remember(here)
        changed = [one for one in here if not one.is_gone and (one.taken or one.names_others)]
        gone = [one for one in here if one.is_gone and one.taken]
        saved = Saved(
            len(fresh), len(changed), len(gone), len(told) - len(fresh) - len(changed),
            tuple((one.here.title, tuple(one.kept)) for one in here if one.kept),
        )  # fmt: skip
        if news or here:
            await _note(programme, facts, saved, actor, event_id, now)
    return saved


def _said(row: Any) -> SessionFacts:
    """Of those imported before it was remembered, as they stand here."""
    if row["said"] == "{}":
        return SessionFacts(
            key=row["source_key"], title=row["title"], starts_at=row["starts_at"], ends_at=row["ends_at"]
        )
    return msgspec.json.decode(row["said"], type=SessionFacts)


async def _rooms_and_tracks(
    event_id: int, facts: ProgrammeFacts, fresh: Sequence[SessionFacts], here: Sequence[Met]
) -> tuple[dict[str, int], dict[str, int]]:
    """By their names in the source. Made are those that sessions are put into, so that what staff took away stays so."""
    rooms = _of([*fresh, *(one.now for one in here if "room" in one.taken)], "room", facts.rooms)
    tracks = _of([*fresh, *(one.now for one in here if "track" in one.taken)], "track", facts.tracks)
    return await rooms_named(event_id, rooms, facts.rooms), await tracks_named(event_id, tracks)


async def rooms_named(event_id: int, names: Sequence[str], hold: Mapping[str, int | None]) -> dict[str, int]:
    """All rooms by their names in the source, those of these names made where there are none."""
    return await _places("programme_room", _ROOMS, event_id, names, lambda new: list(map(hold.get, new)))


async def tracks_named(event_id: int, names: Sequence[str]) -> dict[str, int]:
    """The same of tracks."""
    return await _places("programme_track", _TRACKS, event_id, names, lambda _: _COLOURS)


def _of(sessions: Sequence[SessionFacts], noun: str, names: Iterable[str]) -> list[str]:
    """The rooms or tracks that these sessions need, in the source’s order."""
    needed = {getattr(one, noun) for one in sessions} - {""}
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


def _scoped(one: SessionFacts, source: str) -> SessionFacts:
    """With the numbers of people as this source’s own."""
    people = (msgspec.structs.replace(who, key=f"{source}:{who.key}") if who.key else who for who in one.people)
    return msgspec.structs.replace(one, people=tuple(people))


async def _seat_people(
    actor: Actor,
    event_id: int,
    told: Sequence[SessionFacts],
    fresh: Mapping[int, SessionFacts],
    here: Sequence[Met],
    now: datetime,
) -> None:
    """Who is in these sessions, as their source says and staff left it; what is said of all people of the file is followed."""
    newcomers = {mark(person) for one in fresh.values() for person in one.people}
    newcomers.update(*(one.newcomers() for one in here))
    speakers = await appear(
        actor=actor, event_id=event_id, people=[who for one in told for who in one.people], newcomers=newcomers, now=now
    )
    marks = by_mark(speakers)
    wanted = {id_: seated(one, marks) for id_, one in fresh.items()}
    for one in here:
        one.recognise(marks)
        if one.names_others and (seats := one.seats(marks)) != one.people:
            wanted[one.id] = seats
    await write_seats(wanted)


async def write_seats(wanted: Mapping[int, Sequence[Seat]]) -> None:
    """Who is in each of these sessions from now on."""
    rows = [(id_, who, role, at) for id_, seats in wanted.items() for at, (who, role) in enumerate(seats)]
    await db.execute("DELETE FROM session_speaker WHERE session = ANY($1)", list(wanted))
    await db.execute(_PEOPLE, *([list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]))


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
        source=facts.source, created=saved.created, changed=saved.changed, cancelled=saved.cancelled, unchanged=saved.unchanged,
    )  # fmt: skip
