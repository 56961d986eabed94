"""The `portal` command."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from portal.accounts.actors import PORTAL
from portal.accounts.commands import grant_role, revoke_role
from portal.accounts.queries import staff_members
from portal.accounts.rules import address
from portal.accounts.tables import StaffRole
from portal.checking import run_checks
from portal.core import clock, db, migrating, migrations
from portal.core.embedded import private_server
from portal.core.errors import DomainError, Invalid, NotFound
from portal.core.processes import let_open, run_to_its_end
from portal.core.settings import Settings, current, current_or_exit
from portal.demo.folder import DemoRefused
from portal.demo.running import Demo, PortBusy
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.importing.command_line import import_companies_command
from portal.events.importing.command_line import import_events_command
from portal.leads.chain.command_line import leads
from portal.programme.importing.command_line import import_programme_command
from portal.worker import run as run_worker

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Tradefloor: the portal B2B trade publishers run.\n\nNew here? `portal demo` starts everything on this machine, "
    "with events to click through and payments that cost nothing.",
)
staff = typer.Typer(no_args_is_help=True, help="The publisher's own people and their roles.")
imports = typer.Typer(no_args_is_help=True, help="Bring your own data in. Importing a file twice changes nothing.")
app.add_typer(staff, name="staff")
app.add_typer(imports, name="import")
app.add_typer(leads, name="leads")
console = Console(stderr=True)

_NO_DATABASE = 69  # EX_UNAVAILABLE of sysexits.h
_OTHER_LINES = 1024  # connections of a web process beside those of open rooms
_OTHER_FILES = 512  # files, and lines to the database


@contextmanager
def _settings() -> Iterator[Settings]:
    """The settings, with a private database when DATABASE_URL names none; leaves with words when they do not hold."""
    settings = current_or_exit()
    if settings.database_url:
        db.configure(settings.database_url)
        _reach()
        yield settings
        return
    with private_server(Path(settings.portal_data)) as address:
        os.environ["DATABASE_URL"] = address
        current.cache_clear()
        db.configure(address)
        yield current()


def _reach() -> None:
    try:
        asyncio.run(db.reach())
    except db.Unreachable as problem:
        console.print(f"[red]Database:[/] {problem}", soft_wrap=True)
        raise typer.Exit(_NO_DATABASE) from problem


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the portal; the two after it serve the stand-ins.")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything and begin anew.")] = False,
) -> None:
    """Start everything on this machine: database, portal, worker, a stand-in for Stripe and a mailbox.

    Data stays in .portal/ between starts. Ctrl-C stops all of it. With STRIPE_SECRET_KEY set, the portal speaks to
    Stripe itself and the stand-in is not started.
    """
    try:
        code = Demo(folder=Path(os.environ.get("PORTAL_DATA", ".portal")), port=port, console=console).run(fresh=fresh)
    except PortBusy as busy:
        console.print(f"[red]Port {busy.port} is in use[/] by another program. Stop that one, or move the demo: "
                      f"[bold]portal demo --port {port + 10}[/]")  # fmt: skip
        raise typer.Exit(2) from busy
    except DemoRefused as refused:
        console.print(f"[red]{escape(str(refused))}[/]", soft_wrap=True)
        raise typer.Exit(2) from refused
    raise typer.Exit(code)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Web processes.")] = 1,
) -> None:
    """Serve the portal (Granian). In production the Procfile's `web` line does this.

    On SIGTERM requests in hand are finished. Behind DATABASE_URL this process becomes the server itself.
    """
    settings = current_or_exit()
    # Granian's back-pressure counts connections, and an open page of a room is one for as long as it is open.
    lines = settings.room_pages + _OTHER_LINES
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "portal.__main__:create_app",
               "--host", host, "--port", str(port), "--workers", str(workers), "--no-ws", "--respawn-failed-workers",
               "--workers-kill-timeout", "30", "--backpressure", str(lines)]  # fmt: skip
    if (files := let_open(lines + _OTHER_FILES)) < lines + _OTHER_FILES:
        console.print(f"[yellow]This machine lets a process open {files} files[/] (ulimit -n), which is fewer than "
                      f"ROOM_PAGES={settings.room_pages} needs.", soft_wrap=True)  # fmt: skip
    named = settings.database_url
    with _settings():
        if named:
            os.execv(command[0], command)  # noqa: S606 (our own arguments)
        raise typer.Exit(run_to_its_end(command))


@app.command()
def worker() -> None:
    """Run background jobs: mail, settling, refunds, holds that run out. Start as many as you like."""
    with _settings() as settings:
        asyncio.run(run_worker(settings))


@app.command()
def migrate() -> None:
    """Bring the database up to date, and the directory's words with it. Safe to run again and from several machines at
    once."""

    async def done() -> None:
        await migrating.apply()
        async with db.pool(size=1):
            await load_vocabulary()

    with _settings(), console.status("Migrating…"):
        asyncio.run(done())
    console.print("[green]The database is up to date.[/]")


@app.command()
def check(
    quick: Annotated[bool, typer.Option("--quick", help="Leave the tests out.")] = False,
) -> None:
    """What CI runs: formatting, lint, types, import contracts, templates, tests."""
    raise typer.Exit(run_checks(console, quick=quick))


@staff.command("add")
def staff_add(
    email: Annotated[str, typer.Argument(help="Address they sign in with.")],
    role: Annotated[list[StaffRole], typer.Option(help="May be given several times.")],
    name: Annotated[str, typer.Option(help="Shown in the portal.")] = "",
) -> None:
    """Give somebody a staff role, making the account if there is none. They sign in by a 6-digit code."""

    async def add() -> None:
        now = clock.now()
        for one in role:
            await grant_role(actor=PORTAL, email=email, name=name, role=one, now=now)

    _act(add)
    console.print(f"[green]{escape(email)}[/] is now {', '.join(role)}.")


@staff.command("remove")
def staff_remove(
    email: Annotated[str, typer.Argument(help="Address they sign in with.")],
    role: Annotated[
        list[StaffRole] | None, typer.Option(help="May be given several times. Without it, every role.")
    ] = None,
) -> None:
    """Take a staff role away, or all of somebody's. The account stays; it counts from the next page they open."""

    async def remove() -> list[StaffRole]:
        held = [one.role for one in await staff_members() if one.email == address(email)]
        gone = role or held
        if not gone:
            raise NotFound(f"{email} is not staff.")
        for one in gone:
            await revoke_role(actor=PORTAL, email=email, role=one, now=clock.now())
        return gone

    gone = _act(remove)
    console.print(f"[green]{escape(email)}[/] is no longer {', '.join(gone)}.")


