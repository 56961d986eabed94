"""What a programme is, as plain values: what importers, the demo and staff hand to the commands."""

from datetime import datetime

import msgspec

from portal.programme.tables import Level, SessionKind, SessionRole


class PersonFacts(msgspec.Struct, frozen=True):
    """Somebody in a session. `key` is who it is in the source, where that says so; else the name is."""

    name: str
    key: str = ""
    role: SessionRole = SessionRole.SPEAKER
    bio: str = ""
    company: str = ""
    job_title: str = ""


class LinkFacts(msgspec.Struct, frozen=True, array_like=True):
    """Something to a session. `kind` is link or attachment."""

    kind: str
    title: str
    url: str


class SessionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be said about a session.

    `key` is its identity in the source, `guid` its identity everywhere, where the source has one (RFC 9562 text). Times are
    aware, both or neither given; texts are Markdown with stray HTML. `language` is a BCP 47 tag. Room and track are names.

    `unsaid` names the fields and the roles of people for which the source has no place, or `parts` where it names people
    without any role: it says nothing of them, not that there are none.
    """

    key: str
    title: str
    guid: str = ""
    kind: SessionKind = SessionKind.TALK
    label: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    language: str = ""
    level: Level | None = None
    track: str = ""
    room: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    capacity: int | None = None
    recorded: bool = True
    url: str = ""
    people: tuple[PersonFacts, ...] = ()
    links: tuple[LinkFacts, ...] = ()
    cancelled: bool = False
    unsaid: tuple[str, ...] = ()


class ProgrammeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A whole programme as one source has it. `rooms` are names with how many each holds, where that is known."""

    source: str
    credit: str = ""
    rooms: dict[str, int | None] = {}
    tracks: tuple[str, ...] = ()
    sessions: tuple[SessionFacts, ...] = ()


class Saved(msgspec.Struct, frozen=True):
    """What saving a programme came to, in numbers of sessions. `cancelled` are those the source has no more; `kept` names
    sessions of which the source says something new that staff have otherwise, and what.
    """

    created: int = 0
    changed: int = 0
    cancelled: int = 0
    unchanged: int = 0
    kept: tuple[tuple[str, tuple[str, ...]], ...] = ()
