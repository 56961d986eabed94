"""What people in a room can do, by its state and its settings."""

from enum import StrEnum

from portal.core.errors import Conflict, Forbidden
from portal.webinars.rules.states import OPEN_STATES
from portal.webinars.tables.rooms import RoomState
from portal.webinars.tables.taking_part import PollState
from portal.webinars.values import Participant, Room


class Part(StrEnum):
    """What can be done in a room; also what `data-needs` of its page names."""

    QUESTIONS = "questions"
    VOTES = "votes"
    POLLS = "polls"
    CHAT = "chat"
    REACTIONS = "reactions"
    RESOURCES = "resources"


_IN = {
    Part.QUESTIONS: OPEN_STATES,
    Part.VOTES: OPEN_STATES,
    Part.POLLS: OPEN_STATES,
    Part.CHAT: OPEN_STATES,
    Part.REACTIONS: (RoomState.LIVE,),
    Part.RESOURCES: (RoomState.LOBBY, RoomState.LIVE, RoomState.ENDED, RoomState.REPLAY),
}
_AFTERWARDS = {
    Part.QUESTIONS: "Questions can be asked while the room is open.",
    Part.VOTES: "Votes are counted while the room is open.",
    Part.POLLS: "Polls are answered while the room is open.",
    Part.CHAT: "The chat is open while the room is.",
    Part.REACTIONS: "Reactions are for what is live.",
    Part.RESOURCES: "This room is not open.",
}
REMOVED = "The host has asked you to leave this room."
MUTED = "The host has muted you: you can listen, vote and answer polls."


def can(room: Room, part: Part) -> bool:
    """Whether this is possible now, for whoever is not muted."""
    switched_off = {
        Part.QUESTIONS: not room.questions_on,
        Part.VOTES: not room.questions_on,
        Part.CHAT: not room.chat_on,
        Part.REACTIONS: not room.reactions_on,
    }
    return room.is_on and room.state in _IN[part] and not switched_off.get(part, False)


def open_parts(room: Room) -> list[Part]:
    return [part for part in Part if can(room, part)]


def check(room: Room, part: Part) -> None:
    """Raises Conflict where the room's state or settings do not allow it."""
    if not can(room, part):
        raise Conflict(_AFTERWARDS[part])


def check_speaking(room: Room, who: Participant, part: Part) -> None:
    """The same for what others hear; raises Forbidden for somebody who was muted."""
    check(room, part)
    if who.muted:
        raise Forbidden(MUTED)


def check_poll(room: Room, state: PollState) -> None:
    """Raises Conflict where a poll takes no answers."""
    check(room, Part.POLLS)
    if state is not PollState.OPEN:
        raise Conflict("This poll is closed. Your answer stays as it was.")
