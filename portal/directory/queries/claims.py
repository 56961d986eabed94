"""Reads of claims: one's own, those a look is due for, those that wait for staff, those against an owner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.queries import name_behind
from portal.core import db
from portal.directory.rules.domains import Home, home_of
from portal.directory.tables.companies import ClaimWay
from portal.directory.tables.editing import ClaimState
from portal.placements.tables import Plan


class Claim(msgspec.Struct, frozen=True):
    """A claim with the company it is about and who makes it. `owner` is the company's present organisation."""

    id: int
    company_id: int
    slug: str
    company: str
    website: str
    owner_id: int | None
    owner: str | None
    account_id: int
    name: str
    account_email: str
    timezone: str
    way: ClaimWay
    state: ClaimState
    token: str
    email: str
    document: str
    domain: str
    organisation_id: int | None
    organisation: str
    plan: Plan
    came_from: str
    evidence: str
    asked_at: datetime
    checked_at: datetime | None
    check_at: datetime | None
    objection: str
    objected_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    reason: str

    @property
    def home(self) -> Home | None:
        return home_of(self.website)

    @property
    def is_open(self) -> bool:
        return self.state in {ClaimState.OPEN, ClaimState.PROVED}

    @property
    def takes_document(self) -> bool:
        return self.state is ClaimState.OPEN and self.way is ClaimWay.DOCUMENT

    def looking(self, now: datetime) -> bool:
        """Whether somebody asked for a look that has not come yet."""
        return self.state is ClaimState.OPEN and self.check_at is not None and self.check_at <= now


class Wanted(msgspec.Struct, frozen=True):
    """What a look at a record or a file needs."""

    way: ClaimWay
    token: str
    domain: str
    home: Home | None


_CLAIM = f"""
SELECT l.id, l.company AS company_id, c.slug, c.name AS company, c.website, c.organisation AS owner_id, o.name AS owner,
    l.account AS account_id, a.name, a.email AS account_email, a.timezone, l.way, l.state, l.token, l.email, l.document,
    l.domain, l.organisation AS organisation_id, coalesce(w.name, nullif(l.organisation_name, ''), c.name) AS organisation,
    l.plan, l.came_from, l.evidence, l.asked_at, l.checked_at, l.check_at, l.objection, l.objected_at, l.decided_at,
    {name_behind("l.decided_by")} AS decided_by, l.reason
FROM claim l JOIN company c ON c.id = l.company JOIN account a ON a.id = l.account
LEFT JOIN organisation o ON o.id = c.organisation LEFT JOIN organisation w ON w.id = l.organisation
"""


async def claim(claim_id: int) -> Claim | None:
    row = await db.fetch_one(f"{_CLAIM} WHERE l.id = $1", claim_id)
    return _claim(row) if row else None


async def own(company_id: int, account_id: int) -> Claim | None:
    """Somebody's claim of a company that matters: the open one, or else the last."""
    row = await db.fetch_one(
        f"{_CLAIM} WHERE l.company = $1 AND l.account = $2 "
        "ORDER BY l.state IN ('open', 'proved') DESC, l.asked_at DESC, l.id DESC LIMIT 1",
        company_id, account_id,
    )  # fmt: skip
    return _claim(row) if row else None


async def waiting() -> list[Claim]:
    """What staff must decide, the longest waiting first."""
    return [
        _claim(row) for row in await db.fetch(f"{_CLAIM} WHERE l.state = 'proved' ORDER BY l.asked_at, l.id LIMIT 200")
    ]


async def decided() -> list[Claim]:
    """What was decided last, by staff or by proof."""
    rows = await db.fetch(
        f"{_CLAIM} WHERE l.state IN ('accepted', 'refused') ORDER BY l.decided_at DESC, l.id DESC LIMIT 50"
    )
    return [_claim(row) for row in rows]


async def of_company(company_id: int) -> list[Claim]:
    """Everybody who ever claimed a company, newest first."""
    rows = await db.fetch(f"{_CLAIM} WHERE l.company = $1 ORDER BY l.asked_at DESC, l.id DESC LIMIT 100", company_id)
    return [_claim(row) for row in rows]


