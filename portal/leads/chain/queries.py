"""Whether somebody is a lead already, and keys that exports were signed with."""

from datetime import datetime

from portal.core import db

WEARS_IT = """
(l.badge = {badge} AND (lower(trim(l.first_name)) = lower(trim({first})) OR trim(l.first_name) = '' OR trim({first}) = ''))
"""
"""Whoever had this badge, when their name was put right since. With another first name the place is somebody else’s by now."""
IS_THEM = f"(lower(l.name) = lower({{name}}) OR {WEARS_IT})"
"""Of those who share an address, the one with this name, on whichever badge, or with this badge."""
IS_KNOWN = f"""
EXISTS (SELECT FROM lead_chain k JOIN lead l ON l.chain = k.id
    JOIN consent c ON c.id = l.consent_id AND c.withdrawn_at IS NULL
    WHERE k.company_id IN {{companies}} AND k.event_id = $2 AND l.email = $3
        AND {IS_THEM.format(badge="$4", name="$5", first="$6")})
"""
"""Whether who has address `$3`, badge `$4`, name `$5`, first name `$6` agreed at the stand of one of `companies`, event `$2`."""
_FORMER = "SELECT public_key, last_used_at FROM lead_signer WHERE public_key <> $1 ORDER BY last_used_at DESC LIMIT 50"


async def former_signers(now_used: str) -> list[tuple[str, datetime]]:
    """Keys that exports were signed with before this one, and when last."""
    return [(row["public_key"], row["last_used_at"]) for row in await db.fetch(_FORMER, now_used)]
