"""Tries to be paid: one row each, made before Stripe is asked."""

from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict
from portal.payments.buying import ATTEMPT_COLUMNS, Attempt, attempt_from
from portal.payments.tables import AttemptState


async def begin_attempt(*, purchase_id: int, now: datetime) -> Attempt:
    """The attempt to send the buyer to: the open one, or a new one. Raises Conflict when there is nothing to pay."""
    async with db.transaction():
        state = await db.fetch_value("SELECT state FROM purchase WHERE id = $1 FOR UPDATE", purchase_id)
        if state != "open":
            raise Conflict("This order is no longer waiting for payment.")
        row = await db.fetch_one(
            f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE purchase = $1 AND state IN ('created', 'open')",
            purchase_id,
        )
        if row is None:
            row = await db.fetch_one(
                "INSERT INTO payment_attempt (purchase, number, state, url, created_at, note) SELECT $1, "
                "1 + coalesce(max(number), 0), 'created', '', $2, '' FROM payment_attempt WHERE purchase = $1 "
                f"RETURNING {ATTEMPT_COLUMNS}",
                purchase_id, now,
            )  # fmt: skip
    assert row is not None
    return attempt_from(row)


async def open_attempt(*, attempt_id: int, session_id: str, url: str, expires_at: datetime) -> None:
    """Stripe made the session."""
    await db.execute(
        "UPDATE payment_attempt SET state = 'open', session_id = $2, url = $3, expires_at = $4 "
        "WHERE id = $1 AND state IN ('created', 'open')",
        attempt_id, session_id, url, expires_at,
    )  # fmt: skip


async def end_attempt(*, attempt_id: int, state: AttemptState, note: str, now: datetime) -> None:
    """The try is over without money."""
    await db.execute(
        "UPDATE payment_attempt SET state = $2, note = $3, ended_at = $4 "
        "WHERE id = $1 AND state NOT IN ('succeeded', 'expired', 'failed')",
        attempt_id, state.value, note, now,
    )  # fmt: skip
