"""Sessions that are here already, and what their source says of them now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from portal.core import db
from portal.core.text import safe_html
from portal.programme.rules.following import FIELDS, PARTS, Seat, completed, differing, mark, marked, remembered, seats
from portal.programme.tables import Level, SessionKind, SessionRole
from portal.programme.values import LinkFacts, PersonFacts, SessionFacts

# The columns that hold each field, where it is not one of the same name.
_HELD_IN = {
    "time": ("starts_at", "ends_at"), "abstract": ("abstract", "abstract_html"), "cancelled": ("cancelled_at",),
    "description": ("description", "description_html"),
}  # fmt: skip
COLUMNS = {
    "kind": "text", "label": "text", "title": "text", "subtitle": "text", "abstract": "text", "abstract_html": "text",
    "description": "text", "description_html": "text", "language": "text", "level": "text", "track": "bigint",
    "room": "bigint", "starts_at": "timestamptz", "ends_at": "timestamptz", "capacity": "int", "recorded": "bool",
    "url": "text", "links": "jsonb", "cancelled_at": "timestamptz",
}  # fmt: skip
"""What a source gives, with its types; all that staff alone say (room notes, colours, places already taken) stands elsewhere."""
_MET = """
SELECT s.*, s.links::text AS linked, s.source_said::text AS said, coalesce(nullif(r.source_name, ''), r.name, '') AS room_name,
    coalesce(nullif(t.source_name, ''), t.name, '') AS track_name,
    (SELECT json_agg(json_build_object('speaker', i.speaker, 'role', i.role, 'key', coalesce(a.source_key, ''),
            'name', coalesce(nullif(a.source_name, ''), p.name)) ORDER BY i.position, i.id)
        FROM session_speaker i JOIN speaker p ON p.id = i.speaker
        LEFT JOIN appearance a ON a.speaker = i.speaker AND a.event = s.event WHERE i.session = s.id)::text AS people
