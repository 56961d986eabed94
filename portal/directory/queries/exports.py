"""Companies for machines: pages of the merit order by cursor, what changed last, addresses for search engines."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.keeping import Kept
from portal.directory.queries.conditions import Conditions, Context
from portal.directory.queries.listing import COLUMNS, Row, row_of
from portal.directory.queries.merit import ORDER, ranked
from portal.directory.tables.companies import CompanyState


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of the merit order ends; the order is another one every day."""

    points: int
    name_key: str
    id: int
    day: date | None = None


class Full(msgspec.Struct, frozen=True):
    """A row with the sources of its facts, and where it stands."""

    row: Row
    credits: list[str]
    at: Cursor


class Part(msgspec.Struct, frozen=True):
    """A page: its companies, how many there are in all, and whether more follow."""

    companies: list[Full]
    total: int
    more: bool


_CREDITS = "ARRAY(SELECT DISTINCT s.credit FROM company_source s WHERE s.company = c.id AND s.credit <> '' ORDER BY 1) AS credits"


_kept: Kept[Part] = Kept(50)
_KEPT_ROWS = 200


async def by_merit(
    context: Context, *, size: int, after: Cursor | None, changed_since: datetime | None, version: int
) -> Part:
    """What stands behind `after`, in the order of the page. Short pages are kept for a version of the content."""
    key = (context.filters, context.today, size, after, changed_since, version)
    if size > _KEPT_ROWS:
        return await _by_merit(context, size, after, changed_since)
    kept = _kept.get(key)
    return kept if kept is not None else _kept.put(key, await _by_merit(context, size, after, changed_since))


async def _by_merit(context: Context, size: int, after: Cursor | None, changed_since: datetime | None) -> Part:
    c = Conditions(context)
    source = ranked(c)
    changed = f"JOIN company k ON k.id = r.id AND k.changed_at >= {c.value(changed_since)}" if changed_since else ""
    behind = "true"
    if after is not None:
        points, key, at = c.value(after.points), c.value(after.name_key), c.value(after.id)
        behind = f'(points < {points} OR (points = {points} AND (name_key COLLATE "C", id) > ({key}::text COLLATE "C", {at})))'
    records = await db.fetch(
        f"""
        WITH r AS MATERIALIZED (SELECT r.* FROM ({source}) r {changed})
        SELECT {COLUMNS}, {_CREDITS}, x.points, x.name_key, x.total FROM (
            SELECT *, (SELECT count(*) FROM r) AS total FROM r WHERE {behind} ORDER BY {ORDER} LIMIT {c.value(size + 1)}
        ) x JOIN company c ON c.id = x.id ORDER BY x.points DESC, x.name_key COLLATE "C", x.id
        """,
        *c.values,
    )
    found = [_full(r, context, Cursor(r["points"], r["name_key"], r["id"], context.today)) for r in records[:size]]
    if not records and after is not None:
        whole = await _by_merit(context, 1, None, changed_since)
        return Part([], whole.total, False)
    return Part(found, records[0]["total"] if records else 0, len(records) > size)


class Left(msgspec.Struct, frozen=True):
    """A company that is no longer in lists. `merged_into` is the slug of the one it is part of."""

    slug: str
    state: CompanyState
    merged_into: str | None


async def left_since(moment: datetime) -> list[Left]:
    """Companies that were closed, hidden or merged since, the last one first."""
    rows = await db.fetch(
        """
        WITH RECURSIVE way AS (
            SELECT id AS origin, id, merged_into, 1 AS step FROM company
            WHERE state IN ('closed', 'hidden', 'merged') AND changed_at >= $1
            UNION ALL SELECT way.origin, c.id, c.merged_into, step + 1 FROM company c JOIN way ON c.id = way.merged_into
            WHERE step < 20)
        SELECT c.slug, c.state, t.slug AS merged_into FROM way JOIN company c ON c.id = way.origin
        LEFT JOIN company t ON t.id = way.id AND t.id <> c.id WHERE way.merged_into IS NULL
        ORDER BY c.changed_at DESC, c.id DESC LIMIT 10000
        """,
        moment,
    )
    return [Left(row["slug"], CompanyState(row["state"]), row["merged_into"]) for row in rows]


async def newest(context: Context, *, most: int = 100) -> list[Full]:
    """What is new or changed last."""
    c = Conditions(context)
    records = await db.fetch(
        f"SELECT {COLUMNS}, {_CREDITS} FROM company c WHERE {c.all()} AND {c.day} IS NOT NULL "
        f"ORDER BY c.changed_at DESC, c.id DESC LIMIT {c.value(most)}",
        *c.values,
    )
    return [_full(record, context, Cursor(0, "", record["id"])) for record in records]


async def one(slug: str, context: Context) -> tuple[Full, str, str] | None:
    """A public company in full, with its state and the clean HTML of its description."""
    record = await db.fetch_one(
        f"SELECT {COLUMNS}, {_CREDITS}, c.state, coalesce(c.texts_html ->> 'description', '') AS html FROM company c "
        "WHERE c.slug = $1 AND c.state IN ('public', 'closed')",
        slug,
    )
    if record is None:
        return None
    return _full(record, context, Cursor(0, "", record["id"])), record["state"], record["html"]


def _full(record: Mapping[str, Any], context: Context, at: Cursor) -> Full:
    return Full(row_of(record, context), record["credits"], at)


class SiteEntry(msgspec.Struct, frozen=True):
    """An address for search engines and when it changed last."""

    path: str
    changed_at: datetime | None


async def site_entries(*, size: int, part: int) -> list[SiteEntry]:
    """A part of all companies, oldest first so that full parts stay as they are."""
    rows = await db.fetch(
        "SELECT slug, changed_at FROM company WHERE state IN ('public', 'closed') ORDER BY id LIMIT $1 OFFSET $2",
        size, size * (part - 1),
    )  # fmt: skip
    return [SiteEntry(f"/companies/{row['slug']}", row["changed_at"]) for row in rows]


async def site_parts(*, size: int) -> list[datetime]:
    """When each part of the sitemap changed last."""
    rows = await db.fetch(
        "SELECT max(changed_at) AS at FROM (SELECT changed_at, (row_number() OVER (ORDER BY id) - 1) / $1 AS part "
        "FROM company WHERE state IN ('public', 'closed')) x GROUP BY part ORDER BY part",
        size,
    )
    return [row["at"] for row in rows]


async def site_words() -> list[SiteEntry]:
    """The pages of words that companies are found by."""
    rows = await db.fetch(
        """
        WITH RECURSIVE up (term) AS (
            SELECT DISTINCT f.term FROM fact f JOIN company c ON c.id = f.company AND c.state = 'public'
            UNION SELECT t.parent FROM up JOIN term t ON t.id = up.term WHERE t.parent IS NOT NULL)
        SELECT replace(t.kind, '_', '-') || '/' || t.slug AS path FROM up JOIN term t ON t.id = up.term
        WHERE t.kind <> 'figure' ORDER BY 1 LIMIT 40000
        """
    )
    return [SiteEntry(f"/companies/{row['path']}", None) for row in rows]
