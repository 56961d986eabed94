"""200 buyers at once for 100 places through the real routes: exactly 100, no deadlock, every refused one is told."""

import asyncio

import httpx
import pytest

from portal.core import db
from portal.core.settings import current
from tests.factories.registration import make_shop


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buyers come from many networks; limits count each of them."""
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    current.cache_clear()
    yield
    current.cache_clear()


async def test_200_buyers_for_100_places(client: httpx.AsyncClient, behind_a_proxy: None) -> None:
    shop = await make_shop(capacity=100)
    field = f"ticket_{shop.tickets['Seat']}"

    async def buy(n: int) -> tuple[int, str]:
        network = {"X-Forwarded-For": f"198.51.{n // 250}.{n % 250 + 1}"}
        held = await client.post(f"/events/{shop.slug}/orders", data={field: "1"}, headers=network)
        if held.status_code != 303:
            return held.status_code, held.text
        path = held.headers["location"]
        details = {"first_name": "Buyer", "last_name": str(n), "email": f"b{n}@buyers.example", "s1_who": "me"}
        done = await client.post(path, data=details, headers=network)
        return done.status_code, ""

    answers = await asyncio.gather(*(buy(n) for n in range(200)))
    assert sorted(status for status, _ in answers) == [303] * 100 + [409] * 100
    assert all("Not enough places" in text and "Seat is full" in text for status, text in answers if status == 409)
    row = await db.fetch_one("SELECT capacity, taken FROM quota")
    assert row is not None
    assert tuple(row) == (100, 100)
    assert await db.fetch_value("SELECT count(*) FROM seat WHERE state = 'confirmed'") == 100
    assert await db.fetch_value("SELECT count(DISTINCT email) FROM seat_order WHERE state = 'confirmed'") == 100
