"""The demo's programmes: people, series, sponsors and certificates on its webinars, once; each new clinic gets its own."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.demo.seed.stages import read, seed_stages
from portal.demo.seed.webinars import keep_clinic, seed_rooms
from tests.events.reading import titles, words

pytestmark = pytest.mark.usefixtures("begun")
_COUNTED = """
SELECT (SELECT count(*) FROM speaker) AS people, (SELECT count(*) FROM series) AS series,
    (SELECT count(*) FROM webinar_speaker) AS places, (SELECT count(*) FROM webinar_sponsor) AS sponsors
"""


async def test_programmes_are_made_once_and_for_each_clinic(client: httpx.AsyncClient) -> None:
    now = clock.now()
    await seed_rooms(now=now)
    await keep_clinic(now=now)
    await seed_stages(now=now)
    first = dict(await db.fetch_one(_COUNTED) or {})
    await seed_stages(now=now)
    assert dict(await db.fetch_one(_COUNTED) or {}) == first
    content = read()
    assert (first["people"], first["series"]) == (len(content.speakers), len(content.series))
    page = (await client.get("/webinars?speaker=marit-solheim")).text
    assert titles(page)[0].startswith("Annex 1 clinic")
    assert "Sponsored by Isarwerk Biologics GmbH" in words(page)
    await keep_clinic(now=now + timedelta(hours=2))
    await seed_stages(now=now + timedelta(hours=2))
    assert await db.fetch_value("SELECT count(*) FROM webinar_speaker") == first["places"] + 3
