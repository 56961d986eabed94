"""Thousands of open pages, in a process of their own, so that the servers' memory is not theirs: `python -m tests.bench.crowd`.

Reads one order a line (JSON) and answers each with a line. A page behaves like a browser: it keeps the id of what it was
sent last, and comes back with it a moment after its line is lost.
"""

import asyncio
import random
import re
import resource
import sys
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

_AT_ONCE = 128
_PER_SOURCE = 20_000
_QUESTION = re.compile(rb'id="q-(\d+)"')
_ID = re.compile(rb"^id: (.*)$", re.M)
_ZIP_BEGINS = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


class Order(msgspec.Struct):
    """What is to be done; the other fields are of `open`, or say which of the pages are meant (every `every`-th)."""

    do: str
    port: int = 0
    path: str = ""
    cookies: str = ""
    count: int = 0
    every: int = 1
    questions: list[int] = []
    seconds: float = 60.0


class Told(msgspec.Struct, frozen=True):
    """An event: its id, the questions it shows (None where it says nothing of them), and how long it is."""

    have: bytes
    questions: frozenset[int] | None
    size: int


def _told(sent: bytes) -> Told | None:
    said = sent.removeprefix(_ZIP_BEGINS)
    if not said.startswith((b"id: ", b"retry: ", b": ", b"event: ")):
        said = zlib.decompressobj(-zlib.MAX_WBITS).decompress(said)
    if (found := _ID.search(said)) is None:
        return None
    questions = frozenset(map(int, _QUESTION.findall(said))) if b'data-region="questions"' in said else None
    return Told(found[1].strip(), questions, len(said))


class Page(asyncio.Protocol):
    """One open page."""

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self.crowd = crowd
        self.number = number
        self.have = b""
        self.knows: frozenset[int] = frozenset()
        self.messages = 0
        self.is_slow = False
        self.leaving = False
        self.rest = b""
        self.headed = False
        self.transport: asyncio.Transport | None = None
        self.told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport, self.rest, self.headed = transport, b"", False
        last = b"Last-Event-ID: %s\r\n" % self.have if self.have else b""
        cookie = self.crowd.cookies[self.number % len(self.crowd.cookies)]
        transport.write(
            b"GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nCookie: room=%s\r\n%s\r\n"
            % (self.crowd.path, cookie, last)
        )

    def data_received(self, data: bytes) -> None:
        rest = self.rest + data if self.rest else data
        if not self.headed:
            head, found, rest = rest.partition(b"\r\n\r\n")
            if not found:
                self.rest = head
                return
            self.headed = True
            status = int(head[9:12])
            self.crowd.statuses[status] += 1
            if status != 200:
                self.refuse()
                return
        at = 0
        while (end := rest.find(b"\r\n", at)) >= 0:
            size = int(rest[at:end], 16)
            if size == 0 or len(rest) < end + 4 + size:
                break
            self.event(rest[end + 2 : end + 2 + size])
            at = end + 4 + size
        self.rest = rest[at:] if at else rest

    def refuse(self) -> None:
        """A browser tries no more."""
        self.leaving = True
        assert self.transport is not None
        self.transport.abort()
        if not self.told.done():
            self.told.set_result(None)

    def event(self, sent: bytes) -> None:
        """A chunk is what the server sent in one go: an event, or a comment."""
        told = self.crowd.read(sent)
        if told is None:
            return
        self.have = told.have
        self.messages += 1
        if told.questions is not None and told.questions != self.knows:
            now = time.monotonic()
            for question in told.questions - self.knows:
                self.crowd.seen.setdefault(question, []).append((now, self.is_slow))
            self.knows = told.questions
        if not self.told.done():
            self.told.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if not self.leaving:
            self.crowd.lost += 1
            self.crowd.spawn(self.come_back())

    async def come_back(self) -> None:
        """As a browser does, a moment later."""
        await asyncio.sleep(random.uniform(0.5, 1.5))
        while not self.leaving:
            try:
                await self.crowd.connect(self)
                return
            except OSError:
                await asyncio.sleep(0.3)


