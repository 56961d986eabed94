"""What part of a programme is asked for, and in which form."""

from collections.abc import Callable, Container, Iterable, Sequence
from datetime import date
from urllib.parse import urlencode

import msgspec

from portal.core import times
from portal.core.text import folded, one_line
from portal.programme.public import Programme, Session
from portal.programme.tables import SessionKind

NAMES = ("q", "track", "room", "language", "kind")
KEYS = frozenset({*NAMES, "day", "view", "zone", "paper"})
ALL_DAYS = "all"
KINDS = {
    SessionKind.TALK: "Talks", SessionKind.PANEL: "Panels", SessionKind.WORKSHOP: "Workshops", SessionKind.BREAK: "Breaks",
}  # fmt: skip
_LONGEST = 120


class Problem(msgspec.Struct, frozen=True):
    """A filter that could not be read: what was typed, and what is wrong with it."""

    typed: str
    message: str


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """One value each; empty means any. `day` is an ISO date, or `all`; empty, the page chooses. `view` is list or grid.
    `zone` is the reader’s own, to be shown beside the event’s; `paper` parts wide tables so that they fit a sheet.
    """

    day: str = ""
    view: str = ""
    zone: str = ""
    paper: str = ""
    q: str = ""
    track: str = ""
    room: str = ""
    language: str = ""
    kind: str = ""

    @property
    def told(self) -> list[tuple[str, str]]:
        """What is asked for, by name."""
        return [(name, value) for name, value in msgspec.structs.asdict(self).items() if value]

    def query(self, **others: str) -> str:
        """The query string for these filters, with others in place of some; nothing for none."""
        told = {name: value for name, value in (msgspec.structs.asdict(self) | others).items() if value}
        return f"?{urlencode(told)}" if told else ""

    @property
    def narrows(self) -> bool:
        return any(getattr(self, name) for name in NAMES)


def parse(given: Iterable[tuple[str, str]], programme: Programme) -> tuple[Filters, dict[str, Problem]]:
    """The filters that can be read, and what is wrong with the others."""
    told = {name: one_line(value) for name, value in given if name in KEYS and value.strip()}
    # Only what is asked for is looked up: a large programme has a thousand sessions to go through.
    known: dict[str, Callable[[], Container[str]]] = {
        "track": lambda: {one.slug for one in programme.tracks},
        "room": lambda: {one.slug for one in programme.rooms},
        "language": lambda: {one.language for one in programme.sessions if one.language},
        "kind": lambda: {kind.value for kind in KINDS},
        "view": lambda: {"list", "grid"},
        "zone": times.zone_names,
        "paper": lambda: {"yes"},
        "day": lambda: {ALL_DAYS, *(day.isoformat() for day in programme.days)},
    }
    if told.get("zone") == programme.timezone:
        del told["zone"]
    problems = {
        name: Problem(value[:_LONGEST], f"This programme has no such {name}.")
        for name, value in told.items()
        if name in known and value not in known[name]()
    }
    if len(told.get("q", "")) > _LONGEST:
        problems["q"] = Problem(told["q"][:_LONGEST], f"At most {_LONGEST} characters can be looked for.")
    return Filters(**{name: value for name, value in told.items() if name not in problems}), problems


def day_shown(filters: Filters, programme: Programme, today: date) -> date | None:
    """The day that is shown; None for all. Whoever looks for something looks on all days."""
    if filters.day == ALL_DAYS or (not filters.day and filters.narrows):
        return None
    if filters.day:
        return date.fromisoformat(filters.day)
    days = programme.days
    return next((day for day in days if day >= today), days[0] if days else None)


def matching(filters: Filters, sessions: Iterable[Session]) -> list[Session]:
    """The sessions asked for, whatever their day. Every word must stand somewhere; accents and case do not matter."""
    words = folded(filters.q).split()
    return [
        one
        for one in sessions
        if (not filters.track or (one.track is not None and one.track.slug == filters.track))
        and (not filters.room or (one.room is not None and one.room.slug == filters.room))
        and (not filters.language or one.language == filters.language)
        and (not filters.kind or one.kind == filters.kind)
        and (not words or all(word in _said(one) for word in words))
    ]


class WayOut(msgspec.Struct, frozen=True):
    """A filter to take away so that something is found: its name, the address without it, and how many are then."""

    name: str
    query: str
    found: int


def ways_out(filters: Filters, sessions: Sequence[Session], day: date | None) -> list[WayOut]:
    """Which one filter stands in the way where nothing is found; the day is one. None where it takes more than one."""
    if day is not None and (elsewhere := _count(matching(filters, sessions))):
        return [WayOut("day", filters.query(day=ALL_DAYS), elsewhere)]
    found = []
    for name in NAMES:
        if getattr(filters, name):
            without = msgspec.structs.replace(filters, **{name: ""})
            found.append(WayOut(name, without.query(day=ALL_DAYS), _count(matching(without, sessions))))
    return [one for one in found if one.found]


def _count(sessions: Iterable[Session]) -> int:
    return sum(one.kind is not SessionKind.BREAK for one in sessions)


def _said(one: Session) -> str:
    parts = [one.title, one.subtitle, one.label, one.track.name if one.track else "", one.room.name if one.room else ""]
    parts += [f"{person.name} {person.company_name}" for person in one.people]
    return folded(" ".join(parts))
