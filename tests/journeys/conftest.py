"""The whole demo, started as a newcomer starts it: one command in an empty folder."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

_UP_SECONDS = 150


class RunningDemo(msgspec.Struct):
    """Addresses of a demo that is up."""

    portal: str
    services: str
    process: asyncio.subprocess.Process
    folder: Path


def _three_ports() -> int:
    for first in range(18000 + os.getpid() % 4000, 60000, 7):
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + 3):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no three free ports in a row")


@contextlib.asynccontextmanager
async def demo_in(folder: Path, *, ended_by: signal.Signals = signal.SIGINT) -> AsyncIterator[RunningDemo]:
    """`portal demo` on free ports; ended by SIGINT, as Ctrl-C does, or SIGHUP, as closing the terminal does."""
    port = _three_ports()
    hidden = {"DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_URL", "PORTAL_ENV", "BASE_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    log = (folder / "demo.out").open("wb")
    with log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "portal", "demo", "--port", str(port),
            env={**environment, "PORTAL_DATA": str(folder / "data")}, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    demo = RunningDemo(f"http://localhost:{port}", f"http://localhost:{port + 1}", process, folder)
    try:
        await _until_up(demo)
        yield demo
    finally:
        if process.returncode is None:
            process.send_signal(ended_by)
        await asyncio.wait_for(process.wait(), 60)


async def _until_up(demo: RunningDemo) -> None:
    async with asyncio.timeout(_UP_SECONDS), httpx.AsyncClient() as client:
        while demo.process.returncode is None:
            with contextlib.suppress(httpx.TransportError):
                ready = await client.get(f"{demo.portal}/ready")
                mail = await client.get(f"{demo.services}/mail")
                if (ready.status_code, mail.status_code) == (200, 200):
                    return
            await asyncio.sleep(0.1)
    raise AssertionError((demo.folder / "demo.out").read_text())


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """A folder the database's own user may enter; pytest's are closed to it whenever another run starts."""
    folder = Path(tempfile.mkdtemp(prefix="portal-journey-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
