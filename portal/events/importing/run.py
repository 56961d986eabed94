"""Importing files: read, then saved chunk by chunk through the ordinary command; and `portal import events`."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console

from portal.accounts.actors import PORTAL, Actor
from portal.core import clock, db, migrations, times
from portal.core.errors import Invalid
from portal.core.settings import current
from portal.events import commands
from portal.events.batch import Batch
from portal.events.importing import formats, moves, opening
from portal.events.importing import report as reports
from portal.events.importing.outcomes import FileReport, ImportReport, Progress
from portal.events.importing.values import HORIZON, Context, Refusal, Row, Unreadable
from portal.events.values import EventFacts, Outcome, Saved

CHUNK = 500
_TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('portal import'))"


async def import_file(path: str | Path, *, now: datetime, **options: object) -> ImportReport:
    """Import one file, folder or (as `-`) standard input; see `import_files`."""
    return await import_files([path], now=now, **options)  # type: ignore[arg-type]


async def import_files(
    paths: Iterable[str | Path],
    *,
    now: datetime,
    actor: Actor = PORTAL,
    source: str = "",
    format: str = "",
    credit: str = "",
    timezone: str = "",
    horizon: timedelta = HORIZON,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import files, folders or standard input.

    `source`, `format` and `credit` are told by the content where not given; times without a zone are taken in
    `timezone`, by default the portal's. The same event in several files is taken from the first. A second run
    changes nothing that has not changed in the files.
    """
    tell = progress or _silent
    begun = perf_counter()
    context = Context.at(
        now, horizon=horizon, source=source, credit=credit, timezone=timezone or current().site_timezone
    )
    report = ImportReport(dry_run=dry_run)
    seen: dict[tuple[str, str | None], tuple[str, Row]] = {}
    for opened in opening.open_all(paths):
        tell(f"Reading {opened.name}", 0, 0)
        file = FileReport(opened.name, fault=opened.fault)
        report.files.append(file)
        if opened.fault:
            continue
        rows = _read(opened, file, context, formats.Format(format) if format else None)
        await _save(_fresh(rows, file, seen), file, actor=actor, now=now, dry_run=dry_run, tell=tell)
    report.seconds = perf_counter() - begun
    return report


def _silent(doing: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


def _read(opened: opening.Opened, file: FileReport, context: Context, kind: formats.Format | None) -> list[Row]:
    try:
        known, context, reading = formats.read(opened.name, opened.data, context, kind)
    except Unreadable as reason:
        file.fault = str(reason)
        return []
    file.format, file.source = known.value, context.source
    file.records, file.merged = reading.records, len(reading.merged)
    file.refusals, file.notes = reading.refusals, reading.notes
    if not reading.records:
        file.fault = "there is no event in it"
    return reading.rows


def _fresh(rows: Sequence[Row], file: FileReport, seen: dict[tuple[str, str | None], tuple[str, Row]]) -> list[Row]:
    """The rows whose event no earlier file of this run has told."""
    fresh = []
    for row in rows:
        name, first = seen.setdefault((row.facts.source, row.facts.source_key), (file.name, row))
        if first is row:
            fresh.append(row)
        elif first.facts == row.facts:
            file.merged += 1
        else:
            reason = f"{name} line {first.line} has the same event with other facts"
            file.refusals.append(Refusal(row.line, row.facts.title, reason))
    return fresh


async def _save(
    rows: Sequence[Row], file: FileReport, *, actor: Actor, now: datetime, dry_run: bool, tell: Progress
) -> None:
    moved = await _move(rows, file, actor=actor, now=now, dry_run=dry_run)
    rows = [row for row in rows if row.facts.source_key not in moved]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        tell(f"Saving {file.name}" if not dry_run else f"Comparing {file.name}", start, len(rows))
        facts = [row.facts for row in chunk]
        answers = await (_foreseen(facts) if dry_run else _saved(facts, actor=actor, now=now))
        for row, answer in zip(chunk, answers, strict=True):
            _count(row, answer, file)
    if rows:
        tell(file.name, len(rows), len(rows))
    file.refusals.sort(key=lambda refusal: refusal.line)


async def _move(
    rows: Sequence[Row], file: FileReport, *, actor: Actor, now: datetime, dry_run: bool
) -> set[str | None]:
    """Give events that were moved their new dates, and their new keys; gives the keys of the rows dealt with."""
    if not any(row.dated for row in rows):
        return set()
    async with db.transaction():
        await db.execute(_TAKE_TURNS)
        found = await moves.find(rows)
        for row in rows:
            known = found.get(row.facts.source_key or "")
            if known is None:
                continue
            try:
                if not dry_run:
                    await commands.save_event(actor=actor, facts=row.facts, now=now, event_id=known.id)
            except Invalid as error:
                file.refusals.append(Refusal(row.line, row.facts.title[:80], " ".join(error.fields.values())))
                continue
            file.changed += 1
            was = known.starts_at.astimezone(times.zone(known.timezone))
            file.notes.append(Refusal(row.line, row.facts.title, f"moved here from {was:%Y-%m-%d}"))
    return set(found)


async def _saved(facts: Sequence[EventFacts], *, actor: Actor, now: datetime) -> list[Saved]:
    """One chunk in one transaction. Imports take turns, so that two of one file end with one set of events."""
    async with db.transaction():
        await db.execute(_TAKE_TURNS)
        answers = await commands.save_events(actor=actor, facts=facts, now=now)
    return answers  # noqa: RET504


async def _foreseen(facts: Sequence[EventFacts]) -> list[Saved]:
    """What saving would answer, without saving."""
    batch = Batch(facts, [None] * len(facts))
    async with db.transaction():
        await batch.meet_stored()
    return batch.answers()


def _count(row: Row, answer: Saved, file: FileReport) -> None:
    match answer.outcome:
        case Outcome.CREATED:
            file.created += 1
        case Outcome.CHANGED:
            file.changed += 1
        case Outcome.UNCHANGED:
            file.unchanged += 1
        case _:
            reason = " ".join(answer.reasons.values())
            file.refusals.append(Refusal(row.line, row.facts.title[:80], reason))


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
        told, errors = Console(), Console(stderr=True)
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