@staff.command("list")
def staff_list() -> None:
    """Who is staff, in which roles, and since when."""
    found = _act(staff_members)
    if not found:
        console.print("Nobody is staff yet. Name the first: [bold]portal staff add you@publisher.com --role admin[/]")
        return
    table = Table("Address", "Name", "Role", "Since")
    for member in found:
        table.add_row(escape(member.email), escape(member.name), member.role, f"{member.since:%Y-%m-%d}")
    Console().print(table)


def _act(work: Callable[[], Awaitable[T]]) -> T:
    """Do something with the database; leaves with words when it is refused."""

    async def done() -> T:
        async with db.pool(size=2):
            if await migrations.pending():
                raise DomainError("The database is not up to date. Run `portal migrate` first.")
            return await work()

    with _settings():
        try:
            return asyncio.run(done())
        except DomainError as refused:
            words = " ".join(refused.fields.values()) if isinstance(refused, Invalid) else refused.message
            console.print(f"[red]{escape(words)}[/]", soft_wrap=True)
            raise typer.Exit(1) from refused


imports.command("events")(import_events_command(_settings))
imports.command("companies")(import_companies_command(_settings))
imports.command("programme")(import_programme_command(_settings))


@imports.command("vocabulary")
def import_vocabulary() -> None:
    """Add the shipped words of the directory: categories, capabilities, dosage forms, routes, therapies, certificates.

    Words of your own stay, and so do shipped ones that a later release no longer has.
    """
    loaded = _act(load_vocabulary)
    if not loaded.added and not loaded.corrected:
        console.print(f"Nothing to do: all {loaded.same:,} words are there.")
    else:
        console.print(
            f"[green]{loaded.added:,} added[/], {loaded.corrected:,} corrected, {loaded.same:,} as they were."
        )


def main() -> None:
    """Entry point of the `portal` script."""
    os.environ.setdefault("PICCOLO_CONF", "portal.piccolo_conf")
    app()


if __name__ == "__main__":
    main()
