"""What readers say is wrong, and what editors made of it."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.directory import permissions
from portal.directory.tables.corrections import CorrectionState, CorrectionTopic


async def send_correction(
    *, company_id: int, topic: CorrectionTopic, text: str, evidence: str, email: str, now: datetime
) -> int:
    """Put a reader's word into the editors' inbox. Anybody may; limits are counted before."""
    made = await db.fetch_value(
        "INSERT INTO correction (company, topic, text, evidence, email, sent_at, state, decided_by, note) "
        "SELECT id, $2, $3, $4, $5, $6, 'open', '', '' FROM company WHERE id = $1 AND state IN ('public', 'closed') RETURNING id",
        company_id, topic.value, text, evidence, email, now,
    )  # fmt: skip
    if made is None:
        raise NotFound("There is no such company.")
    return int(made)


async def decide_correction(
    *, actor: Actor, correction_id: int, state: CorrectionState, note: str, now: datetime
) -> None:
    """Say what became of one. Of two editors at once the second is told who was first."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors decide on corrections.")
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT company, state, decided_by FROM correction WHERE id = $1 FOR UPDATE", correction_id
        )
        if row is None:
            raise NotFound("There is no such correction.")
        if row["state"] != CorrectionState.OPEN:
            raise Conflict(f"{row['decided_by']} has decided on this one already.")
        await db.execute(
            "UPDATE correction SET state = $2, note = $3, decided_by = $4, decided_at = $5 WHERE id = $1",
            correction_id, state.value, note, actor.name, now,
        )  # fmt: skip
        await audit.record(
            actor=actor.label, verb=f"correction {state.value}", kind="company", key=row["company"], now=now,
            correction=correction_id, note=note,
        )  # fmt: skip
