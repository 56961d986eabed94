"""Documents of the organiser: what an exhibitor is given, and who has read what."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.exhibitors.desks.queries.tasks import FOR_WHOM, PEOPLE


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A document in its newest version. `readers` are those of the exhibitor (or how many exhibitors, for staff) who read it."""

    id: int
    title: str
    note: str
    packages: tuple[int, ...]
    version_id: int
    number: int
    file: str
    changes: str
    at: datetime
    readers: tuple[str, ...] = ()
    reader_ids: tuple[int, ...] = ()
    read: int = 0
    exhibitors: int = 0


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """An exhibitor, and who of it read a document's newest version when; `older` when only one before."""

    company: str
    exhibitor_id: int
    names: tuple[str, ...]
    at: datetime | None
    older: bool


_NEWEST = """
JOIN LATERAL (SELECT v.id AS version_id, v.number, v.file, v.changes, v.at FROM exhibition_paper_version v
    WHERE v.paper = p.id ORDER BY v.number DESC LIMIT 1) v ON true
"""
_READER = "coalesce(a.name, 'somebody who has left')"
_OF_EXHIBITOR = f"""
SELECT p.id, p.title, p.note, p.packages, v.*,
    coalesce(r.names, '{{}}') AS readers, coalesce(r.ids, '{{}}') AS reader_ids
FROM exhibitor x JOIN exhibition_paper p ON p.event = x.event AND p.withdrawn_at IS NULL
    AND (p.packages = '{{}}' OR x.package = ANY(p.packages)) {_NEWEST}
LEFT JOIN LATERAL (SELECT array_agg({_READER} ORDER BY r.at) AS names,
    array_agg(a.id) FILTER (WHERE a.id IS NOT NULL) AS ids FROM paper_reading r
    LEFT JOIN account a ON a.id = r.account WHERE r.version = v.version_id AND r.exhibitor = x.id) r ON true
WHERE x.id = $1 ORDER BY p.position, p.id LIMIT 200
"""
_OF_EVENT = f"""
SELECT p.id, p.title, p.note, p.packages, v.*, (
        SELECT count(DISTINCT r.exhibitor) FROM paper_reading r JOIN exhibitor x ON x.id = r.exhibitor AND x.state = 'accepted'
        WHERE r.version = v.version_id AND (p.packages = '{{}}' OR x.package = ANY(p.packages))) AS read, (
        SELECT count(*) FROM exhibitor x WHERE x.event = p.event AND x.state = 'accepted' AND 'documents' = ANY(x.rights)
        AND (p.packages = '{{}}' OR x.package = ANY(p.packages))) AS exhibitors
FROM exhibition_paper p {_NEWEST}
WHERE p.event = $1 AND p.withdrawn_at IS NULL AND ($2::bigint IS NULL OR p.id = $2) ORDER BY p.position, p.id LIMIT 200
"""
_READERS = f"""
SELECT c.name AS company, x.id AS exhibitor_id, coalesce(r.names, '{{}}') AS names, r.at, r.at IS NULL AND EXISTS (
    SELECT FROM paper_reading o JOIN exhibition_paper_version ov ON ov.id = o.version
    WHERE ov.paper = p.id AND o.exhibitor = x.id) AS older
FROM exhibition_paper p JOIN exhibitor x ON x.event = p.event AND x.state = 'accepted' AND 'documents' = ANY(x.rights)
    AND (p.packages = '{{}}' OR x.package = ANY(p.packages))
JOIN company c ON c.id = x.company
LEFT JOIN LATERAL (SELECT array_agg({_READER} ORDER BY r.at) AS names, min(r.at) AS at FROM paper_reading r
    LEFT JOIN account a ON a.id = r.account WHERE r.exhibitor = x.id AND r.version = (
        SELECT v.id FROM exhibition_paper_version v WHERE v.paper = p.id ORDER BY v.number DESC LIMIT 1)) r ON true
WHERE p.id = $1 ORDER BY r.at IS NOT NULL, lower(c.name), x.id LIMIT 2000
"""


async def of_exhibitor(exhibitor_id: int) -> list[Paper]:
    """What an exhibitor is given."""
    return [_paper(row) for row in await db.fetch(_OF_EXHIBITOR, exhibitor_id)]


async def of_event(event_id: int) -> list[Paper]:
    """All documents of an event, with how many exhibitors read the newest version."""
    return [_paper(row) for row in await db.fetch(_OF_EVENT, event_id, None)]


