"""The table at the end, in words and as JSON."""

import io
import json

import pytest
from rich.console import Console

from portal.core.importing.outcomes import ExitCode
from portal.core.importing.report import as_json, closing, console, render, watched
from portal.core.importing.values import Refusal
from portal.events.importing.outcomes import FileReport, ImportReport


def shown(report: ImportReport, *, show_all: bool = False, width: int = 140) -> str:
    paper = Console(file=io.StringIO(), width=width)
    render(report, paper, show_all=show_all)
    text = paper.file.getvalue()  # type: ignore[attr-defined]
    return str(text)


REPORT = ImportReport(
    [
        FileReport(
            "list.jsonl", "conferences", "tech-conferences", 60, created=2, changed=1, unchanged=7, merged=3,
            refusals=[Refusal(n, f"[bold]Name {n}[/bold]", f"reason {n}") for n in range(1, 26)],
            notes=[Refusal(7, "Moved", "moved here from 2027-03-01")],
        ),
        FileReport("broken.gz", fault="its gzip packing is broken"),
    ],
    seconds=1.25,
)  # fmt: skip


def test_the_table_has_counts_reasons_and_lines() -> None:
    text = shown(REPORT)
    assert "not read: its gzip packing is broken" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["list.jsonl", "conferences", "tech-conferences", "2", "1", "7", "3", "25"] in lines
    assert ["All", "2", "1", "7", "3", "26"] in lines
    assert ["list.jsonl", "19", "[bold]Name", "19[/bold]", "reason", "19"] in lines
    assert ["list.jsonl", "20", "[bold]Name", "20[/bold]", "reason", "20"] not in lines
    assert "… and 6 more; --all shows every one." in text
    assert "2 created, 1 changed, 7 unchanged. 26 refused. (1.2 s)" in text


def test_eighty_columns_cut_no_word() -> None:
    report = ImportReport([FileReport("list.ics", "icalendar", "icalendar", 1, created=1), REPORT.files[1]])
    lines = [line.split() for line in shown(report, width=80).splitlines()]
    assert ["File", "Format", "Created", "Changed", "Same", "Repeated", "Refused"] in lines
    assert ["list.ics", "icalendar", "1", "0", "0", "0", "0"] in lines
    assert ["broken.gz", "–", "0", "0", "0", "0", "1"] in lines
    assert ["broken.gz", "–", "not", "read:", "its", "gzip", "packing", "is", "broken"] in lines


def test_all_shows_every_refusal() -> None:
    assert "[bold]Name 25[/bold]" in shown(REPORT, show_all=True)


def test_closing_sentences() -> None:
    same = ImportReport([FileReport("a", unchanged=3)])
    assert closing(same) == "Nothing to do: all 3 events are as they were. (0.0 s)"
    one = ImportReport([FileReport("a", unchanged=1)])
    assert closing(one) == "Nothing to do: the event is as it was. (0.0 s)"
    assert closing(ImportReport([FileReport("a", created=1)], dry_run=True)) == (
        "1 created, 0 changed, 0 unchanged. Dry run: nothing was written. (0.0 s)"
    )
    assert closing(ImportReport([FileReport("a", changed=3, called_off=2)])) == (
        "0 created, 3 changed (2 of them called off), 0 unchanged. (0.0 s)"
    )
    assert closing(ImportReport([FileReport("a", fault="x")])) == "Nothing could be imported."


def test_exit_codes() -> None:
    assert ImportReport([FileReport("a", unchanged=3)]).exit_code is ExitCode.FINE
    assert REPORT.exit_code is ExitCode.SOME_REFUSED
    assert ImportReport([]).exit_code is ExitCode.NOTHING_READ


def test_json_has_everything() -> None:
    told = json.loads(as_json(REPORT))
    assert (told["created"], told["refused"], told["dry_run"]) == (2, 26, False)
    assert told["files"][0]["refusals"][24] == {"line": 25, "name": "[bold]Name 25[/bold]", "reason": "reason 25"}


def test_progress_can_be_watched() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    with watched(screen) as tell:
        tell("Reading [x]", 0, 0)
        tell("Saving [x]", 5, 10)
    assert "Saving [x]" in screen.file.getvalue()  # type: ignore[attr-defined]


def test_without_a_terminal_names_of_files_stay_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    names = ["health-canada-dpd-companies.csv", "france-bdpm-products.csv"]
    broken = [FileReport(name, "french-products", refusals=[Refusal(1, "x" * 70, "y" * 60)]) for name in names]
    render(ImportReport(broken), console())
    said = capsys.readouterr().out
    assert [said.count(name) for name in names] == [2, 2]
    monkeypatch.setenv("COLUMNS", "60")
    assert console().width == 60
