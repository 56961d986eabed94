"""A company's revisions, the newest first."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.directory.values import Profile

PER_PAGE = 20


class Revision(msgspec.Struct, frozen=True):
    """A profile as it was published. `by` is a person's name, or what wrote it."""

    number: int
    profile: Profile
    by: str
    is_person: bool
    is_staff: bool
    note: str
    restored_from: int | None
    at: datetime


_COLUMNS = """
SELECT r.number, r.profile, r.note, r.restored_from, r.at, r.author IS NOT NULL AS is_person,
       coalesce(CASE WHEN a.erased_at IS NULL THEN a.name ELSE 'Somebody who left' END,
           nullif(nullif(r.origin, ''), 'portal'), 'The portal') AS by,
       r.author IS NOT NULL AND NOT EXISTS (
           SELECT FROM membership m WHERE m.account = r.author AND m.organisation = c.organisation)
           AND EXISTS (SELECT FROM staff_member s WHERE s.account = r.author) AS is_staff
FROM company_revision r JOIN company c ON c.id = r.company LEFT JOIN account a ON a.id = r.author
WHERE r.company = $1
"""


async def revisions(company_id: int, number: int) -> tuple[list[Revision], Page]:
    """A page of revisions and the one before the last of them, for comparing."""
    total = int(await db.fetch_value("SELECT count(*) FROM company_revision WHERE company = $1", company_id))
    at = Page(number, PER_PAGE, total)
    rows = await db.fetch(f"{_COLUMNS} ORDER BY r.number DESC LIMIT $2 OFFSET $3", company_id, PER_PAGE + 1, at.offset)
    return [_revision(row) for row in rows], at


async def revision(company_id: int, number: int) -> Revision | None:
    row = await db.fetch_one(f"{_COLUMNS} AND r.number = $2", company_id, number)
    return _revision(row) if row else None


def _revision(row: Any) -> Revision:
    return Revision(**{**row, "profile": msgspec.json.decode(row["profile"], type=Profile)})
