"""Clashes in words."""

from portal.core import times
from portal.programme.editing import Clash

_WORDS = {
    "room": "{name} has two sessions {when}: “{title}” and “{other}”.",
    "speaker": "{name} is in two sessions {when}: “{title}” and “{other}”.",
    "declined": "{name} does not come, and is in “{title}”.",
    "availability": "{name} is not available for the whole of “{title}”, {when}.",
    "closed": "{name} is not open for the whole of “{title}”, {when}.",
    "outside": "“{title}”, {when}, is outside the event’s days.",
    "no time": "“{title}” has no time yet, so it is not released.",
    "no room": "“{title}”, {when}, has no room.",
    "too big": "“{title}” has more places than {name} holds.",
    "no moderator": "Nobody leads through the panel “{title}”.",
}


def words(clash: Clash, zone: str) -> str:
    """What is wrong, as a sentence."""
    told = {"name": clash.name, "title": clash.title, "other": clash.other_title, "when": _when(clash, zone)}
    return _WORDS[clash.kind].format_map(told)


def _when(clash: Clash, zone: str) -> str:
    if clash.since is None or clash.until is None:
        return ""
    first, last = times.moment(clash.since, zone, "EEE d MMM, HH:mm"), times.clock(clash.until, zone)
    return f"{first}–{last}"
