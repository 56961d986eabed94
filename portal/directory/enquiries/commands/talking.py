"""What a buyer does with an enquiry that is out: write, agree to talk, close, change the secret address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.tokens import secret
from portal.directory.enquiries.commands.disclosing import reveal
from portal.directory.enquiries.commands.telling import say, tell, was_said
from portal.directory.enquiries.tables import Decided, EnquiryState, MessageKind, Outcome, RecipientState, Side
from portal.directory.enquiries.values import Notice

_RECIPIENT = "SELECT * FROM enquiry_recipient WHERE enquiry = $1 AND position = $2 AND state <> 'blocked' FOR UPDATE"


@asynccontextmanager
async def _open(enquiry_id: int) -> AsyncIterator[asyncpg.Record]:
    """The enquiry, locked, while it is open."""
    async with db.transaction():
        row = await db.fetch_one("SELECT * FROM enquiry WHERE id = $1 FOR UPDATE", enquiry_id)
        if row is None:
            raise NotFound("There is no such enquiry.")
        if row["state"] != EnquiryState.OPEN:
            raise Conflict("This enquiry is not open any more.")
        yield row


async def _supplier(enquiry_id: int, position: int) -> asyncpg.Record:
    row = await db.fetch_one(_RECIPIENT, enquiry_id, position)
    if row is None:
        raise NotFound("There is no such company in this enquiry.")
    return row


async def write_to(
    *, enquiry_id: int, position: int, author: int | None, text: str, form_key: str, now: datetime
) -> None:
    """A message to one company, once it said yes or asked."""
    async with _open(enquiry_id):
        row = await _supplier(enquiry_id, position)
        if await was_said(form_key, row["id"]):
            return
        if row["state"] not in {RecipientState.YES, RecipientState.QUESTION}:
            raise Conflict("You can write once the company has said yes or asked a question.")
        said = await say(
            recipient=row["id"], form_key=form_key, side=Side.BUYER, kind=MessageKind.MESSAGE, author=author, text=text, now=now
        )  # fmt: skip
        await tell(Notice.BUYER_WROTE, enquiry=enquiry_id, recipient=row["id"], mark=str(said))


async def agree(*, enquiry_id: int, position: int, now: datetime) -> None:
    """Agree to talk: with a company that said yes, both see each other from now on."""
    async with _open(enquiry_id):
        row = await _supplier(enquiry_id, position)
        if row["state"] != RecipientState.YES:
            raise Conflict("The company has to say yes first.")
        if row["agreed_at"] is None:
            await db.execute("UPDATE enquiry_recipient SET agreed_at = $2 WHERE id = $1", row["id"], now)
        await reveal(row["id"], now)


async def close(
    *, enquiry_id: int, outcome: Outcome, winner: int | None, decided: Decided | None, now: datetime
) -> None:
    """Close it and say what came of it. Companies that had not answered are told that they need not any more."""
    async with _open(enquiry_id):
        row = None if winner is None else await _supplier(enquiry_id, winner)
        if outcome is Outcome.AWARDED and (row is None or row["state"] != RecipientState.YES):
            raise Invalid({"winner": "Please choose a company that said yes."})
        awarded = row["id"] if outcome is Outcome.AWARDED and row is not None else None
        await db.execute(
            "UPDATE enquiry SET state = 'closed', closed_at = $2, outcome = $3, decided = $4 WHERE id = $1",
            enquiry_id, now, outcome.value, decided.value if decided and awarded else None,
        )  # fmt: skip
        rows = await db.fetch(
            "UPDATE enquiry_recipient SET state = CASE WHEN state IN ('sent', 'seen', 'question') THEN 'ended' ELSE state END, "
            "won = CASE WHEN $2::bigint IS NOT NULL THEN id = $2 END "
            "WHERE enquiry = $1 AND state IN ('sent', 'seen', 'question', 'yes') RETURNING id",
            enquiry_id, awarded,
        )  # fmt: skip
        for one in rows:
            await tell(Notice.CLOSED, enquiry=enquiry_id, recipient=one["id"])


async def rotate(*, enquiry_id: int) -> str:
    """Give the enquiry's page a new secret address; the old one leads nowhere from now on."""
    made = secret()
    async with db.transaction():
        await db.execute("UPDATE enquiry SET secret = $2 WHERE id = $1", enquiry_id, made)
    return made