FROM programme_session s LEFT JOIN programme_room r ON r.id = s.room LEFT JOIN programme_track t ON t.id = s.track
WHERE s.id = ANY($1)
"""
_CHANGE = f"""
UPDATE programme_session s SET version = s.version + 1, changed_at = $2, {", ".join(f"{n} = x.{n}" for n in COLUMNS)}
FROM jsonb_to_recordset($1::jsonb) AS x (id bigint, {", ".join(f"{n} {t}" for n, t in COLUMNS.items())}) WHERE s.id = x.id
"""
_REMEMBER = """
UPDATE programme_session s SET source_digest = x.digest, source_said = x.said
FROM jsonb_to_recordset($1::jsonb) AS x (id bigint, digest text, said jsonb) WHERE s.id = x.id
"""


class _Seated(msgspec.Struct):
    speaker: int
    role: SessionRole
    key: str
    name: str

    @property
    def facts(self) -> PersonFacts:
        return PersonFacts(self.name, self.key, self.role)


class Met(msgspec.Struct, dict=True):
    """A session here: as its source said it before, as it stands, and as its source says it now."""

    id: int
    columns: dict[str, Any]
    said: SessionFacts | None
    """None where that is not remembered: then all of it is taken over."""
    here: SessionFacts
    people: list[Seat]
    now: SessionFacts
    digest: str
    """Empty where the source has it no more."""

    @property
    def is_gone(self) -> bool:
        return not self.digest

    @cached_property
    def news(self) -> set[str]:
        return differing(self.said or self.here, self.now)

    @cached_property
    def taken(self) -> set[str]:
        return self.news - differing(self.said or self.here, self.here)

    @property
    def kept(self) -> list[str]:
        """What the source says anew and staff have otherwise, in words."""
        held = (self.news - self.taken) & differing(self.here, self.now)
        return [words for name, words in FIELDS.items() if name in held]

    @property
    def names_others(self) -> bool:
        """Whether the source names other people, or in other parts."""
        return not self.is_gone and (self.said is None or self.said.people != remembered(self.now).people)

    def newcomers(self) -> set[str]:
        """The marks of people whom the source had not in it before."""
        before = {one.key for one in self.said.people} if self.said else set()
        return {mark(one) for one in self.now.people} - before if self.names_others else set()

    def recognise(self, known: Mapping[str, int]) -> None:
        """Let those who are named now be who they were, also where the source called them otherwise before: in their part, where
        it has no place for parts now, and once. `known` are speakers by their marks.
        """
        before = self.people if self.said is None else seated(self.said, known)
        roles = dict(before) if PARTS in self.now.unsaid else {}
        people = [
            msgspec.structs.replace(one, role=SessionRole(roles.get(known.get(mark(one), 0), one.role)))
            for one in self.now.people
        ]
        named = {known[mark(one)]: one for one in people if one.name and mark(one) in known}
        once = dict.fromkeys(one if one.name else named.get(known.get(mark(one), 0), one) for one in people)
        self.now = msgspec.structs.replace(self.now, people=tuple(once))

    def seats(self, known: Mapping[str, int]) -> list[Seat]:
        """Who is in it from now on."""
        now = seated(self.now, known)
        return now if self.said is None else seats(seated(self.said, known), self.people, now)


def seated(one: SessionFacts, known: Mapping[str, int]) -> list[Seat]:
    """Who is in it by its source, of those who are `known` by their marks. Two numbers may have become one person since."""
    there = {known[mark(who)]: who.role.value for who in reversed(one.people) if mark(who) in known}
    return list(reversed(there.items()))


async def met(pairs: Sequence[tuple[int, SessionFacts, str]], *, gone: Sequence[int]) -> list[Met]:
    """The sessions of these numbers, each with what is said of it now and the digest of that; and those that are `gone`."""
    rows = {row["id"]: row for row in await db.fetch(_MET, [*(id_ for id_, _, _ in pairs), *gone])}
    told = [_met(rows[id_], now, digest) for id_, now, digest in pairs]
    return told + [_met(rows[id_], None, "") for id_ in gone]


def _met(row: Mapping[str, Any], now: SessionFacts | None, digest: str) -> Met:
    here = _facts(row)
    said = None if row["said"] == "{}" else msgspec.json.decode(row["said"], type=SessionFacts)
    people = msgspec.json.decode(row["people"] or "[]", type=list[_Seated])
    # Where it is not remembered, its people count as those the source said.
    last = said or remembered(msgspec.structs.replace(here, people=tuple(one.facts for one in people)))
    if now is None:
        now = msgspec.structs.replace(last, cancelled=True)
    else:
        # What the source had no more is on again once it has it, also where nothing else in it could say so.
        now = completed(now, last if row["source_digest"] else msgspec.structs.replace(last, cancelled=False))
    return Met(row["id"], _columns(row), said, here, [(one.speaker, one.role.value) for one in people], now, digest)


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COLUMNS} | {"links": msgspec.Raw(row["linked"].encode())}


def _facts(row: Mapping[str, Any]) -> SessionFacts:
    same = ("title", "label", "subtitle", "abstract", "description", "language", "starts_at", "ends_at", "capacity",
            "recorded", "url")  # fmt: skip
    return SessionFacts(
        key=row["source_key"] or "", kind=SessionKind(row["kind"]), level=Level(row["level"]) if row["level"] else None,
        track=row["track_name"], room=row["room_name"], cancelled=row["cancelled_at"] is not None,
        links=tuple(msgspec.json.decode(row["linked"], type=list[LinkFacts])), **{name: row[name] for name in same},
    )  # fmt: skip


def columns(one: SessionFacts, rooms: Mapping[str, int], tracks: Mapping[str, int], now: datetime) -> dict[str, Any]:
    """What the source says of a session, as it is stored."""
    return {
        "kind": one.kind, "label": one.label, "title": one.title, "subtitle": one.subtitle,
        "abstract": one.abstract, "abstract_html": safe_html(one.abstract),
        "description": one.description, "description_html": safe_html(one.description),
        "language": one.language, "level": one.level or "",
        "track": tracks.get(one.track.casefold()), "room": rooms.get(one.room.casefold()),
        "starts_at": one.starts_at, "ends_at": one.ends_at, "capacity": one.capacity, "recorded": one.recorded,
        "url": one.url, "links": one.links, "cancelled_at": now if one.cancelled else None,
    }  # fmt: skip


async def take_over(
    them: Sequence[Met], rooms: Mapping[str, int], tracks: Mapping[str, int], now: datetime
) -> set[int]:
    """Write what is taken of each; the numbers of those that are other than before."""
    rows = []
    for one in them:
        names = [column for name in one.taken for column in _HELD_IN.get(name, (name,))]
        said = columns(one.now, rooms, tracks, one.columns["cancelled_at"] or now)
        row = one.columns | {name: said[name] for name in names}
        if row != one.columns:
            rows.append(row | {"id": one.id})
    await db.execute(_CHANGE, as_json(rows), now)
    return {row["id"] for row in rows}


async def remember(them: Sequence[Met]) -> None:
    """Keep what the source of each says now."""
    words = [
        {"id": one.id, "digest": one.digest, "said": one.now if one.is_gone else remembered(one.now)} for one in them
    ]
    await db.execute(_REMEMBER, as_json(words))


def as_json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def by_mark(known: Mapping[str, int]) -> dict[str, int]:
    """Speakers by the marks of their identities."""
    return {marked(identity): speaker for identity, speaker in known.items()}
