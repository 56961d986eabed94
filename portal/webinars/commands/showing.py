"""What is to take away: shown and hidden by the desk."""

from datetime import datetime

from portal.core import db
from portal.core.errors import NotFound
from portal.webinars.announcing import touch

_SHOW = "UPDATE webinar_resource SET shown_at = coalesce(shown_at, $3), hidden_at = NULL WHERE id = $2 AND webinar = $1"
_HIDE = """
UPDATE webinar_resource SET shown_at = NULL, hidden_at = coalesce(hidden_at, $3) WHERE id = $2 AND webinar = $1
"""


async def show(*, webinar_id: int, resource_id: int, now: datetime) -> None:
    """Show something to the room now, whatever minute was planned."""
    await _change(_SHOW, webinar_id, resource_id, now)


async def hide(*, webinar_id: int, resource_id: int, now: datetime) -> None:
    """Take something away from the room until it is shown again."""
    await _change(_HIDE, webinar_id, resource_id, now)


async def _change(sql: str, webinar_id: int, resource_id: int, now: datetime) -> None:
    async with db.transaction():
        if not db.affected(await db.execute(sql, webinar_id, resource_id, now)):
            raise NotFound("There is no such thing to take away.")
        await touch(webinar_id, "resources", "desk-resources")
