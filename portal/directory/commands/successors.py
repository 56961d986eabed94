"""Companies that a register has withdrawn in favour of another: their addresses lead to that one."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict
from portal.directory.commands.merging import merge_companies

# Withdrawn and free, with a successor that is shown; what people undid is not done again.
_TO_FOLLOW = """
SELECT s.company AS merged, t.company AS kept FROM company_source s
JOIN company c ON c.id = s.company AND c.state = 'hidden' AND c.organisation IS NULL
JOIN company_source t ON t.source = s.source AND t.key = s.said ->> 'successor' AND t.company <> s.company
JOIN company k ON k.id = t.company AND k.state IN ('public', 'closed')
WHERE s.source = $1 AND s.said ->> 'successor' <> '' AND NOT EXISTS (
    SELECT FROM company_merge m WHERE m.merged = s.company AND m.kept = t.company AND m.undone_at IS NOT NULL)
ORDER BY s.company
"""


async def follow_successors(*, actor: Actor, source: str, now: datetime) -> int:
    """Merge what the source withdrew into its successors, the last of a chain first; gives how many."""
    merged = 0
    while rows := await db.fetch(_TO_FOLLOW, source):
        before = merged
        for row in rows:
            try:
                await merge_companies(
                    actor=actor, kept_id=row["kept"], merged_id=row["merged"], was_renamed=True, now=now
                )  # fmt: skip
                merged += 1
            except Conflict:
                continue
        if merged == before:
            break
    return merged
