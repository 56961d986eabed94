"""`portal import events` as it is typed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console

from portal.core import clock, db, migrations, times
from portal.core.importing import report as reports
from portal.events.importing import formats
from portal.events.importing.outcomes import ImportReport
from portal.events.importing.run import import_files

_FILES = typer.Argument(help="Files or folders, plain or gzipped; - reads standard input.", show_default=False)
_DRY = typer.Option("--dry-run", help="Say what would happen and write nothing.")
_SOURCE = typer.Option(help="Name of the source; with each record's own key it is the event's identity.")
_FORMAT = typer.Option(help="What the files are, where their content does not tell.", show_default=False)
_CREDIT = typer.Option(help="Source and licence, shown with every event.")
_ZONE = typer.Option(help="Zone of times that name none, such as Europe/Vienna. [default: the portal's]")
_MONTHS = typer.Option(min=1, max=60, help="How far ahead repeating calendar entries are taken.")
_ALL = typer.Option("--all", help="Show every file and every refusal.")
_JSON = typer.Option("--json", help="Print the whole report as JSON.")


def import_events_command(settings: Callable[[], AbstractContextManager[Any]]) -> Callable[..., None]:
    """The command for the command line. `settings` opens what it runs on: settings and a configured database."""

    def import_events(
        files: Annotated[list[str], _FILES],
        dry_run: Annotated[bool, _DRY] = False,
        source: Annotated[str, _SOURCE] = "",
        format: Annotated[formats.Format | None, _FORMAT] = None,
        credit: Annotated[str, _CREDIT] = "",
        timezone: Annotated[str, _ZONE] = "",
        horizon: Annotated[int, _MONTHS] = 18,
        show_all: Annotated[bool, _ALL] = False,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Import events from conference lists, CSV or iCalendar files.

        Formats: conference JSON lines (tech-conferences), the python-deadlines YAML, pages with front matter (JSON
        lines), CSV with headings such as title, start, end, city, country, url, and iCalendar. Nothing is imported
        by half: a broken record is refused with its line and the reason, the others go on. Running it again changes
        nothing but what has changed in the files.

        Exit code 0: everything was taken. 1: some records were refused. 2: nothing could be read.
        """
        if timezone and timezone not in times.zone_names():
            raise typer.BadParameter(f"{timezone} is no time zone; use a name such as Europe/Vienna")
        told, errors = reports.console(), Console(stderr=True)
        with settings():
            options = {"source": source, "credit": credit, "timezone": timezone, "dry_run": dry_run}
            report = asyncio.run(_run(files, errors, horizon, format=format.value if format else "", **options))
        if as_json:
            typer.echo(reports.as_json(report))
        else:
            reports.render(report, told, show_all=show_all)
        raise typer.Exit(report.exit_code)

    return import_events


async def _run(files: Sequence[str], errors: Console, months: int, **options: Any) -> ImportReport:
    async with db.pool(size=2):
        if await migrations.pending():
            errors.print("The database is not up to date. Run [bold]portal migrate[/] first.")
            raise typer.Exit(2)
        with reports.watched(errors) as tell:
            horizon = timedelta(days=round(months * 30.44))
            return await import_files(files, now=clock.now(), horizon=horizon, progress=tell, **options)