async def against(company_id: int, organisation_id: int) -> list[Claim]:
    """Claims that somebody proved although the company has this owner."""
    rows = await db.fetch(
        f"{_CLAIM} WHERE l.company = $1 AND l.state = 'proved' AND c.organisation = $2 "
        "AND NOT EXISTS (SELECT FROM membership m WHERE m.organisation = $2 AND m.account = l.account AND m.role = 'owner') "
        "ORDER BY l.asked_at, l.id LIMIT 50",
        company_id, organisation_id,
    )  # fmt: skip
    return [_claim(row) for row in rows]


async def wanted(claim_id: int) -> Wanted | None:
    """What to look for; None for a claim that is not open, or of a way that needs no look."""
    row = await db.fetch_one(
        "SELECT l.way, l.token, l.domain, c.website FROM claim l JOIN company c ON c.id = l.company "
        "WHERE l.id = $1 AND l.state = 'open' AND l.way IN ('dns', 'file') AND c.state <> 'merged'",
        claim_id,
    )
    if row is None:
        return None
    return Wanted(ClaimWay(row["way"]), row["token"], row["domain"], home_of(row["website"]))


class Asking(msgspec.Struct, frozen=True):
    """Somebody who asks to be invited."""

    id: int
    company_id: int
    slug: str
    company: str
    organisation_id: int | None
    account_id: int
    name: str
    email: str
    note: str
    asked_at: datetime


_ASKING = """
SELECT r.id, r.company AS company_id, c.slug, c.name AS company, c.organisation AS organisation_id, r.account AS account_id,
    a.name, a.email, r.note, r.asked_at
FROM join_request r JOIN company c ON c.id = r.company JOIN account a ON a.id = r.account
"""


async def asking(company_id: int) -> list[Asking]:
    """Who asks to be invited to a company's organisation, the longest waiting first."""
    rows = await db.fetch(f"{_ASKING} WHERE r.company = $1 ORDER BY r.asked_at, r.id LIMIT 200", company_id)
    return [Asking(**row) for row in rows]


async def join_request(request_id: int) -> Asking | None:
    row = await db.fetch_one(f"{_ASKING} WHERE r.id = $1", request_id)
    return Asking(**row) if row else None


async def own_request(company_id: int, account_id: int) -> Asking | None:
    row = await db.fetch_one(f"{_ASKING} WHERE r.company = $1 AND r.account = $2", company_id, account_id)
    return Asking(**row) if row else None


class Reader(msgspec.Struct, frozen=True):
    """Somebody a mail goes to."""

    account_id: int
    name: str
    email: str


async def owners(organisation_id: int) -> list[Reader]:
    rows = await db.fetch(
        "SELECT a.id AS account_id, a.name, a.email FROM membership m JOIN account a ON a.id = m.account "
        "WHERE m.organisation = $1 AND m.role = 'owner' AND a.erased_at IS NULL ORDER BY a.id LIMIT 100",
        organisation_id,
    )
    return [Reader(**row) for row in rows]


class Moved(msgspec.Struct, frozen=True):
    """A company whose website is no longer the one that was proved."""

    slug: str
    name: str
    website: str
    organisation_id: int


async def to_verify_again(*, since: datetime) -> list[Moved]:
    """Those that moved since then."""
    rows = await db.fetch(
        "SELECT slug, name, website, organisation AS organisation_id FROM company WHERE organisation IS NOT NULL "
        "AND verified_by IS NULL AND verified_site <> '' AND state <> 'merged' AND changed_at > $1 ORDER BY id LIMIT 500",
        since,
    )
    return [Moved(**row) for row in rows]


async def rivals(company_id: int, account_id: int) -> list[int]:
    """Open claims of a company by others than this account."""
    rows = await db.fetch(
        "SELECT id FROM claim WHERE company = $1 AND account <> $2 AND state IN ('open', 'proved') ORDER BY id LIMIT 200",
        company_id, account_id,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def has_people(organisation_id: int | None) -> bool:
    """Whether anybody is left in an organisation."""
    return bool(await db.fetch_value("SELECT 1 FROM membership WHERE organisation = $1 LIMIT 1", organisation_id))


async def belongs(account_id: int, organisation_id: int) -> bool:
    """Whether somebody is a member by now."""
    return bool(
        await db.fetch_value(
            "SELECT 1 FROM membership WHERE account = $1 AND organisation = $2", account_id, organisation_id
        )
    )


def _claim(row: Mapping[str, Any]) -> Claim:
    return msgspec.convert(dict(row), Claim)
