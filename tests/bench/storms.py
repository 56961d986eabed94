"""Votes for the questions of a room, as many a second as are asked for: through the page's form, or by the command behind
it in processes of their own (`python -m tests.bench.storms`), for where the form cannot take as many.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable

import msgspec

from portal.core import clock, db
from portal.webinars.commands import questions
from portal.webinars.queries import people
from portal.webinars.queries import rooms as queries
from tests.bench import client
from tests.bench.room import BenchRoom

LINES = 64


class Storm(msgspec.Struct):
    """Votes that were sent as they were due; how long each took from then on, in seconds."""

    times: list[float]
    taken: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.taken / self.seconds


async def _as_due(vote: Callable[[], Awaitable[bool]], *, rate: float, seconds: float, at_once: int) -> Storm:
    """Vote as time goes by. Who finds all lines busy waits, but not longer than the storm."""
    begun = time.monotonic()
    due = iter([begun + n / rate for n in range(round(rate * seconds))])
    times: list[float] = []
    taken = 0

    async def one() -> None:
        nonlocal taken
        for at in due:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            if time.monotonic() > begun + seconds:
                return
            was_taken = await vote()
            taken += was_taken
            times.append(time.monotonic() - at)

    await asyncio.gather(*(one() for _ in range(at_once)))
    return Storm(times, taken, time.monotonic() - begun)


async def by_form(room: BenchRoom, port: int, *, rate: int, seconds: float) -> Storm:
    """Through the page's own form, each vote from the next seat."""
    lines = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    for _ in range(LINES):
        lines.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def vote() -> bool:
        seat, question = room.next_vote()
        address = f"{room.path}/questions/{question}/vote"
        line = await lines.get()
        line[1].write(client.post(address, "", Cookie=f"room={room.cookies[seat]}", HX_Request="true"))
        status, _ = await client.answer(line[0])
        lines.put_nowait(line)
        return status < 300

    storm = await _as_due(vote, rate=rate, seconds=seconds, at_once=LINES)
    while not lines.empty():
        lines.get_nowait()[1].close()
    return storm


class Share(msgspec.Struct):
    """What one of several processes is to do."""

    room: BenchRoom
    rate: float
    seconds: float


async def by_command(room: BenchRoom, *, rate: int, seconds: float, processes: int = 2) -> Storm:
    """By the command, from several processes."""
    each = round(rate * seconds) // processes
    voting = []
    for _ in range(processes):
        share = Share(msgspec.structs.replace(room), rate / processes, seconds)
        room.voted += each
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.storms", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        voting.append(process.communicate(msgspec.json.encode(share)))
    done = [msgspec.json.decode(told, type=Storm) for told, _ in await asyncio.gather(*voting)]
    return Storm(
        [t for one in done for t in one.times], sum(one.taken for one in done), max(one.seconds for one in done)
    )


async def _share() -> None:
    share = msgspec.json.decode(sys.stdin.buffer.read(), type=Share)
    db.configure(os.environ["DATABASE_URL"])
    async with db.pool(size=8):
        room = await queries.by_id(share.room.webinar_id)
        assert room is not None

        async def vote() -> bool:
            seat, question = share.room.next_vote()
            voter = await people.by_seat(share.room.seats[seat])
            assert voter is not None
            await questions.vote(room=room, who=voter, question_id=question, now=clock.now())
            return True

        storm = await _as_due(vote, rate=share.rate, seconds=share.seconds, at_once=8)
    sys.stdout.buffer.write(msgspec.json.encode(storm))


if __name__ == "__main__":
    asyncio.run(_share())
