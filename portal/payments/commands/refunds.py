"""Money going back: asked for by lines, sent to Stripe by a job, and never guessed about.

Locks are taken in one order: purchase, refund, lines.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

import msgspec
import structlog

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.payments.buying import Line, Totals
from portal.payments.commands.invoices import issue_credit_note, purchase_lines, reverse_credit_note
from portal.payments.commands.questions import ask
from portal.payments.rules.states import refund_may_become
from portal.payments.rules.sums import going_back
from portal.payments.tables import RefundState, TaxTreatment
from portal.payments.values import StripeRefund

_log = structlog.get_logger("refunds")


async def request_refund(
    *, actor: Actor, purchase_id: int, quantities: Mapping[int, int], reason: str, now: datetime,
    parts: Mapping[int, int] | None = None,
) -> int:  # fmt: skip
    """Give back `quantities` units per line id, and `parts` of the net price of lines of one unit; the seats or whatever was
    bought stay as they are.

    Raises Invalid when more is asked than is left of a line, Conflict when the purchase is not paid.
    """
    wanted = {line: count for line, count in quantities.items() if count}
    parts = dict(parts or {})
    async with db.transaction():
        purchase = await db.fetch_one(
            "SELECT state, tax_treatment, currency FROM purchase WHERE id = $1 FOR UPDATE", purchase_id
        )
        if purchase is None or purchase["state"] != "paid":
            raise Conflict("Only a paid purchase can be refunded.")
        lines = await purchase_lines(purchase_id)
        rows = await db.fetch(_GONE, purchase_id)
        already = {row["id"]: row["refunded_quantity"] for row in rows}
        reduced = {row["id"]: row["reduced_net"] for row in rows}
        for line_id, part in list(parts.items()):
            left = _left_of_one(lines.get(line_id), already, reduced, line_id)
            if line_id in wanted or not 0 < part <= left:
                raise Invalid({f"line_{line_id}": "So much of this line cannot be given back."})
            if part == left:
                wanted[line_id] = 1
                del parts[line_id]
        for line_id, count in wanted.items():
            left = lines[line_id].quantity - already[line_id] if line_id in lines else 0
            if not 0 < count <= left:
                raise Invalid({f"line_{line_id}": f"At most {left} of this line can still be given back."})
        sums = going_back(
            lines, already, wanted, TaxTreatment(purchase["tax_treatment"]), currency=purchase["currency"],
            given=[tax for given in await _given(purchase_id) for tax in given.taxes],
            reduced={line_id: net + parts.get(line_id, 0) for line_id, net in reduced.items()},
        )  # fmt: skip
        if sums.gross <= 0:
            raise Invalid({"": "There is nothing to give back for these lines."})
        attempt_id = await db.fetch_value(
            "SELECT id FROM payment_attempt WHERE purchase = $1 AND state = 'succeeded' AND NOT EXISTS "
            "(SELECT FROM refund WHERE attempt = payment_attempt.id AND sums = '{}') ORDER BY id LIMIT 1",
            purchase_id,
        )
        refund_id = await _insert(purchase_id, attempt_id, sums.gross, sums, reason, actor.label, now)
        whole = [(line, count, lines[line].unit_net * count - reduced[line]) for line, count in wanted.items()]
        for line_id, count, net in [*whole, *((line, 0, net) for line, net in parts.items())]:
            await db.execute(_LINE_BACK, refund_id, line_id, count, net)
        await db.execute("UPDATE purchase SET refunded = refunded + $2 WHERE id = $1", purchase_id, sums.gross)
        answered = [row["reference"] for row in await db.fetch(_ANSWERED, purchase_id, list(wanted))]
        await db.execute(_PARTLY, purchase_id, list(wanted))
        await audit.record(
            actor=actor.label,
            verb="request refund",
            kind="purchase",
            key=purchase_id,
            now=now,
            amount=sums.gross,
            reason=reason,
            **({"answered": answered} if answered else {}),
        )
    return refund_id


_GONE = "SELECT id, refunded_quantity, reduced_net FROM purchase_line WHERE purchase = $1"
_LINE_BACK = """
WITH back AS (INSERT INTO refund_line (refund, line, quantity, net) VALUES ($1, $2, $3, $4) RETURNING line, quantity, net)
UPDATE purchase_line l SET refunded_quantity = l.refunded_quantity + back.quantity,
    reduced_net = l.reduced_net + CASE WHEN back.quantity = 0 THEN back.net ELSE 0 END
FROM back WHERE l.id = back.line
"""
# What a person was asked to find another way for goes back with the whole of its lines now.
_ASKED = """r.purchase = $1 AND r.state = 'failed' AND q.reference = 'refund-failed:' || r.id AND q.settled_at IS NULL
    AND EXISTS (SELECT FROM refund_line b WHERE b.refund = r.id AND b.line = ANY($2::bigint[]))"""
_ANSWERED = f"""
DELETE FROM money_question q USING refund r WHERE {_ASKED} AND NOT EXISTS (
    SELECT FROM refund_line b JOIN purchase_line l ON l.id = b.line WHERE b.refund = r.id AND l.refunded_quantity < l.quantity)
