"""Saved searches: whose they are, what is due, and what is new in one of them or has left it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from portal.core import changes, db
from portal.directory.queries import listing
from portal.directory.queries.conditions import Conditions, Context
from portal.directory.queries.listing import COLUMNS, Row, row_of
from portal.directory.rules import filters as filter_rules
from portal.directory.rules.filters import OF_TERMS, Filters
from portal.directory.rules.watching import Gone, left_because
from portal.directory.tables.companies import CompanyState
from portal.directory.tables.searches import Frequency
from portal.directory.values import Profile

_LISTED = 20


class Search(msgspec.Struct, frozen=True):
    """A saved search."""

    id: int
    account: int
    email: str
    person: str
    name: str
    query: str
    frequency: Frequency
    seen: tuple[int, ...]
    saved_at: datetime
    looked_at: datetime
    due_at: datetime | None

    @property
    def filters(self) -> Filters:
        return filters_of(self.query)


_SEARCH = """
SELECT s.id, s.account, a.email, a.name AS person, s.name, s.query, s.frequency, s.seen, s.saved_at, s.looked_at, s.due_at
FROM saved_search s JOIN account a ON a.id = s.account
"""


def filters_of(query: str) -> Filters:
    """What a kept query string asks for; whatever has ceased to be a filter is passed over."""
    return filter_rules.parse(parse_qsl(query.removeprefix("?"))).filters


def _search(row: Any) -> Search:
    return Search(**{**row, "frequency": Frequency(row["frequency"]), "seen": tuple(row["seen"])})


async def of_account(account_id: int) -> list[Search]:
    """Somebody's searches, the last one first."""
    return [
        _search(row)
        for row in await db.fetch(f"{_SEARCH} WHERE s.account = $1 ORDER BY s.id DESC LIMIT 200", account_id)
    ]


async def by_id(search_id: int) -> Search | None:
    row = await db.fetch_one(f"{_SEARCH} WHERE s.id = $1", search_id)
    return _search(row) if row else None


async def due(now: datetime) -> list[int]:
    """Searches whose news is to be looked for."""
    rows = await db.fetch("SELECT id FROM saved_search WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1000", now)
    return [row["id"] for row in rows]


async def context_of(filters: Filters, *, today: date) -> Context:
    return await listing.context_of(filters, today=today, version=await changes.version("companies"))


async def found_ids(context: Context) -> list[int]:
    """The companies a search finds."""
    c = Conditions(context)
    rows = await db.fetch(
        f"SELECT c.id FROM company c WHERE {c.all()} AND {c.day} IS NOT NULL ORDER BY c.id", *c.values
    )
    return [row["id"] for row in rows]


class Departure(msgspec.Struct, frozen=True):
    """A company that has left a search, and why."""

    slug: str
    name: str
    because: str


class News(msgspec.Struct, frozen=True):
    """What is different since somebody last heard of a search; lists are cut, counts are whole."""

    found: list[int]
    new: list[Row]
    new_count: int
    left: list[Departure]
    left_count: int
    context: Context


async def news(search: Search, *, today: date) -> News:
    """What is new in a search, and what has left it."""
    context = await context_of(search.filters, today=today)
    found = await found_ids(context)
    seen = set(search.seen)
    arrived = [company for company in found if company not in seen]
    gone = sorted(seen.difference(found))
    return News(
        found=found,
        new=await _rows(arrived[:_LISTED], context),
        new_count=len(arrived),
        left=await _departures(gone[:_LISTED], context),
        left_count=len(gone),
        context=context,
    )


async def _rows(ids: Sequence[int], context: Context) -> list[Row]:
    if not ids:
        return []
    records = await db.fetch(
        f"SELECT {COLUMNS} FROM company c WHERE c.id = ANY($1) ORDER BY c.name_key, c.id", list(ids)
    )
    return [row_of(record, context) for record in records]


async def _departures(ids: Sequence[int], context: Context) -> list[Departure]:
    if not ids:
        return []
    rows = await db.fetch(
        "SELECT coalesce(m.slug, c.slug) AS slug, c.name, c.state, c.profile, coalesce(m.name, '') AS merged_into "
        "FROM company c LEFT JOIN company m ON m.id = c.merged_into WHERE c.id = ANY($1) ORDER BY c.name_key, c.id",
        list(ids),
    )
    wanted = []
    for facet in OF_TERMS:
        chosen = [
            meant
            for slug in getattr(context.filters, facet.key)
            if (meant := context.meant.get(f"{facet.kind}:{slug}"))
        ]
        if facet.every:
            wanted += [(meant.name, meant.terms) for meant in chosen]
        elif chosen:
            names = " or ".join(meant.name for meant in chosen)
            wanted.append((names, frozenset[str]().union(*(meant.terms for meant in chosen))))
    found = []
    for row in rows:
        profile = msgspec.json.decode(row["profile"], type=Profile)
        gone = Gone(CompanyState(row["state"]), profile, row["merged_into"])
        found.append(Departure(row["slug"], row["name"], left_because(gone, context.filters, wanted, context.today)))
    return found


LABELS = {"query": "Filters", "frequency": "Mail", "saved_at": "Saved", "looked_at": "Last looked at"}


async def known_about(email: str) -> list[dict[str, Any]]:
    """The searches kept with an address."""
    rows = await db.fetch(
        "SELECT s.name, s.query, s.frequency, s.saved_at, s.looked_at FROM saved_search s JOIN account a ON a.id = s.account "
        "WHERE a.email = $1 ORDER BY s.id LIMIT 1000",
        email,
    )
    return [{"what": "Saved search", **row} for row in rows]
