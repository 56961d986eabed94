"""The audit trail of staff acts and of what the portal did by itself."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db


async def record(*, actor: str, verb: str, kind: str, key: str | int, now: datetime, **facts: Any) -> None:
    """Write one entry in the transaction of the act itself. `facts` must be plain values."""
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, $2, $3, $4, $5, $6::jsonb)",
        now, actor, verb, kind, str(key), msgspec.json.encode(facts).decode(),
    )  # fmt: skip
