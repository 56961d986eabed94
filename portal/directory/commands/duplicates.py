"""Finding companies that look like one, for a person to decide: nothing is merged by itself."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.directory import permissions
from portal.directory.queries import likenesses
from portal.directory.rules import duplicates
from portal.directory.tables.editing import HintState

# One look-up by letters for each company, and never more than 50 alike; left to itself the planner would compare every two.
_SIMILAR = """
SELECT a.id AS one, b.id AS other FROM company a
CROSS JOIN LATERAL (SELECT id FROM company b WHERE b.name_key % a.name_key LIMIT 50) b
WHERE a.id < b.id AND a.id = ANY($1::bigint[])
"""
_AT_ONCE = 1000
_ALIKE = 0.75
_HINTS = """
INSERT INTO duplicate_hint AS h (first, second, reasons, score, state, found_at, decided_by)
SELECT first, second, reasons, score, 'open', $2, ''
FROM jsonb_to_recordset($1::jsonb) AS n (first bigint, second bigint, reasons jsonb, score real)
ON CONFLICT (first, second) DO UPDATE SET reasons = excluded.reasons, score = excluded.score
WHERE h.state = 'open' AND (h.reasons, h.score) IS DISTINCT FROM (excluded.reasons, excluded.score)
"""
_OUTDATED = """
DELETE FROM duplicate_hint h WHERE state = 'open' AND reasons <> '[]' AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset($1::jsonb) AS n (first bigint, second bigint) WHERE n.first = h.first AND n.second = h.second)
"""
# A pair that somebody named has no reasons of its own, and stays until it is decided.
_BY_HAND = """
INSERT INTO duplicate_hint AS h (first, second, reasons, score, state, found_at, decided_by)
VALUES ($1, $2, '[]', 1, 'open', $3, '')
ON CONFLICT (first, second) DO UPDATE SET state = 'open', decided_at = NULL, decided_by = '' RETURNING id
"""


async def find_duplicates(*, now: datetime) -> int:
    """Look through all companies and note the pairs; gives how many are open. What was decided stays decided."""
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock(hashtext('portal duplicates'))")
        known = await likenesses.all_companies()
        await db.execute("SELECT set_config('pg_trgm.similarity_threshold', $1, true)", str(_ALIKE))
        # What an import has just added waits in a list that every look-up would read from end to end.
        await db.execute("SELECT gin_clean_pending_list('company_name_key_trgm')")
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            await db.execute(f"SET LOCAL enable_{way} = off")
        ids = list(known)
        similar = [
            (row["one"], row["other"])
            for start in range(0, len(ids), _AT_ONCE)
            for row in await db.fetch(_SIMILAR, ids[start : start + _AT_ONCE])
        ]
        found = []
        for (one, other), pairing in duplicates.pairs(known, similar).items():
            score, reasons = duplicates.judge(known[one], known[other], shared=pairing.shared, alone=pairing.alone)
            if score >= duplicates.LEAST:
                found.append({"first": one, "second": other, "reasons": reasons, "score": score})
        rows = msgspec.json.encode(found).decode()
        await db.execute(_OUTDATED, rows)
        await db.execute(_HINTS, rows, now)
        still = await db.fetch_value("SELECT count(*) FROM duplicate_hint WHERE state = 'open'")
    return int(still)


async def suggest(*, actor: Actor, one: str, other: str, now: datetime) -> int:
    """Put two companies side by side that somebody found to be one, by their addresses; gives the pair's id."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors decide about duplicates.")
    async with db.transaction():
        rows = await db.fetch("SELECT id, slug FROM company WHERE slug = ANY($1) AND state <> 'merged'", [one, other])
        known = {row["slug"]: row["id"] for row in rows}
        if faults := {
            name: "There is no company at this address."
            for name, slug in (("one", one), ("other", other))
            if slug not in known
        }:
            raise Invalid(faults)
        if one == other:
            raise Invalid({"other": "This is the same company."})
        pair = sorted(known.values())
        made = await db.fetch_value(_BY_HAND, *pair, now)
    return int(made)


async def keep_apart(*, actor: Actor, hint_id: int, now: datetime) -> None:
    """Two companies only look alike; they are not offered again."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors decide about duplicates.")
    async with db.transaction():
        row = await db.fetch_one("SELECT first, second, state FROM duplicate_hint WHERE id = $1 FOR UPDATE", hint_id)
        if row is None:
            raise NotFound("This pair is not in the list any more.")
        if row["state"] == HintState.MERGED:
            raise Conflict("These two have been merged meanwhile.")
        if row["state"] == HintState.KEPT_APART:
            return
        await db.execute(
            "UPDATE duplicate_hint SET state = 'kept_apart', decided_at = $2, decided_by = $3 WHERE id = $1",
            hint_id, now, actor.label,
        )  # fmt: skip
        await audit.record(
            actor=actor.label, verb="company.kept_apart", kind="company", key=row["first"], now=now, other=row["second"]
        )  # fmt: skip
