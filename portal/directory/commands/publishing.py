"""Making companies and publishing their profiles."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.directory import permissions, saving
from portal.directory.rules import names, profiles
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile, Written


async def create_company(
    *,
    actor: Actor,
    profile: Profile,
    now: datetime,
    state: CompanyState = CompanyState.PUBLIC,
    organisation_id: int | None = None,
) -> int:
    """Add a company with its first revision; gives its id. For the publisher's editors and the portal itself."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors add companies.")
    profile = _accepted(profile, now)
    async with db.transaction():
        (made,) = await saving.create([names.slug_wishes(profile.name, profile.city)], now=now, state=state)
        if organisation_id is not None:
            await db.execute(
                "UPDATE company SET organisation = $2, claimed_at = $3 WHERE id = $1", made, organisation_id, now
            )
        await saving.write([_written(made, profile, actor, now)])
    return made


async def publish(*, actor: Actor, company_id: int, profile: Profile, now: datetime, note: str = "") -> int:
    """Publish a profile as the company's next revision; gives its number. Raises Invalid with fields by name."""
    profile = _accepted(profile, now)
    async with db.transaction():
        row = await db.fetch_one("SELECT state, organisation FROM company WHERE id = $1 FOR NO KEY UPDATE", company_id)
        if row is None or row["state"] == CompanyState.MERGED:
            raise NotFound("There is no such company.")
        if not permissions.can_edit(actor, row["organisation"]):
            raise Forbidden("Only the company’s owners and editors can change its profile.")
        numbers = await saving.write([_written(company_id, profile, actor, now, note)])
    return numbers[company_id]


def _accepted(profile: Profile, now: datetime) -> Profile:
    profile = profiles.tidied(profile)
    if faults := profiles.faults(profile, now.date()):
        raise Invalid(faults)
    return profile


def _written(company_id: int, profile: Profile, actor: Actor, now: datetime, note: str = "") -> Written:
    author = actor.account_id or None
    origin = "" if author else actor.name
    return Written(company_id=company_id, profile=profile, author=author, origin=origin, note=note, at=now)
