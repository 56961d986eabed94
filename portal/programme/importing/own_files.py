"""Files of this very programme that come back: somebody edited in a spreadsheet what the portal gave out.

What is other in them than in what the portal would give out now is what somebody wants changed. So the file is compared with
that, read by the same reader: whatever a format has no place for, or says less exactly, is no change.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.programme import files
from portal.programme.importing import formats
from portal.programme.importing.formats import Format
from portal.programme.importing.values import Context, Reading
from portal.programme.queries import public
from portal.programme.values import Edit, SessionFacts

SOURCE = "own file"
"""The source of sessions that were added in such a file."""
_SUFFIXES = {Format.XML: "xml", Format.C3VOC: "json", Format.CSV: "csv", Format.ICALENDAR: "ics"}
_OURS = "SELECT id, slug, guid, source_key IS NULL AS is_made_here FROM programme_session WHERE event = $1"


async def parted(
    reading: Reading, format: Format, event: Mapping[str, object], context: Context
) -> tuple[list[Edit], list[SessionFacts]]:
    """The sessions of a file that are this programme’s own, each with what our file says of it; and the others. Ours is what
    has the address of a page here, or the GUID of a session that was made here.
    """
    facts = [row.facts for row in reading.rows]
    pages = f"{current().base_url}/events/{event['slug']}/programme/"
    rows = await db.fetch(_OURS, event["id"])
    ids = {f"{pages}{row['slug']}": int(row["id"]) for row in rows}
    ids |= {row["guid"]: int(row["id"]) for row in rows if row["is_made_here"]}
    if not any(one.url in ids or one.key in ids for one in facts):
        return [], facts
    programme = await public.by_event(int(str(event["id"])))
    given = await files.made(programme, _SUFFIXES[format]) if programme and format in _SUFFIXES else b""
    ours = (await asyncio.to_thread(formats.read, given, context, format))[1].rows if given else []
    before = {ids[row.facts.url]: row.facts for row in ours if row.facts.url in ids}
    edits, others = list[Edit](), list[SessionFacts]()
    for one in facts:
        number = ids.get(one.url) or ids.get(one.key)
        # Of a row that somebody copied to make another of it, the first one is ours.
        if number is not None and number in before:
            ours_ = before.pop(number)
            edits.append(Edit(number, ours_, msgspec.structs.replace(one, url=ours_.url)))
        else:
            others.append(msgspec.structs.replace(one, url="") if one.url.startswith(pages) else one)
    return edits, others
