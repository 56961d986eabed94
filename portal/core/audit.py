"""The audit trail of staff acts and of what the portal did by itself."""

from collections.abc import Mapping
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


async def record_many(
    *, actor: str, verb: str, kind: str, now: datetime, facts: Mapping[str | int, dict[str, Any]]
) -> None:
    """Write one entry per key of `facts`, in one statement."""
    keys = [str(key) for key in facts]
    told = [msgspec.json.encode(these).decode() for these in facts.values()]
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) "
        "SELECT $1, $2, $3, $4, x.key, x.facts::jsonb FROM unnest($5::text[], $6::text[]) AS x (key, facts)",
        now, actor, verb, kind, keys, told,
    )  # fmt: skip
