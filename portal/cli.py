"""The `portal` command."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from portal.accounts.actors import PORTAL
from portal.accounts.commands import ensure_account, grant_role
from portal.accounts.tables import StaffRole
from portal.checking import run_checks
from portal.core import clock, db, migrations
from portal.core.embedded import private_server
from portal.core.errors import DomainError
from portal.core.settings import Settings, current
from portal.demo.running import Demo, PortBusy
from portal.events.importing.command_line import import_events_command
from portal.worker import run as run_worker

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
console = Console(stderr=True)

_BAD_SETTINGS = 78  # EX_CONFIG of sysexits.h


@contextmanager
def _settings() -> Iterator[Settings]:
    """The settings, with a private database when DATABASE_URL names none; leaves with words when they do not hold."""
    try:
        settings = current()
    except ValidationError as error:
        for fault in error.errors():
            console.print(f"[red]Settings:[/] {'.'.join(map(str, fault['loc'])).upper()} {fault['msg']}")
        raise typer.Exit(_BAD_SETTINGS) from error
    if settings.database_url:
        db.configure(settings.database_url)
        yield settings
        return
    with private_server(Path(settings.portal_data)) as address:
        os.environ["DATABASE_URL"] = address
        current.cache_clear()
        db.configure(address)
        yield current()


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
    raise typer.Exit(code)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Web processes.")] = 1,
) -> None:
    """Serve the portal (Granian). In production the Procfile's `web` line does this."""
    with _settings():
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "portal.app:create_app",
                   "--host", host, "--port", str(port), "--workers", str(workers)]  # fmt: skip
        raise typer.Exit(subprocess.call(command, env=os.environ.copy()))  # noqa: S603 (our own arguments)


@app.command()
def worker() -> None:
    """Run background jobs: mail, settling, refunds, holds that run out. Start as many as you like."""
    with _settings() as settings:
        asyncio.run(run_worker(settings))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Safe to run again and from several machines at once."""
    with _settings(), console.status("Migrating…"):
        asyncio.run(migrations.apply())
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
        async with db.pool(size=2):
            now = clock.now()
            await ensure_account(email=email, name=name or email.partition("@")[0], now=now)
            for one in role:
                await grant_role(actor=PORTAL, email=email, role=one, now=now)

    with _settings():
        try:
            asyncio.run(add())
        except DomainError as refused:
            console.print(f"[red]{refused.message}[/]")
            raise typer.Exit(1) from refused
    console.print(f"[green]{email}[/] is now {', '.join(role)}.")


imports.command("events")(import_events_command(_settings))


def main() -> None:
    """Entry point of the `portal` script."""
    os.environ.setdefault("PICCOLO_CONF", "portal.piccolo_conf")
    app()


if __name__ == "__main__":
    main()
