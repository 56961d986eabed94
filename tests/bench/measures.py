"""Free registration through the form against a bare insert, and what the worker gets done."""

import asyncio
import statistics
import time
from typing import Any, Protocol

from portal import wiring, worker
from portal.core import db
from portal.core.jobs import enqueue_many
from portal.core.settings import current
from tests.bench import client

ROUNDS, SLICE = 3, 2.0


class Listening(Protocol):
    port: int


async def registrations(
    name: str, bare: Listening, ours: Listening, slug: str, ticket: int, *, clients: int
) -> dict[str, Any]:
    """Whole registrations (hold, details, confirmed) a second over bare inserts a second."""
    ratios, rates, times = [], [], []
    for _ in range(ROUNDS):
        base = await client.load(
            bare.port, lambda n: client.post("/insert", f"name=Buyer+{n}&email=b{n}%40bench.example"),
            connections=clients, seconds=SLICE,
        )  # fmt: skip
        done, spent = await _register(ours.port, slug, ticket, clients)
        ratios.append(len(done) / spent / base.rate)
        rates.append(len(done) / spent)
        times += done
    times.sort()
    return {
        "name": f"free registration, {name}", "ratio": round(statistics.median(ratios), 3),
        "rate": round(statistics.median(rates)), "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1), "errors": {},
    }  # fmt: skip


_numbers = iter(range(10**9))


async def _register(port: int, slug: str, ticket: int, clients: int) -> tuple[list[float], float]:
    times: list[float] = []
    begun = time.perf_counter()
    deadline = begun + SLICE

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < deadline:
            n = next(_numbers)
            network = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
            writer.write(client.post(f"/events/{slug}/orders", f"ticket_{ticket}=1", X_Forwarded_For=network))
            status, headers = await client.answer(reader)
            assert status == 303, status
            details = f"first_name=Ada&last_name=B{n}&email=n{n}%40bench.example&s1_who=me"
            writer.write(client.post(headers[b"location"].decode(), details, X_Forwarded_For=network))
            status, _ = await client.answer(reader)
            assert status == 303, status
            times.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return times, time.perf_counter() - begun


async def worker_rate(count: int = 2000) -> float:
    """Jobs a second of the cheapest kind: what the queue itself costs."""
    await db.execute("DELETE FROM pgqueuer")
    async with db.transaction():
        await enqueue_many("registration.offer_places", [{"event": -n} for n in range(1, count + 1)])
    started = time.perf_counter()
    await worker.drain(wiring.services(current()))
    taken = time.perf_counter() - started
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer") == 0, "some jobs were not done"
    return round(count / taken)
