"""How much waits for the publisher's editors, for the numbers on their navigation."""

from portal.core import db


async def claims() -> int:
    """Those that are proved and need a person to decide."""
    return int(await db.fetch_value("SELECT count(*) FROM claim WHERE state = 'proved'"))


async def pairs() -> int:
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM duplicate_hint h JOIN company a ON a.id = h.first JOIN company b ON b.id = h.second "
            "WHERE h.state = 'open' AND a.state <> 'merged' AND b.state <> 'merged'"
        )
    )


async def corrections() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM correction WHERE state = 'open'"))


async def silent() -> int:
    """Companies that were asked about ageing facts and have not answered."""
    return int(await db.fetch_value("SELECT count(DISTINCT company) FROM reconfirmation WHERE answered_at IS NULL"))
