"""The crew in the chat: what it says there, and what it takes away."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import NotFound
from portal.webinars.announcing import touch

_SAY = """
INSERT INTO webinar_chat_message (webinar, account, author, text, at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_HIDE = """
UPDATE webinar_chat_message SET hidden_at = $3, hidden_by = $4 WHERE id = $2 AND webinar = $1 AND hidden_at IS NULL
"""
_RESTORE = """
UPDATE webinar_chat_message SET hidden_at = NULL, hidden_by = NULL WHERE id = $2 AND webinar = $1 AND hidden_at IS NOT NULL
"""
_IS_THERE = "SELECT 1 FROM webinar_chat_message WHERE id = $2 AND webinar = $1"


async def say_as_crew(*, webinar_id: int, text: str, actor: Actor, now: datetime) -> int:
    """Write a line that everybody sees, in the crew's name."""
    async with db.transaction():
        made = await db.fetch_value(_SAY, webinar_id, actor.account_id or None, actor.name, text, now)
        await touch(webinar_id, "chat", "desk-chat")
    return int(made)


async def hide(*, webinar_id: int, message_id: int, actor: Actor, now: datetime) -> None:
    """Take a line out of the room; the desk keeps it. Hidden already, nothing happens."""
    await _change(_HIDE, "hid", webinar_id, message_id, actor, now, now, actor.account_id or None)


async def restore(*, webinar_id: int, message_id: int, actor: Actor, now: datetime) -> None:
    """Show a hidden line again."""
    await _change(_RESTORE, "restored", webinar_id, message_id, actor, now)


async def _change(
    sql: str, verb: str, webinar_id: int, message_id: int, actor: Actor, now: datetime, *more: object
) -> None:
    async with db.transaction():
        if db.affected(await db.execute(sql, webinar_id, message_id, *more)):
            await audit.record(
                actor=actor.label, verb=verb, kind="chat message", key=message_id, now=now, webinar=webinar_id
            )
            await touch(webinar_id, "chat", "desk-chat")
        elif await db.fetch_value(_IS_THERE, webinar_id, message_id) is None:
            raise NotFound("There is no such line in this chat.")
