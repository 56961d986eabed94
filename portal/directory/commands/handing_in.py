"""A document that shows that somebody speaks for a company; a person reads it."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.directory.commands import settling
from portal.directory.tables.companies import ClaimWay
from portal.directory.tables.editing import ClaimState
from portal.media import commands as media
from portal.media.rules import ending
from portal.media.values import Owner


def check(name: str) -> None:
    """Raise Invalid for a file that staff could not read as it was issued."""
    if ending(name) != "pdf":
        raise Invalid({"document": "Please send a PDF, such as an extract from the company register."})


async def hand_in(*, actor: Actor, claim_id: int, key: str, now: datetime) -> None:
    """Give the stored document to the claim, which now waits for staff."""
    async with db.transaction():
        found = await settling.held(claim_id)
        if found is None or found[0]["account"] != actor.account_id or found[0]["way"] != ClaimWay.DOCUMENT:
            raise Conflict("This claim takes no document any more. Please start again.")
        await media.attach(keys=[key], owner=Owner("claim", str(claim_id)), actor=actor, now=now)
        await db.execute(
            "UPDATE claim SET state = $2, document = $3, evidence = $4, checked_at = $5 WHERE id = $1",
            claim_id, ClaimState.PROVED.value, key, "A document was handed in.", now,
        )  # fmt: skip
