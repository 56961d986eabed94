"""Pairs of companies that look like one, and merges, for staff."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.directory.tables.companies import CompanyState
from portal.directory.tables.editing import HintState
from portal.directory.values import Profile

PAGE_SIZE = 25


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two companies."""

    id: int
    slug: str
    name: str
    state: CompanyState
    revision: int
    profile: Profile
    owner: str | None
    completeness: int
    sources: list[str]
    products: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two companies that look like one, and why."""

    id: int
    state: HintState
    score: float
    reasons: list[str]
    found_at: datetime
    first: Side
    second: Side

    @property
    def percent(self) -> int:
        return round(self.score * 100)

    @property
    def suggested(self) -> str:
        """Which to keep: the one with an owner, then the one that says more, then the older one."""
        first, second = [(side.owner is not None, side.completeness, -side.id) for side in (self.first, self.second)]
        return "first" if first >= second else "second"


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """A merge as staff look at it. `latest` says that it can be undone now."""

    id: int
    kept: str
    kept_slug: str
    merged: str
    merged_slug: str
    by: str
    at: datetime
    undone_at: datetime | None
    undone_by: str
    latest: bool


_SIDE = """
jsonb_build_object('id', {c}.id, 'slug', {c}.slug, 'name', {c}.name, 'state', {c}.state, 'revision', {c}.revision,
    'profile', {c}.profile, 'completeness', {c}.completeness,
    'owner', (SELECT o.name FROM organisation o WHERE o.id = {c}.organisation),
    'sources', (SELECT coalesce(jsonb_agg(DISTINCT s.credit), '[]') FROM company_source s WHERE s.company = {c}.id),
    'products', (SELECT count(*) FROM register_product p WHERE p.company = {c}.id))
"""
_PAIRS = f"""
SELECT h.id, h.state, h.score, h.reasons, h.found_at, {_SIDE.format(c="a")} AS first, {_SIDE.format(c="b")} AS second
FROM duplicate_hint h JOIN company a ON a.id = h.first JOIN company b ON b.id = h.second
"""
_OPEN = "h.state = 'open' AND a.state <> 'merged' AND b.state <> 'merged'"


async def waiting(number: int) -> tuple[list[Pair], Page]:
    """One page of what waits for a person, the likeliest first."""
    total = await db.fetch_value(
        "SELECT count(*) FROM duplicate_hint h JOIN company a ON a.id = h.first JOIN company b ON b.id = h.second "
        f"WHERE {_OPEN}"
    )
    at = Page(number, PAGE_SIZE, int(total))
    rows = await db.fetch(
        f"{_PAIRS} WHERE {_OPEN} ORDER BY h.score DESC, h.id LIMIT $1 OFFSET $2", PAGE_SIZE, at.offset
    )
    return [_pair(row) for row in rows], at


async def pair(hint_id: int) -> Pair | None:
    row = await db.fetch_one(f"{_PAIRS} WHERE h.id = $1", hint_id)
    return _pair(row) if row else None


def _pair(row: Mapping[str, Any]) -> Pair:
    first, second = (msgspec.json.decode(row[name], type=Side) for name in ("first", "second"))
    return Pair(
        id=row["id"], state=HintState(row["state"]), score=row["score"], reasons=msgspec.json.decode(row["reasons"]),
        found_at=row["found_at"], first=first, second=second,
    )  # fmt: skip


_MERGES = """
SELECT m.id, k.name AS kept, k.slug AS kept_slug, c.name AS merged, c.slug AS merged_slug, m.by, m.at, m.undone_at, m.undone_by,
    m.undone_at IS NULL AND k.state <> 'merged' AS latest
FROM company_merge m JOIN company k ON k.id = m.kept JOIN company c ON c.id = m.merged
WHERE m.by <> 'portal' ORDER BY m.at DESC, m.id DESC LIMIT 20
"""


async def merges() -> list[Merge]:
    """The last merges by people."""
    return [Merge(**row) for row in await db.fetch(_MERGES)]
