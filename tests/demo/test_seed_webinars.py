"""The demo's rooms: something is live whenever it starts, and the rest is made once."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.demo.seed.webinars import keep_clinic, seed_rooms
from tests.paying import text_of

pytestmark = pytest.mark.usefixtures("begun")


async def states() -> dict[str, int]:
    rows = await db.fetch("SELECT state, count(*) AS n FROM webinar GROUP BY 1")
    return {row["state"]: row["n"] for row in rows}


async def test_something_is_live_at_every_start(client: httpx.AsyncClient) -> None:
    now = clock.now()
    for _ in range(2):
        await seed_rooms(now=now)
        await keep_clinic(now=now)
    made = await states()
    assert (made["live"], made["replay"], made["scheduled"] > 10) == (1, 5, True)
    claim = await db.fetch_value(
        "SELECT s.claim_secret FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN webinar w ON w.event = o.event "
        "WHERE w.state = 'live' AND s.email = 'amara@brennhof.example'"
    )
    assert (await client.post(f"/join/{claim}")).status_code == 303
    slug = await db.fetch_value("SELECT e.slug FROM webinar w JOIN event e ON e.id = w.event WHERE w.state = 'live'")
    assert "It is live now." in text_of(await client.get(f"/webinars/{slug}/room"))
    assert "Forty inspections gave 118 findings." in text_of(
        await client.get("/webinars/change-control-across-three-sites/replay")
    )
    await keep_clinic(now=now + timedelta(hours=2))
    assert (await states())["live"] == 2
