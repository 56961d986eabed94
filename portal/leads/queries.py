"""Wordings of consent, what stands, and what a person ever agreed to."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from portal.core import db

Titles: TypeAlias = Callable[[Collection[str]], Awaitable[dict[str, tuple[str, str]]]]
"""Gives title and address of occasions of one kind, by their key."""


class Wording(msgspec.Struct, frozen=True):
    """A sentence as people are shown it."""

    id: int
    version: int
    text: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """That a person agreed: to which words, where, when, and whether it still stands."""

    id: int
    company_id: int
    company_name: str
    person: str
    text: str
    version: int
    kind: str
    key: str
    how: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


_NEWEST = "SELECT id, version, text FROM wording_of_consent WHERE kind = $1 AND key = $2 ORDER BY version DESC LIMIT 1"
_VERSIONS = (
    "SELECT id, version, text FROM wording_of_consent WHERE kind = $1 AND key = $2 ORDER BY version DESC LIMIT 100"
)
_NEWEST_OF_EACH = """
SELECT DISTINCT ON (key) key, id, version, text FROM wording_of_consent WHERE kind = $1 AND key = ANY($2)
ORDER BY key, version DESC
"""
_STANDING = """
SELECT EXISTS (SELECT FROM consent WHERE email = $1 AND company_id = $2 AND kind = $3 AND key = $4 AND withdrawn_at IS NULL)
"""
_RECEIPTS = """
SELECT c.id, c.company_id, c.company_name, c.person, w.text, w.version, c.kind, c.key, c.how, c.given_at, c.withdrawn_at
FROM consent c JOIN wording_of_consent w ON w.id = c.wording
WHERE c.email = $1 {narrowed} ORDER BY c.withdrawn_at IS NOT NULL, c.given_at DESC, c.id DESC LIMIT 1000
"""


async def newest_wording(kind: str, key: str) -> Wording | None:
    """What people are asked to agree to now."""
    row = await db.fetch_one(_NEWEST, kind, key)
    return None if row is None else Wording(**row)


async def wordings(kind: str, key: str) -> list[Wording]:
    """All that people were ever asked to agree to, the newest first."""
    return [Wording(**row) for row in await db.fetch(_VERSIONS, kind, key)]


async def newest_wordings(kind: str, keys: list[str]) -> dict[str, Wording]:
    """The newest wording of each key that has one."""
    rows = await db.fetch(_NEWEST_OF_EACH, kind, keys)
    return {row["key"]: Wording(row["id"], row["version"], row["text"]) for row in rows}


async def has_agreed(email: str, company_id: int, kind: str, key: str) -> bool:
    """Whether a person’s consent stands that this company is told of them on this occasion."""
    return bool(await db.fetch_value(_STANDING, email, company_id, kind, key))


async def receipts(email: str) -> list[Receipt]:
    """All a person ever agreed to: what stands first, then what was taken back, each the newest first."""
    return [msgspec.convert(dict(row), Receipt) for row in await db.fetch(_RECEIPTS.format(narrowed=""), email)]


async def receipts_on(email: str, kind: str, key: str) -> list[Receipt]:
    """What a person ever agreed to on one occasion, in the order of `receipts`."""
    rows = await db.fetch(_RECEIPTS.format(narrowed="AND c.kind = $2 AND c.key = $3"), email, kind, key)
    return [msgspec.convert(dict(row), Receipt) for row in rows]


async def about(given: Sequence[Receipt], occasions: Mapping[str, Titles]) -> dict[tuple[str, str], tuple[str, str]]:
    """Title and address of what receipts are about, by kind and key."""
    found = {}
    for kind, titles in occasions.items():
        keys = {one.key for one in given if one.kind == kind}
        named = await titles(keys) if keys else {}
        found.update({(kind, key): name for key, name in named.items()})
    return found
