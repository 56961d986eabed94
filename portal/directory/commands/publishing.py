"""Making companies and publishing their profiles."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db, times
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.directory import permissions, saving
from portal.directory.rules import names, profiles
from portal.directory.tables.companies import ClaimWay, CompanyState
from portal.directory.values import Profile, Written

_OWNED = """
UPDATE company SET organisation = $2, claimed_at = CASE WHEN $2::bigint IS NULL THEN NULL ELSE $4::timestamptz END,
    verified_by = $3::text, verified_at = CASE WHEN $3::text IS NULL THEN NULL ELSE $4::timestamptz END
WHERE id = $1
"""


async def create_company(
    *,
    actor: Actor,
    profile: Profile,
    now: datetime,
    state: CompanyState = CompanyState.PUBLIC,
    organisation_id: int | None = None,
    verified_by: ClaimWay | None = None,
    claimed_at: datetime | None = None,
    note: str = "",
) -> int:
    """Add a company with its first revision; gives its id. For the publisher's editors and the portal itself.

    With an organisation it is claimed by that one, now or at `claimed_at`; `verified_by` says how somebody proved to
    be the company.
    """
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors add companies.")
    profile = accepted(profile, now)
    async with db.transaction():
        (made,) = await saving.create([names.slug_wishes(profile.name, profile.city)], now=now, state=state)
        if organisation_id is not None or verified_by is not None:
            await db.execute(_OWNED, made, organisation_id, verified_by, claimed_at or now)
        await saving.write([written(made, profile, actor, now, note)])
    return made


async def publish(*, actor: Actor, company_id: int, profile: Profile, now: datetime, note: str = "") -> int:
    """Publish a profile as the company's next revision; gives its number. Raises Invalid with fields by name."""
    profile = accepted(profile, now)
    async with db.transaction():
        row = await db.fetch_one("SELECT state, organisation FROM company WHERE id = $1 FOR NO KEY UPDATE", company_id)
        if row is None or row["state"] == CompanyState.MERGED:
            raise NotFound("There is no such company.")
        if not permissions.can_edit(actor, row["organisation"]):
            raise Forbidden("Only the company’s owners and editors can change its profile.")
        numbers = await saving.write([written(company_id, profile, actor, now, note)])
    return numbers[company_id]


def accepted(profile: Profile, now: datetime) -> Profile:
    """The profile as it may be published; raises Invalid with fields by name."""
    profile = profiles.tidied(profile)
    if faults := profiles.faults(profile, times.today(now)):
        raise Invalid(faults)
    return profile


def written(
    company_id: int, profile: Profile, actor: Actor, now: datetime, note: str = "", restored_from: int | None = None
) -> Written:
    """The profile on its way to the database, by its author."""
    author = actor.account_id or None
    origin = "" if author else actor.name
    return Written(
        company_id=company_id,
        profile=profile,
        author=author,
        origin=origin,
        note=note,
        restored_from=restored_from,
        at=now,
    )
