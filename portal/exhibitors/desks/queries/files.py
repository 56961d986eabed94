"""Files of exhibitors."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.tables.desk import AnswerState


class DeskFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an exhibitor; `file` is the key of a stored one. `replaced` ones were handed in again since."""

    id: int
    title: str
    file: str
    for_organiser: bool
    shown: bool
    state: AnswerState
    note: str
    at: datetime
    by: str
    replaced: bool


_OF_EXHIBITOR = """
SELECT id, title, file, for_organiser, shown, state, note, at, by, replaced_at IS NOT NULL AS replaced
FROM exhibitor_file WHERE exhibitor = $1 ORDER BY for_organiser, at DESC, id DESC LIMIT 200
"""
_MAY_READ = """
SELECT EXISTS (SELECT FROM exhibitor x JOIN company c ON c.id = x.company WHERE x.id = $1 AND c.organisation = ANY($2)
    AND x.state = 'accepted' AND 'documents' = ANY(x.rights))
"""


async def of_exhibitor(exhibitor_id: int) -> list[DeskFile]:
    """Brochures, then what was handed in, the newest first."""
    return [msgspec.convert(dict(row), DeskFile) for row in await db.fetch(_OF_EXHIBITOR, exhibitor_id)]


async def open_to(exhibitor_id: int, organisations: list[int]) -> bool:
    """Whether one of these organisations has an exhibitor’s files in its care."""
    return bool(await db.fetch_value(_MAY_READ, exhibitor_id, organisations))
