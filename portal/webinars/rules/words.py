"""What pages say of a room's state."""

from portal.core.times import moment
from portal.events.tables import EventState
from portal.webinars.tables.rooms import ReplayAccess, RoomState
from portal.webinars.tables.taking_part import Answered, QuestionState
from portal.webinars.values import Room

NAMES = {
    RoomState.SCHEDULED: "Scheduled",
    RoomState.LOBBY: "Lobby open",
    RoomState.LIVE: "Live",
    RoomState.ENDED: "Ended",
    RoomState.REPLAY: "Replay",
    RoomState.CLOSED: "Closed",
}


_ON = "'on' d MMMM 'at' HH:mm zzz"
_ALWAYS = {
    RoomState.LIVE: "It is live now.",
    RoomState.ENDED: "It is over. Thank you for coming.",
    RoomState.REPLAY: "It is over, and the recording is here.",
    RoomState.CLOSED: "This room is closed.",
}


def what_now(room: Room) -> str:
    """One sentence: what goes on, and what follows."""
    if room.event_state is EventState.DRAFT:
        return "It is a draft, and nothing happens before it is published."
    if not room.is_on:
        return "This webinar has been called off."
    if room.state is RoomState.SCHEDULED:
        return f"The lobby opens {moment(room.due_at or room.starts_at, room.timezone, _ON)}."
    if room.state is RoomState.LOBBY:
        begins = f"It begins {moment(room.starts_at, room.timezone, _ON)}."
        return begins if room.starts_itself else "The host will begin shortly."
    if room.state is RoomState.ENDED and room.due_state == RoomState.REPLAY and room.due_at is not None:
        return f"It is over. The recording will be here {moment(room.due_at, room.timezone, _ON)}."
    if room.state is RoomState.ENDED and room.replay is not ReplayAccess.NONE:
        return "It is over. Thank you for coming. The recording will follow."
    return _ALWAYS[room.state]


def of_own_question(state: QuestionState, answered: Answered) -> str:
    """What became of one's own question."""
    match state:
        case QuestionState.PENDING:
            return "Waiting for the host"
        case QuestionState.DECLINED:
            return "Not taken up"
        case QuestionState.MERGED:
            return "Put together with another question"
        case QuestionState.APPROVED:
            return _ANSWERED[answered]


_ANSWERED = {
    Answered.NO: "Everybody sees it",
    Answered.NOW: "Being answered",
    Answered.LIVE: "Answered on stage",
    Answered.TYPED: "Answered in writing",
}


def initials(name: str) -> str:
    """`AO` for Dr. Anselm Oyelaran: of the first and the last word that is a name."""
    parts = [part for part in name.split() if part[0].isalpha() and not part.endswith(".")]
    ends = parts[:1] + parts[1:][-1:]
    return "".join(part[0] for part in ends).upper()
