"""Clashes in words."""

from portal.core import times
from portal.programme.editing import Clash

NAMES = {
    "room": "Room twice at a time",
    "speaker": "Speaker twice at a time",
    "availability": "Speaker not available",
    "outside": "Outside the event’s days",
    "no time": "Without a time",
    "no room": "Without a room",
    "too big": "More places than the room holds",
    "no moderator": "Panel without a moderator",
}


def words(clash: Clash, zone: str) -> str:
    """What is wrong, as a sentence."""
    when = _when(clash, zone)
    match clash.kind:
        case "room":
            return f"{clash.name} has two sessions {when}: “{clash.title}” and “{clash.other_title}”."
        case "speaker":
            return f"{clash.name} is in two sessions {when}: “{clash.title}” and “{clash.other_title}”."
        case "availability":
            return f"{clash.name} is not available for the whole of “{clash.title}”, {when}."
        case "outside":
            return f"“{clash.title}”, {when}, is outside the event’s days."
        case "no time":
            return f"“{clash.title}” has no time yet, so it is not released."
        case "no room":
            return f"“{clash.title}”, {when}, has no room."
        case "too big":
            return f"“{clash.title}” has more places than {clash.name} holds."
        case _:
            return f"Nobody leads through the panel “{clash.title}”."


def _when(clash: Clash, zone: str) -> str:
    if clash.since is None or clash.until is None:
        return ""
    first, last = times.moment(clash.since, zone, "EEE d MMM, HH:mm"), times.clock(clash.until, zone)
    return f"{first}–{last}"
