"""Run the measurements and print ratios (ours / bare), times, memory, queries; writes bench.json."""

import argparse
import asyncio
import logging
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import structlog
from rich.console import Console
from rich.table import Table

from portal.accounts.commands import ensure_account
from portal.calendars.commands import feed_address
from portal.core import clock, db, migrating
from portal.core.embedded import private_server
from tests.bench import client, directory, programme, report, rooms, seeding
from tests.bench.measures import registrations, worker_rate
from tests.bench.server import Server

ROUNDS, SLICE, CONNECTIONS = 5, 1.5, 16
MEASURES = {
    "pages": "lists, event page, month view and feeds against a bare page",
    "directory": "10,000 companies: index, word, profile, data, search as you type",
    "programme": "883 sessions: all of them, a day by rooms, a track, one session, JSON",
    "registrations": "places taken through the form against a bare insert",
    "worker": "jobs a second",
    "rooms": "5,000 open pages of a room: memory, delay, a storm of votes, broken lines, against a bare broadcast",
    "report": "the report of a webinar of 5,000 people, statement by statement",
    "import": "5,000 events and 6,500 companies from files",
}
_console = Console()


async def _against_bare(
    name: str, bare: Server, ours: Server, make: client.Make, connections: int = CONNECTIONS
) -> dict[str, Any]:
    """Slices of bare and ours in turn; the ratio is the median over the rounds."""
    ratios, samples = [], []
    for _ in range(ROUNDS):
        base = await client.load(bare.port, lambda n: client.get("/page"), connections=connections, seconds=SLICE)
        sample = await client.load(ours.port, make, connections=connections, seconds=SLICE)
        ratios.append(sample.rate / base.rate)
        samples.append(sample)
    middle = sorted(samples, key=lambda s: s.rate)[len(samples) // 2]
    bad = {status: n for s in samples for status, n in s.statuses.items() if status >= 400}
    return {
        "name": name, "ratio": round(statistics.median(ratios), 3), "rate": round(middle.rate), "p50_ms": round(middle.p50, 2),
        "p99_ms": round(middle.p99, 2), "errors": bad,
    }  # fmt: skip


async def _measure(database: str, wanted: set[str], pages: int) -> dict[str, Any]:
    results: dict[str, Any] = {"pages": []}
    async with db.pool(size=4):
        if wanted - {"rooms", "report"}:
            await seeding.events()
        if "import" in wanted:
            results["import_6500_companies_seconds"] = round(await seeding.imported_companies(), 1)
        if wanted & {"directory"}:
            await directory.companies()
        if wanted & {"pages", "directory", "programme", "registrations"}:
            results |= await _served(database, wanted)
        if "rooms" in wanted:
            results["rooms"] = await rooms.measure(_environment(database), pages=pages, tell=_tell)
        if "report" in wanted:
            results["report"] = await report.measure(lambda name, value: _tell(name, value, of="report"))
        if "worker" in wanted:
            results["worker_jobs_per_second"] = await worker_rate()
        if "import" in wanted:
            results["import_5000_events_seconds"] = round(await seeding.imported(), 1)
    return results


def _environment(database: str) -> dict[str, str]:
    return {"DATABASE_URL": database, "PORTAL_ENV": "demo", "TRUSTED_PROXIES": "1", "LOG_FORMAT": "json"}


async def _served(database: str, wanted: set[str]) -> dict[str, Any]:
    """What is asked of the production server."""
    event_id, slug, ticket = await seeding.shop()
    await db.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, name text, email text)")
    common = _environment(database)
    bare = Server("tests.bench.bare:create_app", **common)
    fresh = Server("portal.__main__:create_app", PAGE_CACHE="false", **common)
    kept = Server("portal.__main__:create_app", **common)

    async def register(name: str, clients: int) -> list[dict[str, Any]]:
        if "registrations" not in wanted:
            return []
        return [await registrations(name, bare, kept, slug, ticket, clients=clients)]

    try:
        await bare.up("/page")
        await fresh.up("/events")
        await kept.up("/events")
        taken = await register("8 clients, no orders yet", 8)
        await seeding.orders(event_id, ticket)
        rows = await _pages(bare, fresh, kept, slug) if "pages" in wanted else []
        rows += await _companies(bare, fresh, kept) if "directory" in wanted else []
        rows += await _programme(bare, fresh, kept) if "programme" in wanted else []
        taken += await register("1 client, 50,000 orders", 1)
        taken += await register("8 clients, 50,000 orders", 8)
        return {
            "pages": rows + taken,
            "peak_mib_per_worker": round(max(fresh.peak_mib(), kept.peak_mib()), 1),
        }
    finally:
        for server in (bare, fresh, kept):
            server.stop()


