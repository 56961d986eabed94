"""Files of programmes that somebody is looking at."""

import msgspec

from portal.core import db


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file with what was chosen beside it."""

    id: int
    name: str
    data: bytes
    source: str


async def upload(event_id: int, upload_id: int) -> Kept | None:
    row = await db.fetch_one(
        "SELECT id, name, data, coalesce(options ->> 'source', '') AS source FROM programme_upload WHERE event = $1 AND id = $2",
        event_id, upload_id,
    )  # fmt: skip
    return None if row is None else Kept(**dict(row))
