"""What acts of people in the room share."""

import msgspec

from portal.core import db
from portal.core.errors import Forbidden, NotFound
from portal.events.tables import EventState
from portal.webinars.rules.taking_part import REMOVED
from portal.webinars.tables.rooms import RoomState
from portal.webinars.values import Participant, Room

_GONE = "This place is not there any more."
_NOW = """
SELECT w.state, e.state AS event_state, w.questions_on, w.chat_on, w.reactions_on,
    EXISTS (SELECT FROM seat s JOIN seat_order o ON o.id = s.seat_order WHERE s.id = $2 AND s.claim_secret = $3
        AND s.state = 'confirmed' AND o.state = 'confirmed') AS has_place,
    EXISTS (SELECT FROM room_restriction r WHERE r.webinar = w.id AND r.seat = $2 AND r.kind = 'muted'
        AND r.lifted_at IS NULL) AS muted,
    EXISTS (SELECT FROM room_restriction r WHERE r.webinar = w.id AND r.seat = $2 AND r.kind = 'removed'
        AND r.lifted_at IS NULL) AS removed
FROM webinar w JOIN event e ON e.id = w.event WHERE w.id = $1
"""


async def one_at_a_time(seat_id: int) -> None:
    """Let what one person sends twice happen one after the other, until the transaction's end; and what is decided about
    somebody wait for what they are just saying.
    """
    if await db.fetch_value("SELECT id FROM seat WHERE id = $1 FOR NO KEY UPDATE", seat_id) is None:
        raise NotFound(_GONE)


async def as_it_is(room: Room, who: Participant) -> tuple[Room, Participant]:
    """Both as they are at this moment. A form may be sent so slowly that much has changed since it was let in.

    Raises Forbidden for somebody who was shown the door meanwhile, NotFound where the place went to another.
    """
    row = await db.fetch_one(_NOW, room.id, who.seat_id, who.claim)
    if row is None or not row["has_place"]:
        raise NotFound(_GONE)
    if row["removed"]:
        raise Forbidden(REMOVED)
    now = msgspec.structs.replace(
        room, state=RoomState(row["state"]), event_state=EventState(row["event_state"]), questions_on=row["questions_on"],
        chat_on=row["chat_on"], reactions_on=row["reactions_on"],
    )  # fmt: skip
    return now, msgspec.structs.replace(who, muted=row["muted"])
