"""Open pages of a room on the production server with two processes: what the bench `rooms` does with thousands, in small."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import httpx
import pytest

from portal.core import db
from portal.webinars.live.hub import GATHER_SECONDS
from tests import database as test_database
from tests.bench import room as rooms
from tests.bench import storms
from tests.bench.room import BenchRoom
from tests.bench.rooms import Crowd, crowd, server_of
from tests.bench.server import Server

PAGES, SLOW_EVERY = 100, 10
_rooms = count(1)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    """One for all, which takes as many pages a process as there are seats: it starts longer than it is used. The last
    test stops it."""
    name = f"rooms_{os.getpid()}"
    address = await test_database.copy(name)
    db.configure(address)
    async with db.pool(size=4):
        with server_of("", DATABASE_URL=address, ROOM_PAGES=str(PAGES)) as started:
            await started.all_up()
            yield started
    await test_database.drop(name)


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[BenchRoom, Crowd]]:
    room = await rooms.make(PAGES, prefix=f"R{next(_rooms)}")
    async with crowd() as people:
        yield room, people


async def test_a_storm_is_gathered_and_who_does_not_read_holds_up_nobody(server: Server) -> None:
    async with opened() as (room, people):
        told = await people.open(server, f"{room.path}/stream", room.cookies, PAGES)
        assert (told["failed"], told["statuses"]) == ({}, {"200": PAGES})
        size, on_the_line = (await people.tell("count"))["size"]
        assert 0 < on_the_line < size / 4
        assert all(server.open_pages())
        await people.tell("slow", every=SLOW_EVERY)
        await people.tell("count")
        first, at = await room.approve()
        storm = await storms.by_form(room, server.port, rate=150, seconds=3)
        last, later = await room.approve()
        _, missing = await people.delays({first: at, last: later})
        counts = await people.tell("count")
        assert missing == 0
        assert storm.taken == len(storm.times) > PAGES
        # At once, then gathered: what was touched last may come one turn after the end.
        assert 0 < counts["least"] <= counts["most"] <= (counts["at"] - at) / GATHER_SECONDS + 2
        await people.tell("awake")
        _, missing = await people.delays({first: at, last: later})
        assert missing == 0


async def test_a_page_too_many_is_told_so_and_asks_instead(server: Server) -> None:
    async with opened() as (room, people):
        told = await people.open(server, f"{room.path}/stream", room.cookies, 5 * PAGES)
        assert set(told["statuses"]) == {"200", "429"}
        assert told["statuses"]["200"] == 2 * PAGES
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            cookies = {"cookie": f"room={room.cookies[0]}"}
            refused = await client.get(f"{room.path}/stream", headers=cookies)
            asked = await client.get(f"{room.path}/regions", headers=cookies)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        assert (asked.status_code, f'id="q-{room.shown[0]}"' in asked.text) == (200, True)


async def test_open_pages_leave_lines_for_others(server: Server) -> None:
    """Granian takes 1,024 connections in all unless it is told otherwise, and holds every further one without a word."""
    held = []
    for _ in range(1100):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        held.append(writer)
        writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" in await asyncio.wait_for(reader.readline(), 20)
    for writer in held:
        writer.close()


async def test_whoever_loses_the_process_comes_back_to_the_other_and_misses_nothing(server: Server) -> None:
    async with opened() as (room, people):
        await people.open(server, f"{room.path}/stream", room.cookies, PAGES)
        sent = dict([await room.approve()])
        _, missing = await people.delays(sent)
        assert missing == 0
        server.workers()[0].kill()
        sent |= dict([await room.approve() for _ in range(3)])
        _, missing = await people.delays(sent)
        lost = (await people.tell("count"))["lost"]
        assert (missing, 0 < lost < PAGES) == (0, True)
        await people.tell("drop", every=3)
        sent |= dict([await room.approve() for _ in range(3)])
        _, missing = await people.delays(sent)
        assert missing == 0
        # Told to stop, it lets its pages go: none of its processes has to be killed, which comes after 30 seconds. (It may say
        # so of one that has ended: where its own watcher sees that first, joining it finds nothing to wait for.)
        await server.all_up()
        assert server.stop() < 30
        assert server.process.returncode == 0
