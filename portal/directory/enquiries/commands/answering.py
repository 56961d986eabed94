"""What a company's people do with an enquiry. Each act locks the enquiry, then the company's row of it, as the buyer's acts
do: two at once come one by one, and nobody waits in a circle.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.directory.enquiries.commands.disclosing import disclose, reveal
from portal.directory.enquiries.commands.telling import say, tell, was_said
from portal.directory.enquiries.tables import EnquiryState, MessageKind, NoReason, RecipientState, Side
from portal.directory.enquiries.values import Notice

_ANSWERS = {
    MessageKind.YES: RecipientState.YES,
    MessageKind.NO: RecipientState.NO,
    MessageKind.QUESTION: RecipientState.QUESTION,
}
_WAITING = {RecipientState.SENT, RecipientState.SEEN, RecipientState.QUESTION}
_OVER = "This enquiry is closed; nothing can be added to it."
_ENQUIRY = "SELECT e.id FROM enquiry e JOIN enquiry_recipient r ON r.enquiry = e.id WHERE r.id = $1 FOR UPDATE OF e"
# A statement of its own: it sees what whoever held the enquiry left.
_LOCKED = """
SELECT r.*, e.state AS enquiry_state, e.sender, e.number FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry
WHERE r.id = $1 AND r.state <> 'blocked' AND e.sent_at IS NOT NULL FOR UPDATE OF r
"""


class AnsweredMeanwhile(Conflict):
    """A colleague answered while this was typed; nothing of either is lost."""


@asynccontextmanager
async def _thread(recipient_id: int, *, open_only: bool = True) -> AsyncIterator[asyncpg.Record]:
    async with db.transaction():
        await db.fetch_one(_ENQUIRY, recipient_id)
        row = await db.fetch_one(_LOCKED, recipient_id)
        if row is None:
            raise NotFound("There is no such enquiry.")
        if open_only and row["enquiry_state"] != EnquiryState.OPEN:
            raise Conflict(_OVER)
        yield row


async def see(*, actor: Actor, recipient_id: int, now: datetime) -> None:
    """Somebody of the company opened it: the buyer sees that, and who asks is noted as disclosed if it may be read."""
    async with _thread(recipient_id, open_only=False) as row:
        if row["state"] == RecipientState.SENT:
            await _set(row, state=RecipientState.SEEN.value, seen_at=now)
        await disclose(recipient_id, now)


async def answer(
    *, actor: Actor, recipient_id: int, kind: MessageKind, text: str, reason: NoReason | None, version: int, form_key: str,
    now: datetime,
) -> None:  # fmt: skip
    """Say yes, no, or ask. `version` is what the page showed: raises AnsweredMeanwhile when a colleague was quicker."""
    async with _thread(recipient_id) as row:
        if await was_said(form_key, recipient_id):
            return
        if row["version"] != version:
            raise AnsweredMeanwhile("A colleague has answered meanwhile. Nothing of yours was sent; it is still below.")
        if row["state"] not in _WAITING:
            raise Conflict("This enquiry is answered already. You can write a message instead.")
        if kind is MessageKind.NO and reason is None:
            raise Invalid({"reason": "Please choose why. Companies and buyers both learn from it."})
        said = await say(
            recipient=recipient_id, form_key=form_key, side=Side.SUPPLIER, kind=kind, author=actor.account_id, text=text, now=now
        )  # fmt: skip
        await _set(
            row, state=_ANSWERS[kind].value, answered_at=row["answered_at"] or now, seen_at=row["seen_at"] or now,
            reason=reason.value if reason and kind is MessageKind.NO else None, version=version + 1,
        )  # fmt: skip
        await tell(Notice.ANSWERED, enquiry=row["enquiry"], recipient=recipient_id, mark=str(said))
        await reveal(recipient_id, now)


async def write(*, actor: Actor, recipient_id: int, text: str, form_key: str, now: datetime) -> None:
    """A message to the buyer, once there was an answer."""
    async with _thread(recipient_id) as row:
        if await was_said(form_key, recipient_id):
            return
        if row["state"] not in {RecipientState.YES, RecipientState.QUESTION}:
            raise Conflict("Please answer yes, no or with a question first.")
        said = await say(
            recipient=recipient_id, form_key=form_key, side=Side.SUPPLIER, kind=MessageKind.MESSAGE,
            author=actor.account_id, text=text, now=now,
        )  # fmt: skip
        await tell(Notice.SUPPLIER_WROTE, enquiry=row["enquiry"], recipient=recipient_id, mark=str(said))


async def note(*, actor: Actor, recipient_id: int, text: str, form_key: str, now: datetime) -> None:
    """A note for colleagues. The buyer never sees it."""
    async with _thread(recipient_id, open_only=False):
        await say(
            recipient=recipient_id, form_key=form_key, side=Side.SUPPLIER, kind=MessageKind.NOTE, author=actor.account_id,
            text=text, now=now,
        )  # fmt: skip


async def assign(*, actor: Actor, recipient_id: int, organisation_id: int, assignee: int | None, now: datetime) -> None:
    """Say who of the members looks after it; None gives it back to all."""
    async with _thread(recipient_id, open_only=False) as row:
        if assignee is not None and not await db.fetch_value(
            "SELECT EXISTS (SELECT FROM membership WHERE organisation = $1 AND account = $2)", organisation_id, assignee
        ):
            raise Invalid({"assignee": "Please choose one of the members."})
        await _set(row, assignee=assignee)


async def block(*, actor: Actor, recipient_id: int, now: datetime) -> None:
    """Take no more enquiries from this sender, whoever it is."""
    async with _thread(recipient_id, open_only=False) as row:
        await db.execute(
            "INSERT INTO enquiry_block (company, sender, number, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            row["company"], row["sender"], row["number"], now,
        )  # fmt: skip
        await _audited(actor, "enquiry sender blocked", row, now)


async def unblock(*, actor: Actor, company_id: int, block_id: int, now: datetime) -> None:
    async with db.transaction():
        await db.execute("DELETE FROM enquiry_block WHERE id = $1 AND company = $2", block_id, company_id)


async def report(*, actor: Actor, recipient_id: int, text: str, now: datetime) -> None:
    """Tell the publisher's staff that something is wrong with it: from then on they may read it."""
    async with _thread(recipient_id, open_only=False) as row:
        if row["reported_at"] is not None and row["report_settled_at"] is None:
            return
        await _set(row, reported_at=now, report=text, report_settled_at=None)
        await tell(Notice.STAFF_REPORT, enquiry=row["enquiry"], recipient=recipient_id, mark=now.isoformat())
        await _audited(actor, "enquiry reported", row, now)


