"""Who could own a company: organisations of a person, for staff who hand one over; and what organisations own."""

import msgspec

from portal.core import db


class Candidate(msgspec.Struct, frozen=True):
    """An organisation somebody is an owner of."""

    id: int
    name: str
    members: int


class Person(msgspec.Struct, frozen=True):
    """An account with the organisations it owns."""

    account_id: int
    name: str
    email: str
    organisations: list[Candidate]


async def person(email: str) -> Person | None:
    row = await db.fetch_one("SELECT id, name, email FROM account WHERE email = lower($1) AND erased_at IS NULL", email)
    if row is None:
        return None
    rows = await db.fetch(
        "SELECT o.id, o.name, (SELECT count(*) FROM membership WHERE organisation = o.id) AS members FROM membership m "
        "JOIN organisation o ON o.id = m.organisation WHERE m.account = $1 AND m.role = 'owner' "
        "ORDER BY lower(o.name), o.id LIMIT 100",
        row["id"],
    )
    return Person(row["id"], row["name"], row["email"], [Candidate(**one) for one in rows])


class Owned(msgspec.Struct, frozen=True):
    """A company as those who look after it choose it from a list."""

    slug: str
    name: str


async def companies_of(organisations: list[int]) -> list[Owned]:
    """What these organisations look after, by name."""
    rows = await db.fetch(
        "SELECT slug, name FROM company WHERE organisation = ANY($1::bigint[]) AND state <> 'merged' "
        "ORDER BY lower(name), id LIMIT 100",
        organisations,
    )
    return [Owned(**row) for row in rows]
