"""Files of this very programme that come back.

They are refused: what such a file has no place for, or says less exactly, nobody meant to change, and what was changed here
since it was taken away would be undone.
"""

from collections.abc import Mapping
from typing import Any

from portal.core import db
from portal.core.settings import current
from portal.programme.importing.values import Reading

_OURS = "SELECT slug, guid, source_key IS NULL AS is_made_here FROM programme_session WHERE event = $1"


async def is_own(reading: Reading, event: Mapping[str, Any]) -> bool:
    """Whether a file was taken from this programme: one of its sessions has the address of a page here, or the GUID of a session
    that was made here.
    """
    rows = await db.fetch(_OURS, event["id"])
    pages = f"{current().base_url}/events/{event['slug']}/programme/"
    ours = {f"{pages}{row['slug']}" for row in rows} | {row["guid"] for row in rows if row["is_made_here"]}
    return any(row.facts.url in ours or row.facts.key in ours for row in reading.rows)