async def settle_report(*, actor: Actor, recipient_id: int, closes: bool, now: datetime) -> None:
    """Staff looked at a report; with `closes` the enquiry ends for every company."""
    async with _thread(recipient_id, open_only=False) as row:
        if row["reported_at"] is None or row["report_settled_at"] is not None:
            raise Conflict("Somebody has looked at this report already.")
        await _set(row, report_settled_at=now)
        if closes and row["enquiry_state"] == EnquiryState.OPEN:
            await db.execute(
                "UPDATE enquiry SET state = 'closed', outcome = 'other', closed_at = $2, decided_by = $3 WHERE id = $1",
                row["enquiry"], now, actor.label,
            )  # fmt: skip
            ended = await db.fetch(
                "UPDATE enquiry_recipient SET state = 'ended' WHERE enquiry = $1 AND state = ANY($2) RETURNING id",
                row["enquiry"], [state.value for state in _WAITING],
            )  # fmt: skip
            for one in ended:
                await tell(Notice.CLOSED, enquiry=row["enquiry"], recipient=one["id"])
            await tell(Notice.REFUSED, enquiry=row["enquiry"])
        await _audited(actor, "enquiry report settled" + (", closed" if closes else ""), row, now)


async def _set(row: asyncpg.Record, **values: Any) -> None:
    names = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 2))
    await db.execute(f"UPDATE enquiry_recipient SET {names} WHERE id = $1", row["id"], *values.values())


async def _audited(actor: Actor, verb: str, row: asyncpg.Record, now: datetime) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="enquiry", key=row["number"], now=now)
