"""`portal demo`: every process of the portal and its stand-ins on this machine, started and stopped together."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import structlog
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from portal.core import clock, db, migrating
from portal.core.embedded import private_server
from portal.core.settings import current, current_or_exit
from portal.demo import folder as folders
from portal.demo.folder import DemoRefused
from portal.demo.seed.agendas import seed_agendas
from portal.demo.seed.certificates import seed_certificates
from portal.demo.seed.desks import seed_desks
from portal.demo.seed.doings import seed_doings
from portal.demo.seed.exhibitors import seed_exhibitors
from portal.demo.seed.leads import seed_leads
from portal.demo.seed.market import seed_market
from portal.demo.seed.meetings import seed_meetings
from portal.demo.seed.orders import seed_orders
from portal.demo.seed.people import ACCOUNTS, PASSWORD
from portal.demo.seed.portraits import seed_portraits
from portal.demo.seed.programmes import seed_programmes
from portal.demo.seed.registering import seed_registering
from portal.demo.seed.run import seed
from portal.demo.seed.speaking import seed_speaking
from portal.demo.seed.stages import seed_stages
from portal.demo.seed.turnouts import seed_turnouts
from portal.demo.seed.webinars import keep_clinic, seed_rooms
from portal.demo.stripe_standin.settings import StandinRefused, refuse_production
from portal.media.flows import Media
from portal.payments.flows import Payments
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.subscriptions.flows import Subscriptions
from portal.placements.commands.booking import SPONSORSHIPS
from portal.placements.commands.subscribing import PLANS
from portal.registration.commands.ordering import PURCHASES

_START_SECONDS = 60
_STOP_SECONDS = 10


class PortBusy(Exception):
    """Another program listens on `port`."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


