"""A fair with a hall for tests of stands."""

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.commands.planning import rename_hall
from portal.exhibitors.queries import plans
from tests.factories import exhibitors

__all__ = ["Fair", "fair"]


class Fair:
    """Isarwerk at B2, Donau Labs at B10, Lobau AG without a booth."""

    def __init__(self, event_id: int, slug: str, ids: dict[str, int], companies: dict[str, int]) -> None:
        self.event_id = event_id
        self.slug = slug
        self.ids = ids
        self.companies = companies

    @property
    def list(self) -> str:
        return f"/events/{self.slug}/exhibitors"

    @property
    def own(self) -> str:
        return f"/agenda/stands/{self.slug}"


@pytest.fixture
async def fair(database: str) -> Fair:
    first = await exhibitors.make("Isarwerk")
    event_id = first.exhibitor.event_id
    made = [first, *[await exhibitors.make(name, event_id=event_id) for name in ("Donau Labs", "Lobau AG")]]
    booths = await exhibitors.hall(event_id, "B1–B12, 3 × 3 m, prices 2400")
    for hall in await plans.halls(event_id, clock.now()):
        await rename_hall(
            actor=PORTAL, event_id=event_id, plan_id=hall.id, name=hall.name, public=True, version=hall.version,
            now=clock.now(),
        )  # fmt: skip
    for stand, label in zip(made, ("B2", "B10"), strict=False):
        await give_booth(
            actor=PORTAL, exhibitor_id=stand.exhibitor.id, booth_id=booths[label], note="", now=clock.now()
        )
    ids = {one.exhibitor.company_name: one.exhibitor.id for one in made}
    companies = {one.exhibitor.company_name: one.exhibitor.company_id for one in made}
    return Fair(event_id, first.exhibitor.event_slug, ids, companies)
