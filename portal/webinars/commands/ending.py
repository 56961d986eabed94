"""What ends with the live part of a webinar."""

from datetime import datetime

from portal.core import db
from portal.webinars.announcing import touch

_ANSWERED = "UPDATE webinar_question SET answered = 'live', answered_at = $2 WHERE webinar = $1 AND answered = 'now'"
_CLOSED = "UPDATE webinar_poll SET state = 'closed', closed_at = $2 WHERE webinar = $1 AND state = 'open'"


async def come_to_an_end(*, webinar_id: int, now: datetime) -> None:
    """The question on stage was answered, open polls close. Joins the transaction."""
    async with db.transaction():
        await db.execute(_ANSWERED, webinar_id, now)
        await db.execute(_CLOSED, webinar_id, now)
        await touch(webinar_id, "questions", "polls", "desk-queue", "desk-polls")
