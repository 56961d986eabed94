"""`portal import programme` as it is typed."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer
from rich.console import Console

from portal.core import clock, db, migrations, times
from portal.core.errors import NotFound
from portal.core.importing import report as reports
from portal.programme.importing import formats
from portal.programme.importing.outcomes import ImportReport
from portal.programme.importing.run import How, Target, import_programme

_FILE = typer.Argument(help="The file, plain or gzipped; - reads standard input.", show_default=False)
_EVENT = typer.Option(help="The event’s address, the part behind /events/.", show_default=False)
_NEW = typer.Option("--new", help="Make an event of it, as a draft; the next time the same one is taken.")
_TITLE = typer.Option(help="What --new calls the event. [default: as the file says, or is named]", show_default=False)
_DRY = typer.Option("--dry-run", help="Say what would happen and write nothing.")
_DRAFT = typer.Option("--draft", help="Do not release what it changes.")
_SOURCE = typer.Option(
    help="Name of the source; with each session’s own key it is its identity. [default: as before, else the format]",
    show_default=False,
)
_FORMAT = typer.Option(help="What the file is, where its content does not tell.", show_default=False)
_CREDIT = typer.Option(help="Source and licence, shown with the programme.")
_ZONE = typer.Option(help="Zone of times that name none. [default: the event’s]")
_ALL = typer.Option("--all", help="Show every refusal.")
_JSON = typer.Option("--json", help="Print the whole report as JSON.")


def import_programme_command(settings: Callable[[], AbstractContextManager[Any]]) -> Callable[..., None]:
    """The command for the command line. `settings` opens what it runs on: settings and a configured database."""

    def import_programme_(
        file: Annotated[str, _FILE],
        event: Annotated[str, _EVENT] = "",
        new: Annotated[bool, _NEW] = False,
        title: Annotated[str, _TITLE] = "",
        dry_run: Annotated[bool, _DRY] = False,
        draft: Annotated[bool, _DRAFT] = False,
        source: Annotated[str, _SOURCE] = "",
        format: Annotated[formats.Format | None, _FORMAT] = None,
        credit: Annotated[str, _CREDIT] = "",
        timezone: Annotated[str, _ZONE] = "",
        show_all: Annotated[bool, _ALL] = False,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Import the programme of an event: rooms, tracks, sessions and who speaks.

        Formats: pentabarf and frab XML, c3voc and pretalx JSON, EMF’s JSON, iCalendar, CSV with headings such as title,
        start, end, room, speakers. A broken session is refused with its line and the reason, the others go on. What
        has changed becomes a new release with a log; running it again changes nothing.

        Exit code 0: everything was taken. 1: some sessions were refused. 2: nothing could be read.
        """
        if bool(event) == new:
            raise typer.BadParameter("give either --event with its address, or --new")
        if title and not new:
            raise typer.BadParameter("--title is for the event that --new makes")
        if timezone and timezone not in times.zone_names():
            raise typer.BadParameter(f"{timezone} is no time zone; use a name such as Europe/Vienna")
        with settings():
            how = How(source=source, credit=credit, format=format.value if format else "", draft=draft, dry_run=dry_run)
            report = asyncio.run(_run(file, Target(_slug(event), timezone, title), how))
        if as_json:
            typer.echo(reports.as_json(report))
        else:
            reports.render(report, reports.console(), show_all=show_all)
        raise typer.Exit(report.exit_code)

    return import_programme_


def _slug(event: str) -> str:
    """Of an address that may be pasted whole."""
    return event.partition("/events/")[2].partition("/")[0] or event


async def _run(file: str, target: Target, how: How) -> ImportReport:
    async with db.pool(size=2):
        if await migrations.pending():
            Console(stderr=True).print("The database is not up to date. Run [bold]portal migrate[/] first.")
            raise typer.Exit(2)
        try:
            return await import_programme(file, now=clock.now(), target=target, how=how)
        except NotFound as error:
            raise typer.BadParameter(str(error)) from None
