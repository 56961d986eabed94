"""The draft of a profile, and the words it may use."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db
from portal.directory.rules.words import Word, labelled
from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile


class Draft(msgspec.Struct, frozen=True):
    """What the company's members are working on. `by` is whoever saved last."""

    profile: Profile
    base: int
    version: int
    by: str
    changed_at: datetime


async def of_company(company_id: int) -> Draft | None:
    row = await db.fetch_one(
        """
        SELECT d.profile, d.base, d.version, coalesce(a.name, 'somebody') AS by, d.changed_at
        FROM company_draft d LEFT JOIN account a ON a.id = d.changed_by WHERE d.company = $1
        """,
        company_id,
    )
    if row is None:
        return None
    return Draft(**{**row, "profile": msgspec.json.decode(row["profile"], type=Profile)})


async def term_names(profiles: Sequence[Profile]) -> dict[str, str]:
    """The names of all terms in these profiles, by KIND:SLUG."""
    used = sorted({fact.term for profile in profiles for fact in profile.facts})
    if not used:
        return {}
    rows = await db.fetch(
        "SELECT kind || ':' || slug AS term, name FROM term WHERE kind || ':' || slug = ANY($1)", used
    )
    return {row["term"]: row["name"] for row in rows}


async def vocabulary(kind: TermKind) -> list[Word]:
    """Every word of a kind, by name; at most 5,000."""
    rows = await db.fetch(
        "SELECT kind || ':' || slug AS term, name, code, also FROM term WHERE kind = $1 ORDER BY lower(name), slug "
        "LIMIT 5000",
        kind.value,
    )
    return labelled(rows)
