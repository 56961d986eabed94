"""What pages say of sessions, in words."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from babel import Locale, UnknownLocaleError

from portal.core import times

_NAMES = {
    "title": "Title", "subtitle": "Subtitle", "room": "Room", "track": "Track", "kind": "Kind", "language": "Language",
    "level": "Level", "speakers": "Who speaks", "capacity": "Places", "label": "Called", "recorded": "Recorded",
}  # fmt: skip
_TEXTS = {"abstract_html", "description_html"}
_NOTHING = "nothing"


@lru_cache(256)
def language_name(code: str) -> str:
    """`German` for `de`; the code itself where no name is known."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code if code else ""
    except (ValueError, UnknownLocaleError):
        return code


class Logged(Protocol):
    """A line of the log, as it is stored."""

    @property
    def kind(self) -> str: ...
    @property
    def before(self) -> dict[str, Any]: ...
    @property
    def after(self) -> dict[str, Any]: ...


def changed(line: Logged, zone: str) -> list[tuple[str, str, str]]:
    """What a line changed as (what, before, now); `before` is empty where only the fact is known."""
    told = []
    if times_ := [name for name in ("starts_at", "ends_at") if name in line.after]:
        told.append(("Time", _span(line.before, times_, zone), _span(line.after, times_, zone)))
    for name, words in _NAMES.items():
        if name in line.after:
            told.append((words, _said(line.before.get(name)), _said(line.after[name])))
    if _TEXTS & line.after.keys():
        told.append(("Description", "", "written anew"))
    if {"links", "url"} & line.after.keys():
        told.append(("Links", "", "others"))
    return told


def placed_before(line: Logged, zone: str) -> str:
    """Where something that was moved stood: `Tue 9 Feb, 09:00–09:40, Saal Lobau`, as far as that is another now."""
    return ", ".join(was for what, was, _ in changed(line, zone) if what in ("Time", _NAMES["room"]) and was)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else _NOTHING


def _span(said: dict[str, Any], names: Sequence[str], zone: str) -> str:
    moments = [datetime.fromisoformat(said[name]) for name in names]
    if list(names) == ["ends_at"]:
        return f"until {times.moment(moments[0], zone, 'EEE d MMM, HH:mm')}"
    first = times.moment(moments[0], zone, "EEE d MMM, HH:mm")
    return first if len(moments) == 1 else f"{first}–{times.clock(moments[1], zone)}"
