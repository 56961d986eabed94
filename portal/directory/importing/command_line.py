"""`portal import companies` as it is typed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from portal.core import clock, db, migrations, times
from portal.core.importing import report as reports
from portal.core.importing.opening import text_of
from portal.core.importing.values import Unreadable
from portal.directory.importing import mapped
from portal.directory.importing.run import CompanyReport, import_companies

_FILES = typer.Argument(help="Files or folders, plain or gzipped; - reads standard input.", show_default=False)
_DRY = typer.Option("--dry-run", help="Say what would happen and write nothing.")
_MAPPING = typer.Option(help="For CSV of any make: a TOML file that says what the columns mean.", show_default=False)
_SOURCE = typer.Option(help="Name of the source; with each record's own key it is the company's identity.")
_CREDIT = typer.Option(help="Source and licence, shown with every company.")
_READ = typer.Option(formats=["%Y-%m-%d"], help="Day the register was read. [default: today]", show_default=False)
_ALL = typer.Option("--all", help="Show every file and every refusal.")
_JSON = typer.Option("--json", help="Print the whole report as JSON.")


def import_companies_command(settings: Callable[[], AbstractContextManager[Any]]) -> Callable[..., None]:
    """The command for the command line. `settings` opens what it runs on: settings and a configured database."""

    def import_companies(
        files: Annotated[list[str], _FILES],
        dry_run: Annotated[bool, _DRY] = False,
        mapping: Annotated[Path | None, _MAPPING] = None,
        source: Annotated[str, _SOURCE] = "",
        credit: Annotated[str, _CREDIT] = "",
        read_on: Annotated[datetime | None, _READ] = None,
        show_all: Annotated[bool, _ALL] = False,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Import companies from registers or CSV.

        Formats: JSON lines of the Research Organization Registry, Health Canada's companies, holders and products of the
        French database of medicines, and any CSV with a mapping file. Nothing is imported by half: a broken record is
        refused with its line and the reason, the others go on. Running it again changes nothing but what has changed in
        the files, and never what people wrote in the portal.

        Exit code 0: everything was taken. 1: some records were refused. 2: nothing could be read.
        """
        if read_on is not None and read_on.date() > times.today(clock.now()):
            raise typer.BadParameter("a register cannot have been read on a day to come", param_hint="--read-on")
        known = None
        if mapping is not None:
            try:
                known = mapped.mapping(text_of(mapping.read_bytes()))
            except OSError as error:
                raise typer.BadParameter(f"it cannot be read: {error.strerror}", param_hint="--mapping") from error
            except Unreadable as reason:
                raise typer.BadParameter(str(reason), param_hint="--mapping") from reason
        told, errors = reports.console(), Console(stderr=True)
        day = read_on.date() if read_on else None
        with settings():
            options = {"source": source, "credit": credit, "read_on": day, "mapping": known, "dry_run": dry_run}
            report = asyncio.run(_run(files, errors, **options))
        if as_json:
            typer.echo(reports.as_json(report))
        else:
            reports.render(report, told, show_all=show_all)
        raise typer.Exit(report.exit_code)

    return import_companies


async def _run(files: Sequence[str], errors: Console, **options: Any) -> CompanyReport:
    async with db.pool(size=2):
        if await migrations.pending():
            errors.print("The database is not up to date. Run [bold]portal migrate[/] first.")
            raise typer.Exit(2)
        with reports.watched(errors) as tell:
            return await import_companies(files, now=clock.now(), progress=tell, **options)
