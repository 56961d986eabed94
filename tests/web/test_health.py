"""Liveness, readiness, security headers, foreign forms."""

import httpx

from portal.app import create_app
from portal.core import clock, db
from portal.core.settings import Settings
from tests.core.test_settings import REAL


async def test_health_is_alive(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_ready_needs_a_worker(client: httpx.AsyncClient) -> None:
    answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "ok", "migrations": "ok", "worker": "silent"}
    await db.execute("INSERT INTO worker_heartbeat (worker, seen_at, note) VALUES ('w', $1, '')", clock.now())
    assert (await client.get("/ready")).status_code == 200


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/health", "/nowhere", "/assets/site.css"):
        headers = (await client.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]


async def test_production_insists_on_https(database: str) -> None:
    settings = Settings(**{name.lower(): value for name, value in REAL.items()}, page_cache=False)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app=create_app(settings))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        for path in ("/health", "/nowhere", "/events/%00"):
            assert (await client.get(path)).headers["strict-transport-security"] == "max-age=63072000"


async def test_unknown_page_is_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere")
    assert answer.status_code == 404
    assert "Page not found" in answer.text
