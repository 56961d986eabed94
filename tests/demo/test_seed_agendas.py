"""The demo’s attendee has an agenda with two that overlap, and a plan B."""

import pytest

from portal.core import clock, db
from portal.demo.seed.agendas import SAVED, seed_agendas
from portal.demo.seed.programmes import seed_programmes

pytestmark = pytest.mark.usefixtures("begun")


async def test_it_is_made_once() -> None:
    now = clock.now()
    await seed_programmes(now=now)
    for _ in range(2):
        await seed_agendas(now=now)
    rows = await db.fetch(
        "SELECT instead_of FROM agenda_entry WHERE agenda = (SELECT id FROM agenda WHERE account IS NOT NULL)"
    )
    assert len(rows) == len(SAVED)
    assert sum(row["instead_of"] is not None for row in rows) == 1
