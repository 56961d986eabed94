"""The directory's list: which companies a page shows, in the order of merit, with what is known of each."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core import changes, db
from portal.core.keeping import Kept
from portal.core.paging import Page
from portal.directory.queries import places, terms
from portal.directory.queries.conditions import Conditions, Context
from portal.directory.queries.facets import Facets, counted
from portal.directory.queries.merit import ORDER, ranked
from portal.directory.rules import ranking
from portal.directory.rules.filters import Filters
from portal.directory.rules.ranking import Evidence, Standing
from portal.directory.values import Profile

PAGE_SIZE = 20


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A company of a list. `terms` names the words of its facts, by KIND:SLUG; `above` is who stands before it."""

    id: int
    slug: str
    name: str
    profile: Profile
    completeness: int
    verified: bool
    claimed: bool
    response_hours: int | None
    revision: int
    created_at: datetime
    changed_at: datetime
    terms: dict[str, str]
    evidence: Evidence
    above: "Above | None" = None

    @property
    def standing(self) -> Standing:
        return Standing(self.id, self.profile, self.completeness, self.verified, self.response_hours)


class Above(msgspec.Struct, frozen=True):
    """The company before another in a list."""

    name: str
    evidence: Evidence


class Found(msgspec.Struct, frozen=True):
    """One page of the list at a version of the content. `after` is what is known of the first company behind it."""

    rows: list[Row]
    page: Page
    facets: Facets
    context: Context
    version: int
    after: Evidence | None = None

    @property
    def missing(self) -> bool:
        """True for a page behind the last one."""
        return self.page.number > self.page.last

    @property
    def nowhere(self) -> bool:
        """True where a city is asked for that nobody is in."""
        return bool(self.context.filters.near) and self.context.centre is None


COLUMNS = """
c.id, c.slug, c.name, c.profile, c.completeness, c.verified_at IS NOT NULL AS verified, c.organisation IS NOT NULL AS claimed,
c.response_hours, c.revision, c.created_at, c.changed_at,
(SELECT coalesce(json_object_agg(t.kind || ':' || t.slug, t.name), '{}')::text
 FROM fact f JOIN term t ON t.id = f.term WHERE f.company = c.id) AS terms
"""
_profile = msgspec.json.Decoder(Profile)
_terms = msgspec.json.Decoder(dict[str, str])


def row_of(record: Mapping[str, Any], context: Context, before: Row | None = None) -> Row:
    """The row of a record with the columns of `COLUMNS`."""
    profile = _profile.decode(record["profile"])
    values = {name: record[name] for name in _PLAIN}
    standing = Standing(record["id"], profile, record["completeness"], record["verified"], record["response_hours"])
    return Row(
        **values,
        profile=profile,
        terms=_terms.decode(record["terms"]),
        evidence=ranking.evidence(standing, context.asked, context.today),
        above=Above(before.name, before.evidence) if before else None,
    )


_PLAIN = ("id", "slug", "name", "completeness", "verified", "claimed", "response_hours", "revision", "created_at",
          "changed_at")  # fmt: skip
_kept: Kept[Found] = Kept(100)


async def context_of(filters: Filters, *, today: date, version: int) -> Context:
    """What the filters mean: words of the vocabulary with all below them, the middle of a city."""
    meant = await terms.meant(filters.terms, version=version)
    return Context(filters, today, meant, await places.centre(filters.near, filters.country, version=version))


async def found(
    filters: Filters, *, page: int, today: date, size: int = PAGE_SIZE, version: int | None = None
) -> Found:
    """One page of the list. Kept for a version of the content; `version` spares asking for it again."""
    version = await changes.version("companies") if version is None else version
    key = (filters, page, size, today, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    context = await context_of(filters, today=today, version=version)
    facets = await counted(context, version=version)
    rows, after = await _rows(context, page=page, size=size) if facets.total > (page - 1) * size else ([], None)
    return _kept.put(key, Found(rows, Page(page, size, facets.total), facets, context, version, after))


async def _rows(context: Context, *, page: int, size: int) -> tuple[list[Row], Evidence | None]:
    """The page's rows. Those next to it are read too: the first row says why it stands below the one before, and companies
    that are equal may go on behind the last.
    """
    first = (page - 1) * size
    offset = max(0, first - 1)
    c = Conditions(context)
    chosen = f"SELECT id, points, name_key FROM ({ranked(c)}) r ORDER BY {ORDER}"
    records = await db.fetch(
        f"""
        SELECT {COLUMNS} FROM ({chosen} LIMIT {c.value(size + first - offset + 1)} OFFSET {c.value(offset)}) x
        JOIN company c ON c.id = x.id ORDER BY x.points DESC, x.name_key COLLATE "C", x.id
        """,
        *c.values,
    )
    rows: list[Row] = []
    for record in records:
        rows.append(row_of(record, context, rows[-1] if rows else None))
    after = rows.pop().evidence if len(rows) > size + first - offset else None
    return rows[first - offset :], after
