"""What the publisher's staff read of enquiries: held ones, and those a company reported. Nothing else."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.directory.enquiries.values import Line


class Held(msgspec.Struct, frozen=True):
    """An enquiry that waits for a decision."""

    number: str
    created_at: datetime
    hold_reason: str
    name: str
    company: str
    email: str
    need: str
    lines: list[Line]
    companies: list[str]


class Reported(msgspec.Struct, frozen=True):
    """An enquiry a company reported. Who asks stays hidden where it is hidden from the company."""

    id: int
    number: str
    company: str
    reported_at: datetime
    report: str
    need: str
    buyer: str | None
    is_open: bool


_HELD = """
SELECT e.number, e.created_at, e.hold_reason, e.name, e.company, e.email, e.need, e.lines,
    array(SELECT c.name FROM enquiry_recipient r JOIN company c ON c.id = r.company WHERE r.enquiry = e.id ORDER BY c.name)
        AS companies
FROM enquiry e WHERE e.state = 'held' ORDER BY e.id LIMIT 100
"""
_REPORTED = """
SELECT r.id, e.number, c.name AS company, r.reported_at, r.report, e.need,
    CASE WHEN r.revealed_at IS NOT NULL THEN e.name || ', ' || e.email END AS buyer, e.state = 'open' AS is_open
FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company
WHERE r.reported_at IS NOT NULL AND r.report_settled_at IS NULL ORDER BY r.reported_at LIMIT 100
"""


_MAY_READ = """
SELECT EXISTS (
    SELECT FROM enquiry e WHERE number = $1 AND (state = 'held' OR EXISTS (
        SELECT FROM enquiry_recipient r WHERE r.enquiry = e.id AND r.reported_at IS NOT NULL AND r.report_settled_at IS NULL)))
"""


async def held() -> list[Held]:
    return [
        Held(**{**row, "lines": msgspec.json.decode(row["lines"], type=list[Line])}) for row in await db.fetch(_HELD)
    ]


async def reported() -> list[Reported]:
    return [Reported(**row) for row in await db.fetch(_REPORTED)]


async def may_read_files(number: str) -> bool:
    """Staff open the files of an enquiry while it waits for them."""
    return bool(await db.fetch_value(_MAY_READ, number))


COUNT_WAITING = """
SELECT (SELECT count(*) FROM enquiry WHERE state = 'held')
    + (SELECT count(*) FROM enquiry_recipient WHERE reported_at IS NOT NULL AND report_settled_at IS NULL)
"""
"""Held enquiries and reports that are not settled."""
