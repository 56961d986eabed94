"""Every file of the shared data goes through: no traceback, every record accounted for, the same again is no news."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.core import db
from portal.events.importing import formats
from portal.events.importing.ical import reading as ical
from portal.events.importing.run import import_files
from portal.events.importing.values import Context
from tests import shared_data
from tests.events.importing.made import NOW, accounted, answered

# Folder, then how many of its files are read and how many are refused as a whole.
FOLDERS = {
    "biweekly": (9, 3), "calendarserver": (31, 2), "collective-icalendar": (76, 25), "ical.js": (14, 11),
    "ical.net": (78, 8), "ical4j": (59, 8), "libical": (12, 9), "py-vobject": (4, 2),
}  # fmt: skip
# 1,700 birthdays of two files: nothing but yearly entries, for which one is as good as all.
BIRTHDAYS = {"mathBirthdays.ics", "Misc.History.ics"}


def ical_files(folder: str) -> list[tuple[Path, int]]:
    root = shared_data.folder("ical")
    with (root / "INDEX.csv").open(encoding="utf-8") as index:
        files = [(root / row["file"], int(row["begin_vevent_count"])) for row in csv.DictReader(index)]
    assert {path.relative_to(root).parts[0] for path, _ in files} == set(FOLDERS)
    assert len(files) == sum(map(sum, FOLDERS.values())) == 351
    return [(path, count) for path, count in files if path.relative_to(root).parts[0] == folder]


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_calendar_files_are_read_or_refused_with_a_reason(folder: str) -> None:
    context = Context.at(NOW, source="test")
    read = refused = 0
    for path, vevents in ical_files(folder):
        reading = answered(lambda path=path: ical.read(path.read_bytes(), context))
        if reading is None:
            assert vevents == 0, path.name
            refused += 1
            continue
        # The index counts what is written in capitals only.
        assert accounted(reading), path.name
        assert reading.records >= vevents, path.name
        for row in reading.rows:
            facts = row.facts
            assert facts.starts_at < facts.ends_at, path.name
            assert facts.starts_at.tzinfo == facts.ends_at.tzinfo == UTC, path.name
            assert 1970 < facts.starts_at.year < 2047, path.name
            assert len(facts.source_key or "") <= 400, path.name
        assert all(refusal.reason for refusal in reading.refusals), path.name
        keys = [row.facts.source_key for row in reading.rows]
        assert len(keys) == len(set(keys)), path.name
        read += 1
    assert (read, refused) == FOLDERS[folder]


TOGETHER = [
    ["ical4j"],
    ["calendarserver", "ical.js"],
    ["biweekly", "collective-icalendar", "ical.net", "libical", "py-vobject"],
]


@pytest.mark.parametrize("folders", TOGETHER, ids="+".join)
async def test_all_calendar_files_into_one_database_twice(database: str, now: datetime, folders: list[str]) -> None:
    assert {folder for these in TOGETHER for folder in these} == set(FOLDERS)
    files = [path for folder in folders for path, _ in ical_files(folder) if path.name not in BIRTHDAYS]
    report = await import_files(files, now=now, horizon=timedelta(days=60))
    assert report.created == await db.fetch_value("SELECT count(*) FROM event")
    assert report.created == await db.fetch_value("SELECT count(*) FROM calendar_item")
    again = await import_files(files, now=now, horizon=timedelta(days=60))
    assert (again.created, again.changed, again.unchanged) == (0, 0, report.created)
    assert (again.refused, again.merged) == (report.refused, report.merged)


@pytest.mark.parametrize(
    ("pattern", "records", "rows", "refused"),
    [
        ("tech-conferences-*.gz", 5111, 4618, 2),
        ("python-deadlines-*", 643, 643, 0),
        ("galaxy-eu-*", 217, 215, 2),
        ("nf-core-*", 19, 19, 0),
    ],
)
def test_the_event_lists(pattern: str, records: int, rows: int, refused: int) -> None:
    counted = [0, 0, 0]
    for path in sorted(shared_data.folder("events").glob(pattern)):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        _, _, reading = formats.read(path.name.removesuffix(".gz"), data, Context.at(NOW))
        assert accounted(reading)
        assert all(row.facts.credit for row in reading.rows)
        for place, number in enumerate((reading.records, len(reading.rows), len(reading.refusals))):
            counted[place] += number
    assert counted == [records, rows, refused]
