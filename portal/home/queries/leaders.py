"""Everybody who speaks in public, at events and in webinars: in one statement, whoever they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.home.rules.leaders import Filters
from portal.programme.queries import speaking as sessions
from portal.speakers.queries import COLUMNS
from portal.speakers.values import SpeakerRow
from portal.webinars.queries import speaking as webinars

PAGE_SIZE = 36
_MOST_CHOICES = 300
_MOST_ENTRIES = 20_000
_NEWEST = 100
_TALKS = f"talks AS ({sessions.TALKS} UNION ALL {webinars.TALKS})"
# A family name is taken to be the last word.
_FAMILY = r"plain_text(lower(regexp_replace(s.name, '^.*\s', '')))"
_LETTER = f"CASE WHEN {_FAMILY} ~ '^[a-z]' THEN upper(left({_FAMILY}, 1)) ELSE '0' END"


# Who is asked for, of the people `s` and their talks.
_WANTED = f"""
($4 = '' OR s.company_name = $4) AND ($5 = '' OR {_LETTER} = $5)
    AND plain_text(lower(concat_ws(' ', s.name, s.job_title, s.company_name, {{titles}}))) LIKE ALL (
        ARRAY(SELECT '%' || plain_text(lower(word)) || '%' FROM unnest($6::text[]) AS w (word)))
"""
_AT = """
($2 = '' OR t.event_slug = $2) AND ($3 = '' OR EXISTS (
    SELECT FROM event_topic x JOIN topic p ON p.id = x.topic WHERE x.event = t.event AND p.slug = $3))
"""


class Leader(SpeakerRow, frozen=True, kw_only=True):
    """Somebody with their next appearance, or their last one where none is to come (`is_next`). `topics` are names."""

    title: str
    address: str
    occasion: str
    starts_at: datetime
    timezone: str
    is_next: bool
    appearances: int
    topics: list[str]


_LEADERS = f"""
WITH {_TALKS}, people AS (
    SELECT t.speaker, count(*) AS appearances, min(t.starts_at) FILTER (WHERE t.ends_at > $1) AS next_at,
        max(t.starts_at) AS last_at, string_agg(t.title, ' ') AS titles
    FROM talks t
    WHERE {_AT} GROUP BY t.speaker
), shown AS (
    SELECT {COLUMNS}, p.appearances, p.next_at, p.last_at, {_FAMILY} AS family, count(*) OVER () AS total
    FROM people p JOIN speaker s ON s.id = p.speaker
    WHERE {_WANTED.format(titles="p.titles")} AND (NOT $7 OR p.next_at IS NOT NULL)
    ORDER BY CASE WHEN $7 THEN s.photo = '' END, CASE WHEN $8 THEN {_FAMILY} END, p.next_at NULLS LAST, p.last_at DESC, s.name,
        s.id LIMIT $9 OFFSET $10
)
SELECT s.*, t.title, t.address, t.occasion, t.starts_at, t.timezone, s.next_at IS NOT NULL AS is_next, ARRAY(
    SELECT DISTINCT name FROM (
        SELECT x.thread AS name FROM talks x WHERE x.speaker = s.id AND x.thread <> ''
        UNION ALL
        SELECT p.name FROM talks x JOIN event_topic y ON y.event = x.event JOIN topic p ON p.id = y.topic
        WHERE x.speaker = s.id AND x.thread = '') names ORDER BY name LIMIT 4) AS topics
FROM shown s CROSS JOIN LATERAL (
    SELECT * FROM talks t WHERE t.speaker = s.id AND t.starts_at = coalesce(s.next_at, s.last_at)
        AND ($2 = '' OR t.event_slug = $2)
    ORDER BY t.address LIMIT 1) t
