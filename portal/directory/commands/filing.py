"""Files of profiles: private until a published profile names them, and gone when no draft or revision does."""

from collections.abc import Collection
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Invalid, NotFound
from portal.media import commands as media
from portal.media.values import Owner

OWNER = "company"
_UNNAMED = """
SELECT key FROM unnest($2::text[]) AS k (key)
WHERE NOT EXISTS (SELECT FROM company_revision WHERE company = $1 AND strpos(profile::text, key) > 0)
"""


def owner_of(company_id: int) -> Owner:
    """Whose a company's files are."""
    return Owner(OWNER, str(company_id))


async def attach(company_id: int, keys: Collection[str], *, actor: Actor, now: datetime) -> None:
    """Keep files that a draft begins to name, in the caller's transaction. Raises Invalid for one that is gone."""
    if not keys:
        return
    try:
        await media.attach(keys=sorted(keys), owner=owner_of(company_id), actor=actor, now=now)
    except NotFound as gone:
        raise Invalid({"": gone.message}) from gone


async def let_go(company_id: int, keys: Collection[str], *, actor: Actor, now: datetime) -> None:
    """Delete those of some files that no revision names, in the caller's transaction."""
    unnamed = [row["key"] for row in await db.fetch(_UNNAMED, company_id, sorted(keys))] if keys else []
    if unnamed:
        await media.delete(keys=unnamed, owner=owner_of(company_id), actor=actor, now=now)
