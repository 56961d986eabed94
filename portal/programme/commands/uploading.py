"""Files somebody looks at before they are imported."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Forbidden
from portal.programme.permissions import can_edit_programme

_KEEP = """
INSERT INTO programme_upload (event, name, data, options, actor, uploaded_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6) RETURNING id
"""


async def keep_upload(
    *, actor: Actor, event_id: int, name: str, data: bytes, options: dict[str, str], now: datetime
) -> int:
    """Keep a file of a programme, with what was chosen beside it; its number."""
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors change a programme.")
    told = msgspec.json.encode(options).decode()
    return int(await db.fetch_value(_KEEP, event_id, name[:200], data, told, actor.label, now))


async def forget_upload(*, upload_id: int) -> None:
    """It is imported, or not wanted."""
    await db.execute("DELETE FROM programme_upload WHERE id = $1", upload_id)


async def forget_uploads(*, before: datetime) -> None:
    """Let go of what has waited since before a moment."""
    await db.execute("DELETE FROM programme_upload WHERE uploaded_at < $1", before)
