"""Thousands of open pages of one room on the production server: what each takes, how soon all follow, a storm of votes,
pages that do not read, lines that break; and the same of a bare Litestar broadcast.
"""

import asyncio
import contextlib
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import msgspec
import psutil

from portal.core import db
from portal.webinars.live.hub import GATHER_SECONDS
from tests.bench import room as rooms
from tests.bench import storms
from tests.bench.crowd import Order
from tests.bench.room import BenchRoom
from tests.bench.server import WORKERS, Server
from tests.bench.storms import Storm

PAGES, RATE, SECONDS = 5000, 500, 10.0
APPROVALS = 10
SLOW_EVERY, DROP_EVERY = 10, 3
_OPTIONS = ("--workers-kill-timeout", "10")
Told = dict[str, Any]


class Crowd:
    """The process with the open pages; see `tests/bench/crowd.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def tell(self, do: str, **more: Any) -> Told:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(msgspec.json.encode(Order(do=do, **more)) + b"\n")
        told: Told = msgspec.json.decode(await self.process.stdout.readline())
        return told

    async def open(self, server: Server, path: str, cookies: list[str], count: int) -> Told:
        with tempfile.NamedTemporaryFile("w", suffix=".cookies") as file:
            file.write("\n".join(cookies))
            file.flush()
            return await self.tell(
                "open", port=server.port, path=path, count=count, cookies=file.name if cookies else ""
            )

    async def delays(self, sent: dict[int, float], *, seconds: float = 60.0) -> tuple[list[float], int]:
        """Seconds from when each was sent until each page that reads had it, and how many pages lack any."""
        told = await self.tell("wait", questions=list(sent), seconds=seconds)
        return [at - sent[int(q)] for q, times in told["times"].items() for at in times], told["missing"]


@contextlib.asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.crowd", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        limit=2**28,
    )  # fmt: skip
    try:
        yield Crowd(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def measure(environment: dict[str, str], *, pages: int, tell: Callable[[str, Any], None]) -> Told:
    """Everything in turn; `tell` hears of each result when it is there."""
    results: Told = {}

    def note(**found: Any) -> None:
        for name, value in found.items():
            tell(name, value)
        results.update(found)

    note(pages=pages, processes=WORKERS, cores=psutil.cpu_count())
    room = await rooms.make(pages)
    async with crowd() as people:
        with server_of("", **environment) as server:
            await server.all_up()
            note(**await _opened(server, people, f"{room.path}/stream", room.cookies, pages))
            note(lines_to_postgresql=await _lines())
            worked = server.cpu_seconds()
            note(approve_to_seen_ms=await _approvals(people, room))
            note(cpu_us_a_page_and_message=_each(server, worked, pages))
            size, on_the_line = (await people.tell("count"))["size"]
            note(message_bytes=size, on_the_line=on_the_line)
            by_form = partial(storms.by_form, room, server.port, rate=RATE, seconds=SECONDS)
            note(storm=await _storm(people, room, by_form()))
            if results["storm"]["votes_a_second"] < RATE * 0.95:
                by_command = storms.by_command(room, rate=RATE, seconds=SECONDS)
                note(storm_by_command=await _storm(people, room, by_command))
            await people.tell("slow", every=SLOW_EVERY)
            note(storm_while_some_do_not_read=await _storm(people, room, by_form()))
            note(mib_after_storms=[round(one, 1) for one in server.mib()])
            await people.tell("awake")
            note(lines_broken=await _broken(people, room, server))
            await server.all_up()
            note(seconds_to_stop=round(server.stop(), 1))
            await people.tell("leave")
        _let_open(pages)
        with server_of(
            "tests.bench.bare:create_app", *_OPTIONS, "--backpressure", str(2 * pages), **environment
        ) as server:
            await server.all_up()
            bare = await _opened(server, people, "/stream", [], pages)
            worked = server.cpu_seconds()
            seen = await _broadcasts(people, size)
            cpu = _each(server, worked, pages)
            note(bare={**bare, "broadcast_to_seen_ms": seen, "cpu_us_a_page_and_message": cpu})
            await people.tell("leave")
    note(**_ratios(results))
    return results


@contextlib.contextmanager
def server_of(factory: str, *options: str, **environment: str) -> Iterator[Server]:
    server = Server(factory, *options, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


async def _opened(server: Server, people: Crowd, path: str, cookies: list[str], pages: int) -> Told:
    """Open them all. What was imported and compiled for the first few is not the pages'."""
    await people.open(server, path, cookies, 40)
    await people.tell("leave")
    before = server.mib()
    told = await people.open(server, path, cookies, pages)
    assert not told["failed"], told
    after = server.mib()
    return {
        "open_seconds": round(told["seconds"], 1),
        "spread": server.open_pages(),
        "mib_before": [round(one, 1) for one in before],
        "mib_after": [round(one, 1) for one in after],
        "kib_a_page": round((sum(after) - sum(before)) * 1024 / pages, 1),
    }