async def _pages(bare: Server, fresh: Server, kept: Server, slug: str) -> list[dict[str, Any]]:
    secret, company = await _personal_feed(), await seeding.company()
    feed = "/events.ics?topic=lyophilisation&country=AT"
    month = f"/events/calendar?month={clock.now():%Y-%m}"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{kept.port}") as probe:
        etag = (await probe.get(feed)).headers["etag"]
    pages: list[tuple[str, Server, client.Make]] = [
        ("events index, rendered", fresh, lambda n: client.get("/events")),
        ("events index, unchanged", kept, lambda n: client.get("/events")),
        ("events index, unknown query", kept, lambda n: client.get(f"/events?utm_source=x{n}")),
        ("event page, rendered", fresh, lambda n: client.get(f"/events/{slug}")),
        ("event page, unchanged", kept, lambda n: client.get(f"/events/{slug}")),
        ("month view, rendered", fresh, lambda n: client.get(month)),
        ("month view, unchanged", kept, lambda n: client.get(month)),
        ("company page, rendered", fresh, lambda n: client.get(company)),
        ("company page, unchanged and counted", kept, lambda n: client.get(company)),
        ("calendar feed, built", fresh, lambda n: client.get(feed)),
        ("calendar feed, 304", kept, lambda n: client.get(feed, If_None_Match=etag)),
        ("personal feed, built", fresh, lambda n: client.get(f"/calendars/mine/{secret}.ics")),
    ]
    return [await _against_bare(name, bare, server, make) for name, server, make in pages]


async def _programme(bare: Server, fresh: Server, kept: Server) -> list[dict[str, Any]]:
    asked = programme.asked(await programme.programme())
    return [await _against_bare(name, bare, kept if unchanged else fresh, make) for name, unchanged, make in asked]


async def _companies(bare: Server, fresh: Server, kept: Server) -> list[dict[str, Any]]:
    pages: list[tuple[str, Server, client.Make]] = [
        ("directory index, rendered", fresh, lambda n: client.get("/companies")),
        ("directory index, unchanged", kept, lambda n: client.get("/companies")),
        ("directory, three filters, rendered", fresh, lambda n: client.get(
            "/companies?category=category-word-1&country=AT&country=DE&capability=capability-word-1")),
        ("page of a word, rendered", fresh, lambda n: client.get("/companies/capability/capability-word-1")),
        ("profile, rendered", fresh, lambda n: client.get(f"/companies/company-{n % 10_000}")),
        ("profile, unchanged and counted", kept, lambda n: client.get("/companies/company-17")),
        ("companies as JSON, rendered", fresh, lambda n: client.get("/api/v1/companies?per_page=20")),
    ]  # fmt: skip
    rows = [await _against_bare(name, bare, server, make) for name, server, make in pages]
    return [*rows, await _against_bare("search as you type, 2 people", bare, fresh, directory.typed, connections=2)]


async def _personal_feed() -> str:
    account_id = await ensure_account(email="b7@bench.example", name="Bench", now=clock.now())
    return await feed_address(kind="person", key=str(account_id), now=clock.now())


def _tell(name: str, value: Any, *, of: str = "rooms") -> None:
    _console.print(f"{of}, {name.replace('_', ' ')}: {value}", soft_wrap=True)


def _show(results: dict[str, Any]) -> None:
    table = Table("measurement", "ours / bare", "a second", "p50 ms", "p99 ms", "errors")
    for row in results["pages"]:
        table.add_row(row["name"], f"{row['ratio']:.3f}", str(row["rate"]), str(row["p50_ms"]), str(row["p99_ms"]),
                      str(row["errors"] or ""))  # fmt: skip
    if results["pages"]:
        _console.print(table)
    for name, value in results.items():
        if name not in ("pages", "rooms", "report"):
            _console.print(f"{name}: {value}")


def _wanted() -> tuple[set[str], int]:
    listed = "\n".join(f"  {name:15}{what}" for name, what in MEASURES.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=f"{__doc__}\n\nmeasurements:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "--only", metavar="NAME", choices=MEASURES, action="append", help="one of them; can be repeated"
    )
    parser.add_argument("--pages", metavar="N", type=int, default=rooms.PAGES, help="open pages of `rooms`")
    given = parser.parse_args()
    return set(given.only or MEASURES), given.pages


def main() -> None:
    wanted, pages = _wanted()
    os.environ.setdefault("PICCOLO_CONF", "portal.piccolo_conf")
    # What is measured is the work, not a terminal.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder, private_server(Path(folder)) as database:
        os.environ["DATABASE_URL"] = database
        db.configure(database)
        asyncio.run(migrating.apply())
        results = asyncio.run(_measure(database, wanted, pages))
    results["seconds"] = round(time.monotonic() - started)
    Path("bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    _show(results)


if __name__ == "__main__":
    main()
