"""What the package knows of a person, and forgetting it: all of it in one list (`PERSONAL_DATA`).

Here is what exhibitors and their desks hold. Passes are places, whose people `registration` forgets. Meetings and scans are long
enough for files of their own beside what they forget by.
"""

from datetime import datetime
from typing import Any

from portal.accounts.values import PersonalData
from portal.core import db
from portal.exhibitors.leads import privacy as scans
from portal.exhibitors.meetings import privacy as meetings

_KNOWN = {
    "Staff pass": """
        SELECT e.title, c.name AS company, s.job_title AS role, x.given_at AS at FROM exhibitor_pass x
            JOIN seat s ON s.id = x.seat JOIN exhibitor b ON b.id = x.exhibitor JOIN company c ON c.id = b.company
            JOIN event e ON e.id = b.event WHERE s.email = $1 ORDER BY x.id LIMIT 5000""",
    "Contact of an exhibitor": """
        SELECT e.title, c.name AS company, x.contact_name AS name, x.applied_at AS at FROM exhibitor x
            JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event WHERE lower(x.contact_email) = $1
            ORDER BY x.id LIMIT 5000""",
    "Named to visitors": """
        SELECT e.title, c.name AS company, x.host_name AS name, x.host_role AS role FROM exhibitor x
            JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event WHERE lower(x.host_email) = $1
            ORDER BY x.id LIMIT 5000""",
    "Document read": """
        SELECT e.title, p.title AS document, v.number AS version, x.at FROM paper_reading x
            JOIN exhibition_paper_version v ON v.id = x.version JOIN exhibition_paper p ON p.id = v.paper
            JOIN event e ON e.id = p.event WHERE x.account IN (SELECT id FROM account WHERE email = $1)
            ORDER BY x.id LIMIT 5000""",
    "Answer to an organiser": """
        SELECT e.title, t.title AS task, x.text, x.at FROM exhibitor_task_answer x JOIN exhibitor_task t ON t.id = x.task
            JOIN event e ON e.id = t.event WHERE x.account IN (SELECT id FROM account WHERE email = $1)
            ORDER BY x.id LIMIT 5000""",
    "File of an exhibitor": """
        SELECT e.title, x.title AS file, x.at FROM exhibitor_file x JOIN exhibitor b ON b.id = x.exhibitor
            JOIN event e ON e.id = b.event WHERE x.account IN (SELECT id FROM account WHERE email = $1)
            ORDER BY x.id LIMIT 5000""",
}
"""By kind, what is known of the address $1."""

LABELS = {
    "title": "Event", "company": "Company", "name": "Name", "role": "Role", "document": "Document", "version": "Version",
    "task": "Asked for", "text": "Answer", "file": "File", "at": "When",
}  # fmt: skip

_MINE = "account IN (SELECT id FROM account WHERE email = $1)"
_FORGET = (
    "UPDATE exhibitor SET contact_name = '', contact_email = '' WHERE lower(contact_email) = $1",
    "UPDATE exhibitor SET host_name = '', host_role = '', host_email = '' WHERE lower(host_email) = $1",
    f"UPDATE paper_reading SET account = NULL WHERE {_MINE}",
    f"UPDATE exhibitor_task_answer SET by = '', account = NULL WHERE {_MINE}",
    f"UPDATE exhibitor_file SET by = '', account = NULL WHERE {_MINE}",
    f"UPDATE exhibition_paper_version SET by = '', account = NULL WHERE {_MINE}",
)


async def known_about(email: str) -> list[dict[str, Any]]:
    """Passes in the address’s name, companies it stands for at events, what its account read, answered and handed in."""
    return [{"what": what, **row} for what, sql in _KNOWN.items() for row in await db.fetch(sql, email)]


async def forget(email: str, now: datetime) -> str:
    """Take the person out of what companies said and did; that stays, as the company’s."""
    async with db.transaction():
        for sql in _FORGET:
            await db.execute(sql, email)
    return (
        "Names and addresses are off exhibitors’ pages and desks. What companies answered and handed in stays theirs."
    )


PERSONAL_DATA = [
    PersonalData("Exhibiting", known_about, forget, LABELS),
    PersonalData("Meetings", meetings.known_about, meetings.forget, meetings.LABELS),
    PersonalData("Scans", scans.known_about, scans.forget, scans.LABELS),
]
"""Everything the package tells and forgets."""
