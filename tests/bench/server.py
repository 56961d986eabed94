"""The servers that are measured: the production server's two processes, and what they take."""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from tests.serving import free_port

WORKERS = 2


class Server:
    """Granian with two workers on a free port; without a `factory`, as `portal serve` starts it."""

    def __init__(self, factory: str = "", *options: str, **environment: str) -> None:
        self.port = free_port()
        granian = ["granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--no-ws", factory]
        program = granian if factory else ["portal", "serve"]
        command = [sys.executable, "-m", *program, "--workers", str(WORKERS), "--port", str(self.port), *options]
        self.said = ""
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the server)
        self.process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=self._output, stderr=subprocess.STDOUT
        )

    async def up(self, path: str) -> None:
        async with httpx.AsyncClient(timeout=5) as probe:
            for _ in range(1200):
                try:
                    if (await probe.get(f"http://127.0.0.1:{self.port}{path}")).status_code < 500:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise RuntimeError(f"no answer at {path}")

    async def all_up(self) -> None:
        """Until every worker takes connections: one may be a second later than the other."""
        async with asyncio.timeout(300):
            while True:
                probes = [one for one in await asyncio.gather(*(self._probe() for _ in range(32))) if one is not None]
                await asyncio.sleep(0.05)
                # As long as nobody listens, looking who took the lines would only take time from who is starting.
                taken = self.open_pages() if probes else []
                for writer in probes:
                    writer.close()
                if len(taken) == WORKERS and all(taken):
                    return

    async def _probe(self) -> asyncio.StreamWriter | None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return None
        return writer

    def workers(self) -> list[psutil.Process]:
        """The web processes. (Whatever else was started for a moment is a child as well.)"""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "granian" in child.name() and child.status() != psutil.STATUS_ZOMBIE:
                    found.append(child)
        return found

    def mib(self) -> list[float]:
        """What each web process takes now: its own pages, and its share of those it has in common with others (PSS)."""
        return [_line(f"/proc/{one.pid}/smaps_rollup", "Pss:") for one in self.workers()]

    def cpu_seconds(self) -> float:
        """What the web processes have worked so far."""
        return sum(spent.user + spent.system for spent in (one.cpu_times() for one in self.workers()))

    def open_pages(self) -> list[int]:
        """Connections of clients to each web process."""
        counts = []
        for one in self.workers():
            with contextlib.suppress(psutil.NoSuchProcess):
                lines = one.net_connections("tcp")
                counts.append(sum(x.status == psutil.CONN_ESTABLISHED and x.laddr.port == self.port for x in lines))
        return counts

    def peak_mib(self) -> float:
        """The largest worker's peak resident memory."""
        return max((_line(f"/proc/{one.pid}/status", "VmHWM:") for one in self.workers()), default=0.0)

    def stop(self) -> float:
        """Tell it to stop; the seconds it took. What it wrote is in `said` then."""
        begun = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            for one in (*self.workers(), self.process):
                one.kill()
            self.process.wait()
        spent = time.monotonic() - begun
        self._output.seek(0)
        self.said = self._output.read().decode()
        self._output.close()
        return spent


def _line(file: str, name: str) -> float:
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0
