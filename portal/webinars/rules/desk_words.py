"""What the desk calls things."""

from urllib.parse import urlsplit

import msgspec

from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole, VideoSource
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Room


class Button(msgspec.Struct, frozen=True):
    """A host's button. With `asks`, it is pressed in two steps: that is what is said in between."""

    name: str
    icon: str
    asks: str = ""


BUTTONS = {
    HostAction.OPEN_LOBBY: Button("Open the lobby", "users"),
    HostAction.GO_LIVE: Button("Go live", "play"),
    HostAction.END: Button(
        "End the webinar", "x", "Every open page says that it is over. For two hours you can go back on air."
    ),
    HostAction.GO_ON: Button("Back on air", "play"),
    HostAction.CLOSE: Button(
        "Close for good", "lock", "The room closes, there will be no replay, and nobody can open it again."
    ),
}
SOURCES = {
    VideoSource.NONE: "No picture",
    VideoSource.HLS: "HLS stream",
    VideoSource.YOUTUBE: "YouTube",
    VideoSource.VIMEO: "Vimeo",
    VideoSource.HAND_OVER: "Another service’s room (Zoom, Teams, Meet …)",
}
KINDS = {
    PollKind.SINGLE: "One answer",
    PollKind.MULTIPLE: "Several answers",
    PollKind.RATING: "Rating from 1 to 5",
    PollKind.OPEN: "In words",
}
ROLES = {
    CrewRole.HOST: "Host",
    CrewRole.MODERATOR: "Moderator",
    CrewRole.SPEAKER: "Speaker",
}
PILES = {"waiting": "Waiting", "open": "Approved", "answered": "Answered", "declined": "Declined", "merged": "Merged"}
SWITCHES = {"questions_on": "Questions", "chat_on": "Chat", "reactions_on": "Reactions"}


def picture(room: Room) -> str:
    """Where the picture comes from, in a few words: the service, and the host or the film’s id."""
    if room.simulated:
        return "The recording, as if it were live"
    where = urlsplit(room.source_url).hostname or room.source_url
    name = SOURCES[room.source].partition(" (")[0]
    return f"{name}: {where}" if where else name


def at_second(seconds: int) -> str:
    """Where in the film: `4:05`, `1:02:03`."""
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60:02}" if hours else str(rest // 60)
    return f"{hours}:{minutes}:{rest % 60:02}" if hours else f"{minutes}:{rest % 60:02}"
