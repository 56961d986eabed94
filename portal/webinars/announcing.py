"""Saying that a region of a room has changed: PostgreSQL's NOTIFY on channel `room`, sent at commit."""

from portal.core import db

CHANNEL = "room"


async def touch(webinar_id: int, *regions: str) -> None:
    """Let every web process render these regions anew; call it inside the transaction that changes what they show."""
    await db.execute(
        "SELECT pg_notify($1, $2::text || ':' || region) FROM unnest($3::text[]) AS region", CHANNEL, str(webinar_id),
        list(regions),
    )  # fmt: skip
