"""What the crew wrote among itself, and the chat with what was taken out of it."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.paging import Page

NOTES, LINES = 40, 40
PER_PAGE = 100


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of the crew told the others."""

    id: int
    author: str
    text: str
    at: datetime


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of chat; hidden ones are for the desk alone. `seat_id`: of somebody in the room."""

    id: int
    author: str
    text: str
    at: datetime
    is_crew: bool
    seat_id: int | None
    hidden_at: datetime | None


_LINES = """
SELECT id, author, text, at, account IS NOT NULL AS is_crew, seat AS seat_id, hidden_at
FROM webinar_chat_message WHERE webinar = $1 ORDER BY id DESC LIMIT $2 OFFSET $3
"""


async def notes(webinar_id: int) -> list[Note]:
    """The last ones, newest first."""
    rows = await db.fetch(
        "SELECT id, author, text, at FROM backstage_note WHERE webinar = $1 ORDER BY id DESC LIMIT $2",
        webinar_id,
        NOTES,
    )
    return [msgspec.convert(dict(row), Note) for row in rows]


async def lines(webinar_id: int) -> list[Line]:
    """The last lines of the chat, newest first."""
    return [msgspec.convert(dict(row), Line) for row in await db.fetch(_LINES, webinar_id, LINES, 0)]


async def lines_page(webinar_id: int, number: int) -> tuple[Page, list[Line]]:
    """The whole chat, a page of it."""
    total = await db.fetch_value("SELECT count(*) FROM webinar_chat_message WHERE webinar = $1", webinar_id)
    page = Page(number=number, size=PER_PAGE, total=total)
    rows = await db.fetch(_LINES, webinar_id, page.size, page.offset)
    return page, [msgspec.convert(dict(row), Line) for row in rows]