class Crowd:
    """All of them."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.cookies = [b""]
        self.path = b"/"
        self.port = 0
        self.statuses: Counter[int] = Counter()
        self.lost = 0
        self.seen: dict[int, list[tuple[float, bool]]] = {}
        self.sizes: Counter[tuple[int, int]] = Counter()
        self._read: dict[bytes, Told | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._door = asyncio.Semaphore(_AT_ONCE)

    def read(self, sent: bytes) -> Told | None:
        """The event in a chunk, if it is one. What thousands of pages were sent is read once."""
        try:
            told = self._read[sent]
        except KeyError:
            told = self._read[sent] = _told(sent)
        if told is not None:
            self.sizes[told.size, len(sent)] += 1
        return told

    def spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def connect(self, page: Page) -> None:
        async with self._door:
            page.told = asyncio.get_running_loop().create_future()
            source = f"127.0.0.{2 + page.number // _PER_SOURCE}"
            await asyncio.get_running_loop().create_connection(
                lambda: page, "127.0.0.1", self.port, local_addr=(source, 0)
            )
            await asyncio.wait_for(asyncio.shield(page.told), 60)

    async def obey(self, order: Order) -> dict[str, Any]:
        done: dict[str, Any] = await getattr(self, f"_{order.do}")(order)
        return done

    async def _open(self, order: Order) -> dict[str, Any]:
        """Open pages; each counts once it was sent what there is."""
        self.port, self.path = order.port, order.path.encode()
        self.cookies = Path(order.cookies).read_bytes().split() if order.cookies else [b""]
        made = [Page(self, len(self.pages) + n) for n in range(order.count)]
        begun = time.monotonic()
        done = await asyncio.gather(*(self.connect(page) for page in made), return_exceptions=True)
        self.pages += made
        failed = Counter(type(one).__name__ for one in done if isinstance(one, BaseException))
        return {
            "seconds": time.monotonic() - begun,
            "failed": failed,
            "statuses": {str(k): v for k, v in self.statuses.items()},
        }

    async def _wait(self, order: Order) -> dict[str, Any]:
        """Until every page that reads has seen these questions; when each did, and how many never did in time."""
        wanted = set(order.questions)
        until = time.monotonic() + order.seconds
        while time.monotonic() < until and any(not wanted <= page.knows for page in self.pages if not page.is_slow):
            await asyncio.sleep(0.02)
        missing = sum(not wanted <= page.knows for page in self.pages if not page.is_slow)
        times = {str(q): [at for at, slow in self.seen.get(q, []) if not slow] for q in order.questions}
        return {"missing": missing, "times": times}

    async def _count(self, order: Order) -> dict[str, Any]:
        """Messages a page was sent since the last time this was asked, and what else happened."""
        counts = sorted(page.messages for page in self.pages if not page.is_slow)
        for page in self.pages:
            page.messages = 0
        bulk = self.sizes.most_common(1)
        told = {
            "at": time.monotonic(), "least": counts[0], "most": counts[-1], "all": sum(counts), "lost": self.lost,
            "open": sum(page.transport is not None for page in self.pages), "size": bulk[0][0] if bulk else (0, 0),
        }  # fmt: skip
        self.lost = 0
        self.sizes.clear()
        return told

    async def _slow(self, order: Order) -> dict[str, Any]:
        """Every so many pages read nothing any more."""
        for page in self.pages[:: order.every]:
            page.is_slow = True
            if page.transport is not None:
                page.transport.pause_reading()
        return {}

    async def _awake(self, order: Order) -> dict[str, Any]:
        for page in self.pages:
            if page.is_slow and page.transport is not None:
                page.transport.resume_reading()
            page.is_slow = False
        return {}

    async def _drop(self, order: Order) -> dict[str, Any]:
        """Lines break."""
        for page in self.pages[:: order.every]:
            if page.transport is not None:
                page.transport.abort()
        return {}

    async def _leave(self, order: Order) -> dict[str, Any]:
        for page in self.pages:
            page.leaving = True
            if page.transport is not None:
                page.transport.abort()
        self.pages.clear()
        self.statuses.clear()
        self.seen.clear()
        return {}


async def _obeying() -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    crowd = Crowd()
    while line := await orders.readline():
        told = await crowd.obey(msgspec.json.decode(line, type=Order))
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    import uvloop

    uvloop.run(_obeying())


if __name__ == "__main__":
    main()
