"""People who speak, by address, id and name."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.queries import name_behind
from portal.core import db
from portal.core.paging import Page
from portal.core.text import one_line
from portal.speakers.values import Speaker, SpeakerRow

PAGE_SIZE = 40
COLUMNS = """
s.id, s.slug, s.name, s.job_title, s.company_name, s.photo,
(SELECT c.slug FROM company c WHERE c.id = s.company AND c.state = 'public') AS company_slug
"""
"""What a `SpeakerRow` is made of, over `speaker s`."""
FULL = f"{COLUMNS}, s.email, s.bio, s.bio_html, s.website, s.links, s.company AS company_id, s.created_at, s.changed_at"
OF_ONE_PERSON = """
SELECT id FROM speaker WHERE email = $1
    AND (SELECT count(DISTINCT plain_text(lower(name))) FROM speaker WHERE email = $1) = 1
"""
"""Who is erased with an address: its speakers, but not where it serves several, as an assistant’s does."""


async def by_slug(slug: str) -> Speaker | None:
    return _speaker(await db.fetch_one(f"SELECT {FULL} FROM speaker s WHERE s.slug = $1", slug))


async def by_addresses(addresses: Collection[str]) -> list[Speaker]:
    """Everybody with one of these addresses: an office may answer for several, and one person stand there twice."""
    rows = await db.fetch(
        f"SELECT {FULL} FROM speaker s WHERE s.email = ANY($1) ORDER BY s.name, s.id LIMIT 100", list(addresses)
    )
    return [found for row in rows if (found := _speaker(row))]


async def by_id(speaker_id: int) -> Speaker | None:
    return _speaker(await db.fetch_one(f"SELECT {FULL} FROM speaker s WHERE s.id = $1", speaker_id))


async def united_into(slug: str) -> str | None:
    """Where a former address of somebody who was here twice leads to now."""
    found = await db.fetch_value(
        "SELECT s.slug FROM speaker_address a JOIN speaker s ON s.id = a.speaker WHERE a.slug = $1", slug
    )
    return None if found is None else str(found)


_ALIKE = f"""
SELECT {COLUMNS} FROM speaker s, speaker me
WHERE me.id = $1 AND s.id <> me.id
    AND (plain_text(lower(s.name)) = plain_text(lower(me.name)) OR s.email <> '' AND s.email = me.email)
ORDER BY s.id LIMIT 20
"""


async def alike(speaker_id: int) -> list[SpeakerRow]:
    """Others of the same name, or with the same address."""
    return [msgspec.convert(dict(row), SpeakerRow) for row in await db.fetch(_ALIKE, speaker_id)]


_NAMED = f"""
SELECT count(*) OVER () AS total, {COLUMNS} FROM speaker s
WHERE $1 = '' OR plain_text(lower(s.name || ' ' || s.company_name)) LIKE '%' || plain_text(lower($1)) || '%'
ORDER BY lower(s.name), s.id LIMIT $2 OFFSET $3
"""


async def named(words: str, *, number: int = 1, size: int = PAGE_SIZE) -> tuple[list[SpeakerRow], Page]:
    """One page of all by name, found by a part of their name or their company's."""
    pattern = one_line(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await db.fetch(_NAMED, pattern, size, (number - 1) * size)
    found = [msgspec.convert(dict(row), SpeakerRow) for row in rows]
    return found, Page(number, size, rows[0]["total"] if rows else 0)


class Act(msgspec.Struct, frozen=True):
    """Something that was done about a person: by whom, and of their own words what stood there before."""

    at: datetime
    who: str
    verb: str
    before: dict[str, str]


_ACTS = f"""
SELECT e.at, e.verb, coalesce((SELECT f.before FROM speaker_former f
        WHERE f.speaker = $2 AND f.at = e.at ORDER BY f.id LIMIT 1), '{{}}')::text AS before,
    CASE WHEN e.actor LIKE 'speaker %' THEN 'the speaker' WHEN e.actor = 'portal' THEN 'the portal'
        ELSE {name_behind("e.actor")} END AS who
FROM audit_entry e WHERE e.kind = 'speaker' AND e.key = $1 ORDER BY e.id DESC LIMIT 50
"""


async def acts(speaker_id: int) -> list[Act]:
    """What was done about a person, by staff and at the desk, the newest first."""
    rows = await db.fetch(_ACTS, str(speaker_id), speaker_id)
    return [Act(row["at"], row["who"], row["verb"], msgspec.json.decode(row["before"])) for row in rows]


def _speaker(row: Any) -> Speaker | None:
    return None if row is None else msgspec.convert(dict(row), Speaker)