RETURNING q.reference
"""
# Of several lines that came back, one goes again: less is still to be found a way for.
_PARTLY = f"""
UPDATE money_question q SET sentence = q.sentence || coalesce(' Refunded again since: ' || (
    SELECT string_agg(l.description, ', ' ORDER BY l.position) FROM refund_line b JOIN purchase_line l ON l.id = b.line
    WHERE b.refund = r.id AND b.line = ANY($2::bigint[]) AND l.refunded_quantity = l.quantity
) || '. Only the rest is still to be paid.', '') FROM refund r WHERE {_ASKED}
"""


def _left_of_one(line: Line | None, already: Mapping[int, int], reduced: Mapping[int, int], line_id: int) -> int:
    """What is left of the price of a line of one unit; nothing of others."""
    if line is None or line.quantity != 1 or already[line_id]:
        return 0
    return line.unit_net - reduced[line_id]


# Of refunds that failed, the parts of lines that were given back whole meanwhile, without those parts: a person was asked to
# find another way for them, and no later refund of other lines is to carry them along.
_GIVEN = """
SELECT sums FROM refund r WHERE r.purchase = $1 AND r.sums <> '{}' AND (r.state <> 'failed' OR NOT EXISTS (
    SELECT FROM refund_line b WHERE b.refund = r.id AND (b.quantity > 0 OR NOT EXISTS (
        SELECT FROM refund_line w JOIN refund o ON o.id = w.refund
        WHERE w.line = b.line AND w.quantity > 0 AND o.state <> 'failed' AND o.created_at < r.settled_at))))
"""


async def _given(purchase_id: int) -> list[Totals]:
    """What went back of lines before, as it was frozen then."""
    return [msgspec.json.decode(row["sums"], type=Totals) for row in await db.fetch(_GIVEN, purchase_id)]


async def return_attempt(*, purchase_id: int, attempt_id: int, amount: int, reason: str, now: datetime) -> int:
    """Send back everything one attempt brought; no line is touched. Called inside settling."""
    return await _insert(purchase_id, attempt_id, amount, None, reason, "portal", now)


async def _insert(
    purchase_id: int, attempt_id: int, amount: int, sums: Totals | None, reason: str, who: str, now: datetime
) -> int:
    refund_id = await db.fetch_value(
        "INSERT INTO refund (public_id, purchase, attempt, amount, sums, reason, state, requested_by, created_at, note) "
        "VALUES ($1, $2, $3, $4, $5::jsonb, $6, 'requested', $7, $8, '') RETURNING id",
        uuid4(), purchase_id, attempt_id, amount, "{}" if sums is None else msgspec.json.encode(sums).decode(), reason, who,
        now,
    )  # fmt: skip
    await enqueue("payments.send_refund", refund=refund_id)
    return int(refund_id)


async def note_refund(*, refund_id: int, seen: StripeRefund, now: datetime) -> None:
    """Record what Stripe says of a refund we asked for, forward only.

    With Stripe's promise comes the credit note; a failed one gives the lines back and asks a person.
    """
    await _note(refund_id, _STATES.get(seen.status, RefundState.PENDING), seen.id, seen.failure, now)


async def refuse_refund(*, refund_id: int, code: str, now: datetime) -> None:
    """Stripe will not make this refund, however often it is asked."""
    await _note(refund_id, RefundState.FAILED, None, code, now)


async def _note(refund_id: int, state: RefundState, stripe_id: str | None, note: str, now: datetime) -> None:
    async with db.transaction():
        purchase_id = await db.fetch_value("SELECT purchase FROM refund WHERE id = $1", refund_id)
        await db.execute("SELECT FROM purchase WHERE id = $1 FOR UPDATE", purchase_id)
        row = await db.fetch_one("SELECT state, amount FROM refund WHERE id = $1 FOR UPDATE", refund_id)
        assert row is not None
        if not refund_may_become(RefundState(row["state"]), state):
            return
        await db.execute(
            "UPDATE refund SET state = $2, stripe_id = coalesce($3, stripe_id), settled_at = $4, note = $5 WHERE id = $1",
            refund_id, state.value, stripe_id, now if state in _SETTLED else None, note,
        )  # fmt: skip
        if state is not RefundState.FAILED:
            await issue_credit_note(refund_id=refund_id, now=now)
            return
        await _give_lines_back(refund_id, purchase_id, row["amount"])
        await reverse_credit_note(refund_id=refund_id, now=now)
        await ask(
            reference=f"refund-failed:{refund_id}", purchase_id=purchase_id, now=now, facts={"code": note},
            sentence=f"Stripe could not pay back {row['amount']} minor units. Please find another way to the buyer.",
        )  # fmt: skip


_SETTLED = {RefundState.SUCCEEDED, RefundState.FAILED}
_STATES = {
    "succeeded": RefundState.SUCCEEDED, "pending": RefundState.PENDING, "requires_action": RefundState.PENDING,
    "failed": RefundState.FAILED, "canceled": RefundState.FAILED,
}  # fmt: skip


async def _give_lines_back(refund_id: int, purchase_id: int, amount: int) -> None:
    lines = await db.execute(
        "UPDATE purchase_line l SET refunded_quantity = l.refunded_quantity - r.quantity, "
        "reduced_net = l.reduced_net - CASE WHEN r.quantity = 0 THEN r.net ELSE 0 END "
        "FROM refund_line r WHERE r.refund = $1 AND r.line = l.id",
        refund_id,
    )
    if db.affected(lines):
        await db.execute("UPDATE purchase SET refunded = refunded - $2 WHERE id = $1", purchase_id, amount)


async def note_foreign_refund(*, purchase_id: int, seen: StripeRefund, now: datetime) -> None:
    """A refund somebody made in Stripe's dashboard: a person says which lines it was for."""
    await ask(
        reference=f"refund:{seen.id}", purchase_id=purchase_id, now=now,
        sentence=f"{seen.amount} {seen.currency.upper()} (minor units) were refunded in Stripe’s dashboard. "
        "Which lines were meant?",
    )  # fmt: skip
    _log.info("foreign refund", purchase=purchase_id)
