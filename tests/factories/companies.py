"""Companies for tests, made through the real commands.

    await companies.make("Tessin Lyo SA", country="CH")              # public, a few facts confirmed last week
    await companies.make(owner=organisation_id)                      # claimed by that organisation
    await companies.make_many(30)

`facts` gives (term, days since confirmed) pairs; words of the vocabulary are added as they are needed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import clock, db, times
from portal.core.text import slug
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile, ProfileFact

USUAL = (("category:Contract manufacturer", None), ("capability:Lyophilisation", 6), ("capability:Vial filling", 6))


async def profile(
    name: str = "Isarwerk Biologics GmbH",
    *,
    facts: Iterable[tuple[str, int | None]] = USUAL,
    now: datetime | None = None,
    **more: Any,
) -> Profile:
    """A profile; facts are (KIND:NAME, days since it was confirmed or None for what does not age)."""
    today = times.today(now or clock.now())
    terms = [(term.split(":", 1), age) for term, age in facts]
    await add_terms([NewTerm(kind=TermKind(kind), name=word) for (kind, word), _ in terms])
    made = tuple(
        ProfileFact(
            id=f"f{n}", term=f"{kind}:{slug(word)}", confirmed_on=None if age is None else today - timedelta(days=age)
        )
        for n, ((kind, word), age) in enumerate(terms)
    )
    given = {"tagline": "Sterile filling for antibodies.", "city": "Martinsried", "country": "DE", "facts": made}
    return Profile(name=name, **{**given, **more})


async def make(
    name: str = "Isarwerk Biologics GmbH", *, owner: int | None = None, now: datetime | None = None, **more: Any
) -> int:
    """Store one public company and give its id."""
    made = await profile(name, now=now, **more)
    return await publishing.create_company(actor=PORTAL, profile=made, organisation_id=owner, now=now or clock.now())


async def verify(company: int) -> None:
    """Give a company an owner who has proved to be it."""
    await db.execute(
        """
        WITH owner AS (
            INSERT INTO organisation (slug, name, created_at) VALUES ('owner-' || $1::bigint, 'Owner', $2) RETURNING id)
        UPDATE company SET organisation = owner.id, claimed_at = $2, verified_by = 'dns', verified_at = $2 FROM owner
        WHERE company.id = $1
        """,
        company, clock.now(),
    )  # fmt: skip


async def make_many(count: int, *, now: datetime | None = None, **more: Any) -> list[int]:
    return [await make(f"Company {n + 1} GmbH", now=now, **more) for n in range(count)]