async def paper(event_id: int, paper_id: int) -> Paper | None:
    row = await db.fetch_one(_OF_EVENT, event_id, paper_id)
    return None if row is None else _paper(row)


async def readers(paper_id: int) -> list[Reader]:
    """The exhibitors a document is for: first those who have not read its newest version."""
    return [msgspec.convert(dict(row), Reader) for row in await db.fetch(_READERS, paper_id)]


async def versions(paper_id: int) -> list[dict[str, Any]]:
    """Every version of a document, the newest first."""
    rows = await db.fetch(
        "SELECT number, file, changes, at, by FROM exhibition_paper_version WHERE paper = $1 ORDER BY number DESC LIMIT 200",
        paper_id,
    )
    return [dict(row) for row in rows]


async def newest_version(paper_id: int) -> int | None:
    found: int | None = await db.fetch_value(
        "SELECT id FROM exhibition_paper_version WHERE paper = $1 ORDER BY number DESC LIMIT 1", paper_id
    )
    return found


async def count(event_id: int) -> int:
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM exhibition_paper WHERE event = $1 AND withdrawn_at IS NULL", event_id
        )
    )


_GIVEN_TO = """
SELECT EXISTS (SELECT FROM exhibition_paper_version v JOIN exhibition_paper p ON p.id = v.paper AND p.withdrawn_at IS NULL
    JOIN exhibitor x ON x.event = p.event AND x.state = 'accepted' AND 'documents' = ANY(x.rights)
        AND (p.packages = '{}' OR x.package = ANY(p.packages))
    JOIN company c ON c.id = x.company WHERE v.file = $1 AND c.organisation = ANY($2))
"""


async def given_to(file: str, organisations: list[int]) -> bool:
    """Whether a stored file is of a document that one of these organisations’ exhibitors is given."""
    return bool(await db.fetch_value(_GIVEN_TO, file, organisations))


# Whoever is asked to read it, or has read a version before this one.
_CONCERNED = f"""
SELECT x.id FROM exhibition_paper p JOIN event e ON e.id = p.event AND e.ends_at > $2 AND e.state IN ('published', 'moved')
JOIN exhibitor x ON x.event = p.event AND x.state = 'accepted' AND 'documents' = ANY(x.rights)
    AND (p.packages = '{{}}' OR x.package = ANY(p.packages))
WHERE p.id = $1 AND (EXISTS (SELECT FROM exhibitor_task t WHERE t.paper = p.id AND t.removed_at IS NULL AND {FOR_WHOM})
    OR EXISTS (SELECT FROM paper_reading r JOIN exhibition_paper_version v ON v.id = r.version
        WHERE v.paper = p.id AND r.exhibitor = x.id)) ORDER BY x.id LIMIT 2000
"""
_TO_TELL = f"""
SELECT DISTINCT ON (email) email, name FROM (
    SELECT * FROM ({PEOPLE}) asked WHERE $3
    UNION ALL SELECT lower(a.email), a.name, 2 FROM paper_reading r JOIN exhibition_paper_version v ON v.id = r.version
    JOIN exhibition_paper_version n ON n.id = $2 AND n.paper = v.paper JOIN exhibitor x ON x.id = r.exhibitor
    JOIN company c ON c.id = x.company JOIN account a ON a.id = r.account
    JOIN membership m ON m.account = a.id AND m.organisation = c.organisation WHERE r.exhibitor = $1) people
WHERE email <> '' AND NOT EXISTS (SELECT FROM paper_reading r JOIN account a ON a.id = r.account
    WHERE r.version = $2 AND r.exhibitor = $1 AND lower(a.email) = people.email)
ORDER BY email, rank LIMIT 100
"""


async def concerned(paper_id: int, *, now: datetime) -> list[int]:
    """The exhibitors whose task, or whose reading, a document of an event to come is."""
    return [row["id"] for row in await db.fetch(_CONCERNED, paper_id, now)]


async def to_tell(exhibitor_id: int, version_id: int, *, asked: bool) -> list[tuple[str, str]]:
    """Who is told of a version they have not read: those who read one before, and where the company is `asked` to read it,
    whoever is written to about tasks; address and name."""
    return [(row["email"], row["name"]) for row in await db.fetch(_TO_TELL, exhibitor_id, version_id, asked)]


def _paper(row: Any) -> Paper:
    return msgspec.convert(dict(row), Paper)
