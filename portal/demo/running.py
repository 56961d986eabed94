"""`portal demo`: every process of the portal and its stand-ins on this machine, started and stopped together."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from portal.core import clock, db, migrations
from portal.core.embedded import private_server
from portal.core.settings import current
from portal.demo.seed.people import ACCOUNTS, PASSWORD
from portal.demo.seed.run import seed

_START_SECONDS = 60
_STOP_SECONDS = 10


class PortBusy(Exception):
    """Another program listens on `port`."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


class _Secrets(msgspec.Struct):
    """Made once per demo folder, so that a second start understands the first one's signatures."""

    secret_key: str
    stripe_secret_key: str
    stripe_webhook_secret: str


class Demo:
    """One demo on three ports: the portal, the stand-ins' pages after it, the mail server after those."""

    def __init__(self, *, folder: Path, port: int, console: Console) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.console = console
        self.processes: dict[str, asyncio.subprocess.Process] = {}

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def services_address(self) -> str:
        return f"http://localhost:{self.port + 1}"

    def run(self, *, fresh: bool) -> int:
        """Start, wait for Ctrl-C, stop; returns the exit code. Raises PortBusy before anything is started."""
        for port in (self.port, self.port + 1, self.port + 2):
            _refuse_busy(port)
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        started = time.monotonic()
        with self._steps() as steps:
            task = steps.add_task("Starting the database")
            with private_server(self.folder) as database:
                self._set_environment(database)
                return asyncio.run(self._live(steps, task, started))

    def _steps(self) -> Progress:
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )

    async def _live(self, steps: Progress, task: TaskID, started: float) -> int:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stopping.set)

        def say(text: str) -> None:
            steps.update(task, description=text)

        try:
            say("Bringing the database up to date")
            await migrations.apply()
            say("Filling it with events")
            async with db.pool(size=4):
                await seed(now=clock.now(), say=say)
            say("Starting the portal, the worker and the stand-ins")
            await self._start_all()
            await self._wait_until_up(stopping)
            steps.stop()
            if not stopping.is_set() and not self._fallen():
                self._welcome(time.monotonic() - started)
            return await self._watch(stopping)
        finally:
            steps.stop()
            await self._stop_all()

    def _set_environment(self, database: str) -> None:
        kept = self._secrets()
        own = {
            "PORTAL_ENV": "demo", "DATABASE_URL": database, "BASE_URL": self.address, "SECRET_KEY": kept.secret_key,
            "PORTAL_DATA": str(self.folder), "LOG_FORMAT": os.environ.get("LOG_FORMAT", "console"),
            "SMTP_URL": os.environ.get("SMTP_URL", f"smtp://127.0.0.1:{self.port + 2}"),
        }  # fmt: skip
        if not os.environ.get("STRIPE_SECRET_KEY"):
            own |= {
                "STRIPE_SECRET_KEY": kept.stripe_secret_key, "STRIPE_WEBHOOK_SECRET": kept.stripe_webhook_secret,
                "STRIPE_API_BASE": self.services_address,
            }  # fmt: skip
        os.environ.update(own)
        current.cache_clear()
        db.configure(database)

    def _secrets(self) -> _Secrets:
        file = self.folder / "secrets.json"
        if not file.exists():
            made = _Secrets(
                secret_key=secrets.token_urlsafe(36),
                stripe_secret_key=f"sk_test_{secrets.token_hex(16)}",
                stripe_webhook_secret=f"whsec_{secrets.token_hex(16)}",
            )
            file.write_bytes(msgspec.json.encode(made))
            file.chmod(0o600)
        return msgspec.json.decode(file.read_bytes(), type=_Secrets)

    async def _start_all(self) -> None:
        python = sys.executable
        granian = [
            python,
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--factory",
            "--host",
            "127.0.0.1",
            "--no-ws",
        ]
        await self._start("portal", [*granian, "--port", str(self.port), "portal.app:create_app"])
        await self._start("worker", [python, "-m", "portal.cli", "worker"])
        await self._start("stand-ins", [*granian, "--port", str(self.port + 1), "portal.demo.services:create_services"])

    async def _start(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "DEMO_SMTP_PORT": str(self.port + 2), "PICCOLO_CONF": "portal.piccolo_conf"},
            )  # fmt: skip

    async def _wait_until_up(self, stopping: asyncio.Event) -> None:
        deadline = time.monotonic() + _START_SECONDS
        async with httpx.AsyncClient(timeout=2) as client:
            for address in (f"{self.address}/ready", f"{self.services_address}/mail"):
                while not stopping.is_set() and not self._fallen():
                    with contextlib.suppress(httpx.HTTPError):
                        if (await client.get(address)).status_code == 200:
                            break
                    if time.monotonic() > deadline:
                        self.console.print(f"[red]{address} does not answer.[/] See the logs in {self.folder}.")
                        stopping.set()
                    await asyncio.sleep(0.05)

    def _fallen(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.returncode is not None]

    async def _watch(self, stopping: asyncio.Event) -> int:
        waits = {asyncio.create_task(p.wait(), name=name) for name, p in self.processes.items()}
        told = asyncio.create_task(stopping.wait())
        done, pending = await asyncio.wait({told, *waits}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if told in done:
            return 0
        for name in self._fallen():
            self.console.print(f"[red]The {name} stopped by itself.[/] Its log: {self.folder / f'{name}.log'}")
        return 1

    async def _stop_all(self) -> None:
        alive = [process for process in self.processes.values() if process.returncode is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in alive:
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    def _welcome(self, seconds: float) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_row("[bold]Portal[/]", self.address)
        table.add_row("Mailbox", f"{self.services_address}/mail   every mail the portal sends")
        table.add_row("Payments", "card 4242 4242 4242 4242, any date to come, any CVC")
        table.add_row("", f"{self.services_address}/_control   make webhooks come twice, late or never")
        table.add_row("", "")
        for account in ACCOUNTS:
            table.add_row(account.title, f"{account.email}   {account.does}")
        table.add_row("Password", f"{PASSWORD}   for all of them")
        table.add_row("", "")
        table.add_row("Data and logs", str(self.folder))
        self.console.print(
            Panel(
                table,
                title=f"The demo runs (after {seconds:.1f} s)",
                subtitle="Ctrl-C stops it",
                expand=False,
            )
        )


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortBusy(port) from error
