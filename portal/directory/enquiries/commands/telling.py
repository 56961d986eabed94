"""Asking for mails, and saying things in a thread; inside the caller's transaction."""

from datetime import datetime

from portal.core import db, jobs
from portal.core.errors import Conflict
from portal.directory.enquiries.tables import MessageKind, Side
from portal.directory.enquiries.values import Notice

NOTIFY = "enquiries.notify"

_SAY = """
INSERT INTO enquiry_message (recipient, form_key, side, kind, author, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (form_key) DO NOTHING RETURNING id
"""


async def tell(notice: Notice, *, enquiry: int, recipient: int | None = None, mark: str = "") -> None:
    """Ask for the mails of a notice. `mark` tells one of them from the next about the same thing."""
    await jobs.enqueue(NOTIFY, notice=notice.value, enquiry=enquiry, recipient=recipient, mark=mark)


async def say(
    *, recipient: int, form_key: str, side: Side, kind: MessageKind, author: int | None, text: str, now: datetime
) -> int | None:
    """Add to a thread; None when the same form was sent before."""
    made: int | None = await db.fetch_value(_SAY, recipient, form_key, side.value, kind.value, author, text, now)
    if made is None and not await db.fetch_value(
        "SELECT EXISTS (SELECT FROM enquiry_message WHERE form_key = $1 AND recipient = $2 AND side = $3)",
        form_key, recipient, side.value,
    ):  # fmt: skip
        raise Conflict("This form was sent elsewhere already. Please open the page again.")
    return made


async def was_said(form_key: str, recipient: int) -> bool:
    """Whether this very form has come in before."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM enquiry_message WHERE form_key = $1 AND recipient = $2)", form_key, recipient
        )
    )
