"""A small HTTP client on raw streams: the servers are measured, not it."""

import asyncio
import time
from collections.abc import Callable

import msgspec


class Sample(msgspec.Struct):
    """One slice of load: answers a second and their times in milliseconds."""

    rate: float
    p50: float
    p99: float
    statuses: dict[int, int]


Make = Callable[[int], bytes]


async def load(port: int, make: Make, *, connections: int, seconds: float) -> Sample:
    """Keep `connections` busy with `make(n)` requests for some seconds."""
    times: list[float] = []
    statuses: dict[int, int] = {}
    deadline = time.perf_counter() + seconds
    counter = iter(range(10**9))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < deadline:
            writer.write(make(next(counter)))
            status, _ = await answer(reader)
            times.append(time.perf_counter() - started)
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    spent = time.perf_counter() - begun
    times.sort()
    count = len(times)
    return Sample(count / spent, times[count // 2] * 1000, times[min(count - 1, int(count * 0.99))] * 1000, statuses)


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes]]:
    """Read one response to its end; gives status and headers."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines[1:] if b": " in line)
    # Locations keep their case.
    for line in lines[1:]:
        if line.lower().startswith(b"location: "):
            headers[b"location"] = line.split(b": ", 1)[1]
    if length := int(headers.get(b"content-length", b"0")):
        await reader.readexactly(length)
    elif headers.get(b"transfer-encoding") == b"chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head[9:12]), headers


def get(path: str, **headers: str) -> bytes:
    """A GET as bytes."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n{more}\r\n".encode()


def post(path: str, body: str, **headers: str) -> bytes:
    """A form sent from our own page."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n{more}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()
