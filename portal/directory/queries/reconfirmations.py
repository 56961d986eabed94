"""Which companies were asked whether their facts still hold, whom to ask, and what is overdue."""

from datetime import date, datetime

import msgspec

from portal.core import db
from portal.core.paging import Page

_A_PAGE = 50


class Asked(msgspec.Struct, frozen=True):
    """A company that was asked in a quarter."""

    id: int
    slug: str
    name: str
    organisation_id: int | None
    quarter: date
    facts: int
    answered_at: datetime | None


async def asked(reconfirmation_id: int) -> Asked | None:
    row = await db.fetch_one(
        "SELECT r.id, c.slug, c.name, c.organisation AS organisation_id, r.quarter, r.facts, r.answered_at "
        "FROM reconfirmation r JOIN company c ON c.id = r.company WHERE r.id = $1",
        reconfirmation_id,
    )
    return Asked(**row) if row else None


async def editors(organisation_id: int) -> list[tuple[int, str]]:
    """(account, address) of everybody who may answer for the organisation."""
    rows = await db.fetch(
        "SELECT a.id, a.email FROM membership m JOIN account a ON a.id = m.account "
        "WHERE m.organisation = $1 AND m.role IN ('owner', 'editor') AND a.erased_at IS NULL ORDER BY a.id LIMIT 200",
        organisation_id,
    )
    return [(row["id"], row["email"]) for row in rows]


class Overdue(msgspec.Struct, frozen=True):
    """A company that has not answered, with what ages now."""

    slug: str
    name: str
    asked_at: datetime
    times_asked: int
    ageing: int
    stale: int


async def overdue(*, ageing_before: date, stale_before: date, number: int) -> tuple[list[Overdue], Page]:
    """Companies that were asked and have not answered, the longest waiting first."""
    total = int(await db.fetch_value("SELECT count(DISTINCT company) FROM reconfirmation WHERE answered_at IS NULL"))
    page = Page(number, _A_PAGE, total)
    rows = await db.fetch(
        f"""
        SELECT c.slug, c.name, min(r.asked_at) AS asked_at, count(DISTINCT r.id) AS times_asked,
               (SELECT count(*) FROM fact f WHERE f.company = c.id AND f.source = 'company' AND f.confirmed_on < $1) AS ageing,
               (SELECT count(*) FROM fact f WHERE f.company = c.id AND f.source = 'company' AND f.confirmed_on < $2) AS stale
        FROM reconfirmation r JOIN company c ON c.id = r.company WHERE r.answered_at IS NULL
        GROUP BY c.id ORDER BY asked_at, c.id LIMIT {_A_PAGE} OFFSET $3
        """,
        ageing_before, stale_before, page.offset,
    )  # fmt: skip
    return [Overdue(**row) for row in rows], page
