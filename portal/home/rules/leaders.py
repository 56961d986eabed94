"""Which of the people who speak are asked for, and what they are to search engines."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from portal.core.text import one_line
from portal.speakers.rules import person
from portal.speakers.values import SpeakerRow

NAMES = ("q", "topic", "company", "event", "letter")
KEYS = frozenset({*NAMES, "sort", "page"})
LETTERS = [*map(chr, range(ord("A"), ord("Z") + 1)), "0"]
"""The first letter of the last name; 0 is for all others."""
_LONGEST = {"q": 120}


class Problem(msgspec.Struct, frozen=True):
    """A filter that could not be read: what was typed, and what is wrong with it."""

    typed: str
    message: str


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """One value each; empty means any. `sort` is empty (who speaks next is first) or `name`."""

    q: str = ""
    topic: str = ""
    company: str = ""
    event: str = ""
    letter: str = ""
    sort: str = ""

    def query(self, **others: str) -> str:
        told = {name: value for name, value in (msgspec.structs.asdict(self) | others).items() if value}
        return f"?{urlencode(told)}" if told else ""

    @property
    def narrows(self) -> bool:
        return any(getattr(self, name) for name in NAMES)


def parse(given: Iterable[tuple[str, str]], known: Mapping[str, Iterable[str]]) -> tuple[Filters, dict[str, Problem]]:
    """The filters that can be read, and what is wrong with the others. `known` are the values of each that are there."""
    told = {
        name: one_line(value)
        for name, value in reversed(list(given))
        if name in KEYS and name != "page" and value.strip()
    }
    values = {**known, "letter": LETTERS, "sort": ["name"]}
    problems: dict[str, Problem] = {}
    for name, value in list(told.items()):
        if len(value) > _LONGEST.get(name, 200):
            problems[name] = Problem(value[:60] + "…", "This is too long to look for.")
        elif name in values and value not in values[name]:
            problems[name] = Problem(
                value[:60], f"No speaker of ours has this {name}." if name != "sort" else "Sort by name."
            )
    kept = {name: value for name, value in told.items() if name not in problems}
    return Filters(**kept), problems


def linked(rows: Iterable[SpeakerRow], *, base_url: str, first: int) -> dict[str, Any]:
    """The page as schema.org describes lists."""
    people = [
        {"@type": "ListItem", "position": at, "item": person(row, base_url=base_url)}
        for at, row in enumerate(rows, first)
    ]
    return {
        "@context": "https://schema.org", "@type": "CollectionPage", "name": "Meet the leaders", "url": f"{base_url}/leaders",
        "mainEntity": {"@type": "ItemList", "itemListElement": people},
    }  # fmt: skip
