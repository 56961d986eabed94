"""Recordings."""

import msgspec

from portal.core import db
from portal.webinars.values import Film

_FILM = "SELECT id, webinar AS webinar_id, source, source_url, seconds, captions, language, published_at FROM webinar_recording"


async def of_room(webinar_id: int) -> Film | None:
    row = await db.fetch_one(f"{_FILM} WHERE webinar = $1", webinar_id)
    return None if row is None else msgspec.convert(dict(row), Film)
