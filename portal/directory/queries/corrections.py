"""The editors' inbox of corrections."""

from datetime import datetime

import msgspec

from portal.accounts.queries import name_behind
from portal.core import db
from portal.core.paging import Page
from portal.directory.tables.corrections import CorrectionState, CorrectionTopic

_A_PAGE = 25


class CorrectionRow(msgspec.Struct, frozen=True):
    """A correction with the company it is about."""

    id: int
    slug: str | None
    company: str | None
    claimed: bool
    topic: CorrectionTopic
    text: str
    evidence: str
    email: str
    fact_key: str
    sent_at: datetime
    state: CorrectionState
    decided_at: datetime | None
    decided_by: str
    note: str
    added: str | None
    added_slug: str | None


async def corrections(*, decided: bool, number: int) -> tuple[list[CorrectionRow], Page]:
    """Open ones, the oldest first; or those decided, the newest first."""
    condition, order = ("k.state <> 'open'", "k.decided_at DESC") if decided else ("k.state = 'open'", "k.sent_at")
    total = await db.fetch_value(f"SELECT count(*) FROM correction k WHERE {condition}")
    page = Page(number, _A_PAGE, total)
    rows = await db.fetch(
        "SELECT k.id, c.slug, c.name AS company, c.claimed_at IS NOT NULL AS claimed, k.topic, k.text, k.evidence, k.email, "
        "k.fact_key, k.sent_at, k.state, k.decided_at, k.note, a.name AS added, a.slug AS added_slug, "
        f"{name_behind('k.decided_by')} AS decided_by "
        "FROM correction k LEFT JOIN company c ON c.id = k.company LEFT JOIN company a ON a.id = k.added "
        f"WHERE {condition} ORDER BY {order}, k.id LIMIT {_A_PAGE} OFFSET $1",
        page.offset,
    )
    return [msgspec.convert(dict(row), CorrectionRow) for row in rows], page


class Missing(msgspec.Struct, frozen=True):
    """A request for a company that somebody missed. `does` are the asker's words; `added` is the company it became."""

    id: int
    name: str
    country: str
    website: str
    does: str
    email: str
    sent_at: datetime
    state: CorrectionState
    decided_by: str
    note: str
    added: str | None
    added_slug: str | None


# Older requests kept the name in their words alone.
_MISSING = f"""
SELECT k.id, coalesce(nullif(k.name, ''), regexp_replace(split_part(k.text, chr(10), 1), ', [^,]*$', '')) AS name, k.country,
    k.evidence AS website, substr(k.text, length(split_part(k.text, chr(10), 1)) + 2) AS does, k.email, k.sent_at, k.state,
    {name_behind("k.decided_by")} AS decided_by, k.note, c.name AS added, c.slug AS added_slug
FROM correction k LEFT JOIN company c ON c.id = k.added WHERE k.id = $1 AND k.topic = 'missing'
"""


async def missing(correction_id: int) -> Missing | None:
    row = await db.fetch_one(_MISSING, correction_id)
    return msgspec.convert(dict(row), Missing) if row else None


class Objection(msgspec.Struct, frozen=True):
    """What a company said of a register's fact, and what the editors answered."""

    sent_at: datetime
    state: CorrectionState
    note: str


async def objections(company_id: int) -> dict[str, Objection]:
    """The newest objection to each fact, by the fact's id."""
    rows = await db.fetch(
        "SELECT DISTINCT ON (fact_key) fact_key, sent_at, state, note FROM correction "
        "WHERE company = $1 AND fact_key <> '' ORDER BY fact_key, id DESC LIMIT 500",
        company_id,
    )
    return {row["fact_key"]: Objection(row["sent_at"], CorrectionState(row["state"]), row["note"]) for row in rows}
