"""Tries to be paid: one row each, made before Stripe is asked, with the request frozen in it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.core import countries, db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.payments.buying import ATTEMPT_COLUMNS, Attempt, attempt_from
from portal.payments.commands.questions import ask
from portal.payments.tables import AttemptState
from portal.payments.values import Session, SessionLine, SessionRequest

# Stripe refuses sessions that expire sooner than 30 minutes from now; the hold's end closes the session earlier.
_SESSION_LIFE = timedelta(minutes=40)


async def begin_attempt(*, purchase_id: int, now: datetime) -> Attempt:
    """The attempt to send the buyer to: the one whose page still says what is due, or a new one.

    Raises Conflict when there is nothing (left) to pay.
    """
    async with db.transaction():
        purchase = await db.fetch_one("SELECT * FROM purchase WHERE id = $1 FOR UPDATE", purchase_id)
        if purchase is None or purchase["state"] != "open" or not purchase["total"]:
            raise Conflict("This order is not waiting for payment.")
        kept = await _keep_if_right(purchase)
        if kept is not None:
            return kept
        number = await db.fetch_value(
            "SELECT 1 + coalesce(max(number), 0) FROM payment_attempt WHERE purchase = $1", purchase_id
        )
        request = await _request(purchase, number, now)
        row = await db.fetch_one(
            "INSERT INTO payment_attempt (purchase, number, state, request, url, created_at, note) "
            f"VALUES ($1, $2, 'created', $3::jsonb, '', $4, '') RETURNING {ATTEMPT_COLUMNS}",
            purchase_id, number, msgspec.json.encode(request).decode(), now,
        )  # fmt: skip
    assert row is not None
    return attempt_from(row)


async def withdraw_stale(purchase_id: int) -> None:
    """After a purchase was priced anew: close its page unless that says just the same. Expects the purchase's lock."""
    purchase = await db.fetch_one("SELECT * FROM purchase WHERE id = $1", purchase_id)
    await _keep_if_right(purchase)


async def withdraw_all(purchase_id: int, *, but: int = 0) -> None:
    """No page of the purchase is wanted any more, except attempt `but`. Expects the purchase's lock."""
    withdrawn = await db.execute(
        "UPDATE payment_attempt SET state = 'closing' WHERE purchase = $1 AND id <> $2 AND state IN ('created', 'open')",
        purchase_id, but,
    )  # fmt: skip
    if db.affected(withdrawn):
        await enqueue("payments.close_sessions", purchase=purchase_id)


async def _keep_if_right(purchase: Any) -> Attempt | None:
    """The current attempt, if its request is what the purchase asks for now; else it is withdrawn."""
    row = await db.fetch_one(
        f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE purchase = $1 AND state IN ('created', 'open')",
        purchase["id"],
    )
    if row is None:
        return None
    attempt = attempt_from(row)
    if attempt.request == await _request(purchase, attempt.number, attempt.created_at):
        return attempt
    await withdraw_all(purchase["id"])
    return None


async def _request(purchase: Any, number: int, at: datetime) -> SessionRequest:
    settings = current()
    rows = await db.fetch(
        "SELECT description, detail, quantity, unit_net FROM purchase_line WHERE purchase = $1 AND unit_net > 0 "
        "ORDER BY position",
        purchase["id"],
    )
    lines = [SessionLine(row["description"], row["detail"], row["quantity"], row["unit_net"]) for row in rows]
    if purchase["tax"]:
        lines.append(SessionLine(f"VAT ({countries.name(purchase['tax_country'])})", "", 1, purchase["tax"]))
    public_id = str(purchase["public_id"])
    return SessionRequest(
        public_id=public_id,
        attempt=number,
        currency=purchase["currency"],
        lines=tuple(lines),
        email=purchase["email"],
        success_url=f"{settings.base_url}{purchase['return_path']}?returned=yes",
        cancel_url=f"{settings.base_url}{purchase['return_path']}?returned=no",
        expires_at=at + _SESSION_LIFE,
        metadata={"purchase": public_id, "attempt": str(number)},
        locale=settings.site_locale.split("_")[0],
    )


async def open_attempt(*, attempt_id: int, session: Session) -> AttemptState:
    """Keep the page Stripe made, whatever has become of the attempt meanwhile; gives its state."""
    state = await db.fetch_value(
        "UPDATE payment_attempt SET state = CASE WHEN state = 'created' THEN 'open' ELSE state END, "
        "session_id = $2, url = $3, expires_at = $4 WHERE id = $1 RETURNING state",
        attempt_id, session.id, session.url or "", session.expires_at,
    )  # fmt: skip
    return AttemptState(state)


async def claim_session(*, session: Session) -> Attempt | None:
    """The attempt a page belongs to: by its id, or by what it says of itself where no page was kept."""
    async with db.transaction():
        found = await db.fetch_one(f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE session_id = $1", session.id)
        if found is not None:
            return attempt_from(found)
        attempt_id = await db.fetch_value(
            "SELECT a.id FROM payment_attempt a JOIN purchase p ON p.id = a.purchase "
            "WHERE p.public_id::text = $1 AND a.number::text = $2 AND a.session_id IS NULL FOR UPDATE OF a",
            session.metadata.get("purchase", ""), session.metadata.get("attempt", ""),
        )  # fmt: skip
        if attempt_id is None:
            return None
        await open_attempt(attempt_id=attempt_id, session=session)
        row = await db.fetch_one(f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE id = $1", attempt_id)
    assert row is not None
    return attempt_from(row)


async def refuse_attempt(*, attempt_id: int, purchase_id: int, code: str, now: datetime) -> None:
    """Stripe would not make the page; unless one was made all the same, the try is over and a person is told."""
    async with db.transaction():
        refused = await db.fetch_value(
            "UPDATE payment_attempt SET state = 'failed', request = '{}', ended_at = $2, "
            "note = 'The payment page could not be opened.' "
            "WHERE id = $1 AND state IN ('created', 'closing') AND session_id IS NULL RETURNING id",
            attempt_id, now,
        )  # fmt: skip
        if refused is not None:
            await ask(
                reference=f"page-refused:{attempt_id}", purchase_id=purchase_id, now=now, facts={"code": code},
                sentence="Stripe refused to open a payment page for this purchase. Please look at the code it gave.",
            )  # fmt: skip


async def give_up_attempt(*, attempt_id: int, purchase_id: int, session_id: str, now: datetime) -> None:
    """Stripe does not know the page (any more): nobody looks after it from now on, and a person is told."""
    async with db.transaction():
        await db.execute(
            "UPDATE payment_attempt SET state = 'failed', request = '{}', ended_at = $2 "
            "WHERE id = $1 AND state NOT IN ('succeeded', 'expired', 'failed')",
            attempt_id, now,
        )  # fmt: skip
        await ask(
            reference=f"page-unknown:{session_id}", purchase_id=purchase_id, now=now,
            sentence=f"Stripe does not know the payment page {session_id} of this purchase. Was it made with another "
            "account or key?",
        )  # fmt: skip
