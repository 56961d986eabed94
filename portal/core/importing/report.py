"""The table an import ends with, for people (rich) and for programs (JSON)."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from portal.core.importing.outcomes import FileReport, ImportReport, Progress
from portal.core.importing.values import Refusal, shortened

SHOWN = 20
_WIDE, _NO_EDGE = 120, 200


def console() -> Console:
    """Where the report goes. A file has no edge: there lines are as long as their words, unless COLUMNS says otherwise."""
    told = Console()
    return told if told.is_terminal or "COLUMNS" in os.environ else Console(width=_NO_EDGE)


def as_json(report: ImportReport) -> str:
    """The whole report for programs."""
    totals = {name: getattr(report, name) for name in report.sums}
    whole = {"dry_run": report.dry_run, "seconds": round(report.seconds, 3), **totals, "files": report.files}
    return msgspec.json.format(msgspec.json.encode(whole)).decode()


def render(report: ImportReport, console: Console, *, show_all: bool = False) -> None:
    """Print what was created, changed, left alone and refused, and why."""
    most = None if show_all else SHOWN
    console.print(_files(report, most, with_source=console.width >= _WIDE))
    refused = [(file, Refusal(0, "", f"not read: {file.fault}")) for file in report.files if file.fault]
    refused += [(file, refusal) for file in report.files for refusal in file.refusals]
    notes = [(file, note) for file in report.files for note in file.notes]
    _list(console, "Refused", refused, most, several=len(report.files) > 1)
    _list(console, "Taken, with a remark", notes, most, several=len(report.files) > 1)
    for title, found in report.lists:
        _list(console, title, [(report.files[0], one) for one in found], most, several=False)
    console.print(Text(closing(report)))


def closing(report: ImportReport) -> str:
    """The last line: what it all came to, in a sentence."""
    count = report.created + report.changed + report.unchanged
    one, several = report.nouns
    if not count:
        return "Nothing could be imported."
    if not (report.created or report.changed or report.aside):
        same = f"the {one} is as it was" if count == 1 else f"all {count:,} {several} are as they were"
        said = f"Nothing to do: {same}."
    else:
        said = f"{report.created:,} created, {report.changed:,} changed{report.aside}, {report.unchanged:,} unchanged."
    if report.refused:
        said += f" {report.refused:,} refused."
    said += report.more
    if report.dry_run:
        said += " Dry run: nothing was written."
    return f"{said} ({report.seconds:.1f} s)"


def _files(report: ImportReport, most: int | None, *, with_source: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Dry run" if report.dry_run else None)
    table.add_column("File", overflow="fold")
    table.add_column("Format", no_wrap=True)
    if with_source:
        table.add_column("Source", overflow="fold")
    for name in ("Created", "Changed", "Same", "Repeated", "Refused"):
        table.add_column(name, justify="right", no_wrap=True)
    shown = report.files if most is None else report.files[:most]
    for file in shown:
        counts = (file.created, file.changed, file.unchanged, file.merged, len(file.refusals) + bool(file.fault))
        table.add_row(
            Text(shortened(file.name, 80)), file.format or "–", *_source(file, with_source), *_written(counts)
        )
    if len(report.files) > len(shown):
        table.add_row(Text(f"… and {len(report.files) - len(shown)} more files (--all shows them)"))
    if len(report.files) > 1:
        sums = (report.created, report.changed, report.unchanged, report.merged, report.refused)
        table.add_section()
        table.add_row("All", "", *[""] * with_source, *_written(sums))
    return table


def _source(file: FileReport, with_source: bool) -> list[Text]:
    return [Text(file.source)] if with_source else []


def _written(counts: Sequence[int]) -> list[str]:
    return [f"{number:,}" for number in counts]


def _list(
    console: Console, title: str, found: list[tuple[FileReport, Refusal]], most: int | None, *, several: bool
) -> None:
    if not found:
        return
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    if several:
        table.add_column("File", overflow="fold")
    lined = any(entry.line for _, entry in found)
    if lined:
        table.add_column("Line", justify="right")
    table.add_column("What", overflow="fold")
    table.add_column("Why", overflow="fold")
    for file, entry in found[:most]:
        cells: list[Text | str] = [Text(shortened(file.name, 60))] if several else []
        cells += [str(entry.line or "–")] if lined else []
        table.add_row(*cells, Text(entry.name or "–"), Text(entry.reason))
    console.print(table)
    if most is not None and len(found) > most:
        console.print(Text(f"… and {len(found) - most:,} more; --all shows every one."))


@contextmanager
def watched(console: Console) -> Iterator[Progress]:
    """A progress bar on the console while an import runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Bar(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(doing: str, done: int, of: int) -> None:
            bar.update(task, description=shortened(doing, 60), completed=done, total=of or None)

        yield tell
