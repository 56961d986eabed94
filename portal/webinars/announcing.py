"""Saying that something in a room has changed: PostgreSQL's NOTIFY on channel `room`, sent at commit."""

from portal.core import db

CHANNEL = "room"
_EVERYTHING = "*"


async def touch(webinar_id: int, *regions: str) -> None:
    """Let every web process render these regions anew; call it inside the transaction that changes what they show."""
    await db.execute(
        "SELECT pg_notify($1, $2::text || ':' || region) FROM unnest($3::text[]) AS region", CHANNEL, str(webinar_id),
        list(regions),
    )  # fmt: skip


async def touch_all(webinar_id: int) -> None:
    """Let every web process render everything anew, and end the pages of those who were shown the door."""
    await touch(webinar_id, _EVERYTHING)


def heard(said: str) -> tuple[int, str | None]:
    """What a notice says: the room, and the region to render; None stands for all."""
    room, _, what = said.partition(":")
    return int(room), None if what == _EVERYTHING else what