async def _lines() -> int:
    """Connections of the web processes to PostgreSQL: none is held for an open page."""
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
    )


async def _approvals(people: Crowd, room: BenchRoom, count: int = APPROVALS) -> Told:
    """One question after the other, in a room where nothing else happens."""
    delays: list[float] = []
    missing = 0
    for _ in range(count):
        await asyncio.sleep(2 * GATHER_SECONDS)
        question, at = await room.approve()
        found, lacking = await people.delays({question: at})
        delays += found
        missing += lacking
    return percentiles(delays) | {"pages_that_missed_one": missing}


async def _storm(people: Crowd, room: BenchRoom, storm: Coroutine[Any, Any, Storm]) -> Told:
    """While votes come in, a question is approved every two seconds."""
    await people.tell("count")
    begun = time.monotonic()
    blowing = asyncio.create_task(storm)
    sent: dict[int, float] = {}
    while not blowing.done():
        question, at = await room.approve()
        sent[question] = at
        await asyncio.wait([blowing], timeout=2)
    spent = time.monotonic() - begun
    counts = await people.tell("count")
    delays, missing = await people.delays(sent)
    done = blowing.result()
    return {
        "votes_a_second": round(done.rate),
        "refused": len(done.times) - done.taken,
        "vote_ms": percentiles(done.times),
        "broadcasts_a_second": round(counts["most"] / spent, 2),
        "approve_to_seen_ms": percentiles(delays),
        "pages_that_missed_one": missing,
    }


async def _broken(people: Crowd, room: BenchRoom, server: Server) -> Told:
    """A web process is killed, then every third line breaks; questions are approved while pages come back."""
    sent: dict[int, float] = {}
    begun = time.monotonic()
    server.workers()[0].kill()
    for _ in range(5):
        question, at = await room.approve()
        sent[question] = at
        await asyncio.sleep(0.3)
    _, missing = await people.delays(sent)
    all_back = time.monotonic() - begun
    await people.tell("drop", every=DROP_EVERY)
    for _ in range(5):
        question, at = await room.approve()
        sent[question] = at
    _, still = await people.delays(sent)
    counts = await people.tell("count")
    return {
        "lines": counts["lost"],
        "approved_meanwhile": len(sent),
        "seconds_until_all_had_all_after_a_kill": round(all_back, 1),
        "pages_that_missed_one": missing + still,
    }


async def _broadcasts(people: Crowd, size: int) -> Told:
    """The same bytes sent to all by Litestar's own server-sent events."""
    delays: list[float] = []
    for number in range(1, APPROVALS + 1):
        await asyncio.sleep(2 * GATHER_SECONDS)
        await db.execute("SELECT pg_notify('bench', $1)", f"{number} {size}")
        found, _ = await people.delays({number: time.monotonic()})
        delays += found
    return percentiles(delays)


def _each(server: Server, worked: float, pages: int) -> float:
    """Microseconds of a processor's time for one message to one page, everything about it included."""
    return round((server.cpu_seconds() - worked) * 1e6 / pages / APPROVALS, 1)


def percentiles(times: list[float]) -> dict[str, float]:
    """In milliseconds."""
    times = sorted(times) or [0.0]
    at = {"p50": len(times) // 2, "p99": min(len(times) - 1, int(len(times) * 0.99)), "longest": -1}
    return {name: round(times[n] * 1000, 1) for name, n in at.items()}


def _ratios(results: Told) -> Told:
    """Ours through bare, of the same run."""
    bare = results["bare"]
    return {
        "memory_to_bare": round(results["kib_a_page"] / bare["kib_a_page"], 2),
        "delay_p99_to_bare": round(results["approve_to_seen_ms"]["p99"] / bare["broadcast_to_seen_ms"]["p99"], 2),
    }


def _let_open(pages: int) -> None:
    """The bare server is started without `portal serve`, which sees to this itself."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 3 * pages + 1000), most))
