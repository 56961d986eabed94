"""Questions about money that a person must answer; the portal does not guess."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db


async def ask(
    *, reference: str, purchase_id: int | None, sentence: str, now: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Put a question before a person, once per reference."""
    await db.execute(
        "INSERT INTO money_question (reference, purchase, sentence, facts, asked_at, settled_by) "
        "VALUES ($1, $2, $3, $4::jsonb, $5, '') ON CONFLICT (reference) DO NOTHING",
        reference, purchase_id, sentence, msgspec.json.encode(facts or {}).decode(), now,
    )  # fmt: skip