class Demo:
    """One demo on three ports: the portal, the stand-ins' pages after it, the mail server after those."""

    def __init__(self, *, folder: Path, port: int, console: Console) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.console = console
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self.silent = ""
        self.lock = -1

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def services_address(self) -> str:
        return f"http://localhost:{self.port + 1}"

    def run(self, *, fresh: bool) -> int:
        """Start, wait for Ctrl-C, stop; returns the exit code. Raises PortBusy and DemoRefused before anything is
        started, and ends the process where the environment holds settings that do not."""
        _refuse_production()
        for port in (self.port, self.port + 1, self.port + 2):
            _refuse_busy(port)
        with folders.held(self.folder, address=self.address) as self.lock:
            if fresh:
                folders.forget(self.folder)
            self._set_environment()
            # The processes have logs of their own; what is done here is told on the way.
            structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
            try:
                return self._run(time.monotonic())
            except KeyboardInterrupt:
                return 0

    def _run(self, started: float) -> int:
        with self._steps() as steps:
            task = steps.add_task("Starting the database")
            with private_server(self.folder) as database:
                os.environ["DATABASE_URL"] = database
                current.cache_clear()
                db.configure(database)
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
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, stopping.set)
        told = asyncio.create_task(stopping.wait())
        work = asyncio.create_task(self._bring_up(lambda text: steps.update(task, description=text)))
        try:
            await asyncio.wait({told, work}, return_when=asyncio.FIRST_COMPLETED)
            if told.done():
                return 0
            work.result()
            steps.stop()
            if fault := self._fault():
                self.console.print(fault, soft_wrap=True)
                return 1
            self._welcome(time.monotonic() - started)
            return await self._watch(told)
        finally:
            work.cancel()
            await asyncio.wait({work})
            await self._stop_all()

    async def _bring_up(self, say: Callable[[str], None]) -> None:
        say("Bringing the database up to date")
        await migrating.apply()
        say("Filling it with events")
        async with db.pool(size=4):
            await seed(now=clock.now(), say=say)
        say("Starting the portal, the worker and the stand-ins")
        await self._start_all()
        await self._until_up()
        if not self._fault():
            say("Placing the attendee’s orders")
            payments = Payments(StripeGateway.of(current()), {one.kind: one for one in (PURCHASES, SPONSORSHIPS)})
            async with db.pool(size=4):
                await seed_orders(payments=payments, now=clock.now())
                await seed_rooms(now=clock.now())
                await keep_clinic(now=clock.now())
                await seed_stages(now=clock.now())
                await seed_programmes(now=clock.now())
                await seed_exhibitors(now=clock.now())
                await seed_desks(now=clock.now())
                await seed_agendas(now=clock.now())
                await seed_certificates(now=clock.now())
                await seed_turnouts(now=clock.now())
                await seed_doings(now=clock.now())
                await seed_registering(now=clock.now())
                await seed_portraits(media=Media.of(current()), now=clock.now())
                await seed_speaking(media=Media.of(current()), now=clock.now())
                await seed_leads(now=clock.now())
                await seed_meetings(now=clock.now())
                say("Buying what some companies show")
                await seed_market(
                    payments=payments, subscriptions=Subscriptions(StripeGateway.of(current()), {PLANS.kind: PLANS}),
                    media=Media.of(current()), now=clock.now(),
                )  # fmt: skip

    def _set_environment(self) -> None:
        kept = folders.secrets_of(self.folder)
        own = {
            "PORTAL_ENV": "demo", "DATABASE_URL": "", "BASE_URL": self.address, "SECRET_KEY": kept.secret_key,
            "PORTAL_DATA": str(self.folder), "LOG_FORMAT": os.environ.get("LOG_FORMAT", "console"),
            "TERMS_URL": os.environ.get("TERMS_URL") or f"{self.services_address}/terms",
            "SMTP_URL": os.environ.get("SMTP_URL", f"smtp://127.0.0.1:{self.port + 2}"),
        }  # fmt: skip
        if not os.environ.get("STRIPE_SECRET_KEY"):
            own |= {
                "STRIPE_SECRET_KEY": kept.stripe_secret_key, "STRIPE_WEBHOOK_SECRET": kept.stripe_webhook_secret,
                "STRIPE_API_BASE": self.services_address,
            }  # fmt: skip
        os.environ.update(own)
        current.cache_clear()
        current_or_exit()

    async def _start_all(self) -> None:
        python = sys.executable
        granian = [python, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--no-ws",
                   "--workers-kill-timeout", "3"]  # fmt: skip
        await self._start("portal", [*granian, "--port", str(self.port), "portal.__main__:create_app"])
        await self._start("worker", [python, "-m", "portal", "worker"])
        await self._start("stand-ins", [*granian, "--port", str(self.port + 1), "portal.demo.services:create_services"])

    async def _start(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                pass_fds=(self.lock,),
                env={**os.environ, "DEMO_SMTP_PORT": str(self.port + 2), "PICCOLO_CONF": "portal.piccolo_conf"},
            )  # fmt: skip

    async def _until_up(self) -> None:
        """Wait until everything answers, one of the processes has fallen, or it takes too long."""
        deadline = time.monotonic() + _START_SECONDS
        async with httpx.AsyncClient(timeout=2) as client:
            for address in (f"{self.address}/ready", f"{self.services_address}/terms"):
                self.silent = address
                while not self._fallen():
                    with contextlib.suppress(httpx.HTTPError):
                        if (await client.get(address)).status_code == 200:
                            break
                    if time.monotonic() > deadline:
                        return
                    await asyncio.sleep(0.05)
        self.silent = ""

    def _fallen(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.returncode is not None]

    def _fault(self) -> str:
        """What keeps the demo from running, or nothing."""
        if fallen := self._fallen():
            logs = " ".join(escape(str(self.folder / f"{name}.log")) for name in fallen)
            return f"[red]The {' and the '.join(fallen)} stopped by itself.[/] Its log: {logs}"
        return f"[red]{self.silent} does not answer.[/] See the logs in {self.folder}." if self.silent else ""

    async def _watch(self, told: "asyncio.Task[bool]") -> int:
        waits = {asyncio.create_task(p.wait(), name=name) for name, p in self.processes.items()}
        done, pending = await asyncio.wait({told, *waits}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if told in done:
            return 0
        self.console.print(self._fault(), soft_wrap=True)
        return 1

    async def _stop_all(self) -> None:
        await asyncio.gather(*(self._stop(process) for process in self.processes.values()))

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
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
        table.add_row("", f"{self.services_address}/_control   let time go by; make webhooks come twice, late or never")
        table.add_row("", "")
        for account in ACCOUNTS:
            table.add_row(account.title, f"{account.email}   {account.does}")
        table.add_row(
            "Speaker", f"henrike@vosteekens.example   has a desk at {self.address}/speaking; the code is in the mailbox"
        )
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


def _refuse_production() -> None:
    try:
        refuse_production()
    except StandinRefused as refused:
        raise DemoRefused(
            "PORTAL_ENV is production: the demo, with its published passwords, never runs there."
        ) from refused


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortBusy(port) from error
