"""The demo's owners have statistics to look at: the same on every first day, counted once."""

from datetime import datetime

import pytest

from portal.core import db
from portal.demo.seed.audience import seed_audience
from tests.directory.conftest import organisation
from tests.factories import companies

pytestmark = pytest.mark.usefixtures("database")


async def test_owned_companies_come_first_and_a_second_start_adds_nothing(now: datetime) -> None:
    await companies.make_many(2, now=now)
    owned = await companies.make("Zulu AG", owner=await organisation(), now=now)
    await seed_audience(now=now)
    counted = "SELECT sum(times) FROM company_day WHERE reason = ''"
    before = await db.fetch_value(counted)
    assert await db.fetch_value(f"{counted} AND company = $1 AND kind = 'view'", owned) > 100
    await seed_audience(now=now)
    assert await db.fetch_value(counted) == before
    assert await db.fetch_value("SELECT count(*) FROM company_visit") == 0