ORDER BY CASE WHEN $7 THEN s.photo = '' END, CASE WHEN $8 THEN s.family END, s.next_at NULLS LAST, s.last_at DESC, s.name, s.id
"""


async def leaders(
    filters: Filters, *, now: datetime, number: int = 1, size: int = PAGE_SIZE, only_ahead: bool = False
) -> tuple[list[Leader], Page]:
    """One page of them. `only_ahead`: who speaks next, with a photo first."""
    by_name = filters.sort == "name" or bool(filters.letter)
    rows = await db.fetch(_LEADERS, now, *_given(filters), only_ahead, by_name, size, (number - 1) * size)
    return [_leader(row) for row in rows], Page(number, size, rows[0]["total"] if rows else 0)


class Announced(SpeakerRow, frozen=True, kw_only=True):
    """Somebody in a talk, with when that was announced or changed last."""

    title: str
    address: str
    occasion: str
    starts_at: datetime
    timezone: str
    role: str
    told_at: datetime


_ANNOUNCED = f"""
WITH {_TALKS}
SELECT {COLUMNS}, t.title, t.address, t.occasion, t.starts_at, t.timezone, t.role, t.told_at
FROM talks t JOIN speaker s ON s.id = t.speaker
WHERE {_AT} AND {_WANTED.format(titles="t.title")} AND t.told_at <= $1
ORDER BY t.told_at DESC, t.starts_at, t.address, s.id LIMIT {_NEWEST}
"""


async def announced(filters: Filters, *, now: datetime) -> list[Announced]:
    """Who was announced last, in which talk; the newest first."""
    rows = await db.fetch(_ANNOUNCED, now, *_given(filters))
    return [msgspec.convert({name: row[name] for name in Announced.__struct_fields__}, Announced) for row in rows]


def _given(filters: Filters) -> tuple[Any, ...]:
    words = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in filters.q.split()]
    return filters.event, filters.topic, filters.company, filters.letter, words


def _leader(row: Mapping[str, Any]) -> Leader:
    return msgspec.convert({name: row[name] for name in Leader.__struct_fields__}, Leader)


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the list can be narrowed to: (value, name, people) of each, and the letters that are there."""

    topic: list[tuple[str, str, int]]
    company: list[tuple[str, str, int]]
    event: list[tuple[str, str, int]]
    letters: list[str]
    people: int
    ahead: int


_CHOICES = f"""
WITH {_TALKS}, companies AS (
    SELECT s.company_name AS name, count(*) AS people FROM speaker s
    WHERE s.company_name <> '' AND EXISTS (SELECT FROM talks t WHERE t.speaker = s.id) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $2
), topics AS (
    SELECT p.slug, p.name, count(DISTINCT t.speaker) AS people FROM talks t JOIN event_topic x ON x.event = t.event
    JOIN topic p ON p.id = x.topic GROUP BY p.slug, p.name ORDER BY 3 DESC, 2 LIMIT $2
), events AS (
    SELECT t.event_slug AS slug, min(t.occasion) AS name, count(DISTINCT t.speaker) AS people, max(t.ends_at) AS until
    FROM talks t GROUP BY 1 ORDER BY 4 DESC LIMIT $2
)
SELECT
    (SELECT coalesce(json_agg(json_build_array(slug, name, people) ORDER BY name), '[]') FROM topics) AS topic,
    (SELECT coalesce(json_agg(json_build_array(name, name, people) ORDER BY lower(name)), '[]') FROM companies) AS company,
    (SELECT coalesce(json_agg(json_build_array(slug, name, people) ORDER BY until DESC, slug), '[]') FROM events) AS event,
    (SELECT coalesce(json_agg(DISTINCT {_LETTER}), '[]') FROM speaker s WHERE EXISTS (
        SELECT FROM talks t WHERE t.speaker = s.id)) AS letters,
    (SELECT count(DISTINCT speaker) FROM talks) AS people,
    (SELECT count(DISTINCT speaker) FROM talks WHERE ends_at > $1) AS ahead
"""


async def choices(*, now: datetime) -> Choices:
    row = await db.fetch_one(_CHOICES, now, _MOST_CHOICES)
    assert row is not None
    lists = {name: msgspec.json.decode(row[name]) for name in ("topic", "company", "event", "letters")}
    return msgspec.convert({**lists, "people": row["people"], "ahead": row["ahead"]}, Choices)


_ENTRIES = f"""
WITH {_TALKS}
SELECT '/speakers/' || s.slug AS path, s.changed_at AS at FROM speaker s
WHERE EXISTS (SELECT FROM talks t WHERE t.speaker = s.id) ORDER BY path LIMIT {_MOST_ENTRIES}
"""


async def site_entries() -> list[tuple[str, datetime | None]]:
    """The page of each for search engines, and when it changed last."""
    return [(row["path"], row["at"]) for row in await db.fetch(_ENTRIES)]
