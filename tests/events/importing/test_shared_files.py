"""Every file of the shared data goes through: no traceback, every record accounted for, the same again is no news."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from portal.core import db
from portal.events.importing import formats
from portal.events.importing.ical import reading as ical
from portal.events.importing.run import import_files
from portal.events.importing.values import Context
from tests import shared_data
from tests.events.importing.made import NOW, accounted, answered


def ical_files() -> list[tuple[Path, int]]:
    root = shared_data.folder("ical")
    with (root / "INDEX.csv").open(encoding="utf-8") as index:
        return [(root / row["file"], int(row["begin_vevent_count"])) for row in csv.DictReader(index)]


def test_all_calendar_files_are_read_or_refused_with_a_reason() -> None:
    files = ical_files()
    assert len(files) == 351
    context, begun = Context.at(NOW, source="test"), perf_counter()
    read = refused = 0
    for path, vevents in files:
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
    assert (read, refused) == (283, 68)
    assert perf_counter() - begun < 120


async def test_all_calendar_files_into_one_database_twice(database: str, now: datetime) -> None:
    root = shared_data.folder("ical")
    report = await import_files([root], now=now, horizon=timedelta(days=60))
    assert report.created == await db.fetch_value("SELECT count(*) FROM event")
    assert report.created == await db.fetch_value("SELECT count(*) FROM calendar_item")
    again = await import_files([root], now=now, horizon=timedelta(days=60))
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
