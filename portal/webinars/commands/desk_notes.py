"""What the crew says among itself."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.webinars.announcing import touch

_WRITE = """
INSERT INTO backstage_note (webinar, account, author, text, at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""


async def write_note(*, webinar_id: int, text: str, actor: Actor, now: datetime) -> int:
    """Tell everybody at the desk, and nobody else."""
    async with db.transaction():
        made = await db.fetch_value(_WRITE, webinar_id, actor.account_id or None, actor.name, text, now)
        await touch(webinar_id, "desk-notes")
    return int(made)
