"""The portal on a real socket, for whatever needs one: schemathesis, browsers."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """Serve the application in this process until the block ends; gives its address."""
    port = free_port()
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    task = asyncio.create_task(server.serve())
    address = f"http://127.0.0.1:{port}"
    try:
        await _until_up(address, task)
        yield address
    finally:
        server.stop()
        # It waits for every answer: a page left open by a failed test would keep it for ever.
        async with asyncio.timeout(20):
            await task
        for name, handler in handlers.items():
            signal.signal(name, handler)


async def _until_up(address: str, task: "asyncio.Task[None]") -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(2000):
            if task.done():
                task.result()
            try:
                await client.get(f"{address}/health")
            except httpx.TransportError:
                await asyncio.sleep(0.005)
            else:
                return
    raise AssertionError("the server did not come up")
