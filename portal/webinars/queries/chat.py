"""What was said in the chat."""

from datetime import datetime

import msgspec

from portal.core import db

SHOWN = 50
_LINES = """
SELECT * FROM (
    SELECT id, author, text, at, account IS NOT NULL AS is_crew FROM webinar_chat_message
    WHERE webinar = $1 AND hidden_at IS NULL ORDER BY id DESC LIMIT $2) AS last ORDER BY id
"""


class ChatLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as all see it."""

    id: int
    author: str
    text: str
    at: datetime
    is_crew: bool


async def last_lines(webinar_id: int) -> list[ChatLine]:
    """The last lines that were not hidden, the newest at the end."""
    return [msgspec.convert(dict(row), ChatLine) for row in await db.fetch(_LINES, webinar_id, SHOWN)]
