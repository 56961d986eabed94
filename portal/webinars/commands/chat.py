"""Talking to the others in the room."""

from datetime import datetime, timedelta

from portal.core import db
from portal.webinars.announcing import touch
from portal.webinars.commands.people import as_it_is, one_at_a_time
from portal.webinars.rules.names import shown
from portal.webinars.rules.taking_part import Part, check_speaking
from portal.webinars.values import Participant, Room

_ONCE = timedelta(seconds=30)
_SAME = """
SELECT id FROM webinar_chat_message WHERE webinar = $1 AND seat = $2 AND text = $3 AND at > $4 ORDER BY id DESC LIMIT 1
"""
_SAY = "INSERT INTO webinar_chat_message (webinar, seat, author, text, at) VALUES ($1, $2, $3, $4, $5) RETURNING id"


async def say(*, room: Room, who: Participant, text: str, now: datetime) -> int:
    """Write a line that all see at once. The same words sent twice within moments are one line.

    Raises Conflict where the chat is closed, Forbidden for somebody who was muted.
    """
    async with db.transaction():
        await one_at_a_time(who.seat_id)
        room, who = await as_it_is(room, who)
        check_speaking(room, who, Part.CHAT)
        if (same := await db.fetch_value(_SAME, room.id, who.seat_id, text, now - _ONCE)) is not None:
            return int(same)
        made = await db.fetch_value(_SAY, room.id, who.seat_id, shown(who), text, now)
        await touch(room.id, "chat", "desk-chat")
    return int(made)
