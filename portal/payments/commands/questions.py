"""Questions about money that a person must answer; the portal does not guess."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict


async def ask(
    *, reference: str, purchase_id: int | None, sentence: str, now: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Put a question before a person, once per reference."""
    await db.execute(
        "INSERT INTO money_question (reference, purchase, sentence, facts, asked_at, settled_by) "
        "VALUES ($1, $2, $3, $4::jsonb, $5, '') ON CONFLICT (reference) DO NOTHING",
        reference, purchase_id, sentence, msgspec.json.encode(facts or {}).decode(), now,
    )  # fmt: skip


async def withdraw(*, beginning: str) -> None:
    """Take back what nobody has seen to and need not any more: all whose references begin so."""
    await db.execute("DELETE FROM money_question WHERE starts_with(reference, $1) AND settled_at IS NULL", beginning)


async def settle_question(*, actor: Actor, question_id: int, settled: bool, now: datetime) -> None:
    """Somebody has seen to a question, or it was closed by mistake. Raises Conflict when it is so already."""
    async with db.transaction():
        reference = await db.fetch_value(
            "UPDATE money_question SET settled_at = CASE WHEN $2 THEN $3::timestamptz END, settled_by = $4 "
            "WHERE id = $1 AND (settled_at IS NULL) = $2 RETURNING reference",
            question_id, settled, now, actor.label[:200] if settled else "",
        )  # fmt: skip
        if reference is None:
            raise Conflict("Somebody else was quicker. This page shows how it stands.")
        await audit.record(
            actor=actor.label, verb="settle money question" if settled else "open money question again", kind="money_question",
            key=question_id, now=now, reference=reference,
        )  # fmt: skip
