"""What a calendar changes of a series reaches the events: moved, called off, cut short, never a second set."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.events import commands
from portal.events.importing import series
from portal.events.importing.outcomes import ImportReport
from portal.events.importing.run import import_file, import_files
from portal.events.importing.values import Row
from portal.events.tables import EventState
from portal.events.values import EventFacts, Origin
from tests.events.importing.made import calendar

WEEKLY = "UID:s\nSUMMARY:Club\nDTSTART:20270301T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=5"
AT_TWO = WEEKLY.replace("T100000Z", "T140000Z") + "\nSEQUENCE:2"
DAYS = ["03-01", "03-08", "03-15", "03-22", "03-29"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "club.ics"


async def brought(file: Path, *entries: str, now: datetime) -> tuple[int, int, int, int]:
    """Import these entries dry and then for real; both foretell the same."""
    file.write_bytes(calendar(*entries))
    dry = await import_file(file, now=now, dry_run=True)
    wet = await import_file(file, now=now)
    assert (counts(dry), notes(dry)) == (counts(wet), notes(wet))
    return counts(wet)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.refused == 0, report.files
    return report.created, report.changed, report.called_off, report.unchanged


def notes(report: ImportReport) -> list[str]:
    return [note.reason for file in report.files for note in file.notes]


async def dates(state: str = "") -> list[str]:
    """Day and hour of the events, with the first letter of their state."""
    rows = await db.fetch(
        "SELECT id, starts_at, state FROM event WHERE state = $1 OR $1 = '' ORDER BY starts_at", state
    )
    return [f"{row['starts_at']:%m-%d %H}{row['state'][0]}" for row in rows]


async def test_a_date_taken_out_is_called_off_and_comes_back(database: str, file: Path, now: datetime) -> None:
    assert await brought(file, WEEKLY, now=now) == (5, 0, 0, 0)
    without = f"{WEEKLY}\nEXDATE:20270308T100000Z"
    assert await brought(file, without, now=now) == (0, 1, 1, 4)
    assert await dates() == ["03-01 10p", "03-08 10c", "03-15 10p", "03-22 10p", "03-29 10p"]
    row = await db.fetch_one("SELECT change_note, version FROM event WHERE state = 'cancelled'")
    assert tuple(row or ()) == ("It is cancelled. Its calendar does not have this date any more.", 2)
    assert await brought(file, without, now=now) == (0, 0, 0, 4)
    assert await brought(file, WEEKLY, now=now) == (0, 1, 0, 4)
    assert await dates("published") == [f"{day} 10p" for day in DAYS]


async def test_the_report_says_which_dates_are_gone(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    file.write_bytes(calendar(WEEKLY + "\nEXDATE:20270308T100000Z,20270315T100000Z"))
    report = await import_file(file, now=now)
    assert notes(report) == ["2 dates that it no longer has called off: 2027-03-08, 2027-03-15"]


async def test_what_staff_put_on_again_stays_on(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    without = f"{WEEKLY}\nEXDATE:20270308T100000Z"
    await brought(file, without, now=now)
    event_id = await db.fetch_value("SELECT id FROM event WHERE state = 'cancelled'")
    await commands.reinstate_event(actor=PORTAL, event_id=event_id, version=2, now=now)
    assert await brought(file, without, now=now) == (0, 0, 0, 4)
    assert await dates("cancelled") == []


async def test_a_series_that_moves_leaves_no_false_dates(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    ids = [row["id"] for row in await db.fetch("SELECT id FROM event ORDER BY starts_at")]
    file.write_bytes(calendar(AT_TWO))
    report = await import_file(file, now=now)
    assert counts(report) == (0, 5, 0, 0)
    assert notes(report) == ["5 of its dates have moved, the first from 2027-03-01"]
    assert await dates() == [f"{day} 14m" for day in DAYS]
    assert [row["id"] for row in await db.fetch("SELECT id FROM event ORDER BY starts_at")] == ids
    assert await brought(file, AT_TWO, now=now) == (0, 0, 0, 5)
    off = AT_TWO.replace("SEQUENCE:2", "SEQUENCE:3\nSTATUS:CANCELLED")
    assert await brought(file, off, now=now) == (0, 5, 0, 0)
    assert await dates() == [f"{day} 14c" for day in DAYS]


async def test_another_weekday_and_one_date_less(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    tuesdays = WEEKLY.replace("20270301", "20270302").replace("COUNT=5", "COUNT=4")
    assert await brought(file, tuesdays, now=now) == (0, 5, 1, 0)
    assert await dates() == ["03-02 10m", "03-09 10m", "03-16 10m", "03-23 10m", "03-29 10c"]


async def test_a_date_between_others_moves_alone(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    other = f"{WEEKLY}\nEXDATE:20270315T100000Z\nRDATE:20270317T180000Z,20270510T100000Z"
    assert await brought(file, other, now=now) == (1, 1, 0, 4)
    assert await dates() == ["03-01 10p", "03-08 10p", "03-17 18m", "03-22 10p", "03-29 10p", "05-10 10p"]


async def test_a_single_event_that_begins_to_repeat(database: str, file: Path, now: datetime) -> None:
    single = WEEKLY.partition("\nRRULE")[0]
    await brought(file, single, now=now)
    assert await brought(file, WEEKLY, now=now) == (4, 1, 0, 0)
    assert await dates() == [f"{day} 10p" for day in DAYS]
    assert await brought(file, single, now=now) == (0, 5, 4, 0)
    assert await dates() == ["03-01 10p", "03-08 10c", "03-15 10c", "03-22 10c", "03-29 10c"]


async def test_cut_short_but_not_by_the_horizon(database: str, tmp_path: Path, file: Path, now: datetime) -> None:
    endless = WEEKLY.replace(";COUNT=5", "")
    file.write_bytes(calendar(endless))
    far = await import_file(file, now=now, horizon=timedelta(days=140))
    near = await import_file(file, now=now, horizon=timedelta(days=110))
    assert (counts(far), counts(near)) == ((6, 0, 0, 0), (0, 0, 0, 2))
    shorter = endless.replace("FREQ=WEEKLY", "FREQ=WEEKLY;UNTIL=20270316T000000Z")
    assert await brought(file, shorter, now=now) == (0, 3, 3, 3)
    assert await dates("published") == ["03-01 10p", "03-08 10p", "03-15 10p"]


async def test_what_is_over_stays_as_it_was(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    later = datetime(2027, 3, 16, tzinfo=UTC)
    next_year = WEEKLY.replace("20270301", "20280306")
    assert await brought(file, next_year, now=later) == (5, 2, 2, 0)
    assert await dates() == ["03-01 10p", "03-08 10p", "03-15 10p", "03-22 10c", "03-29 10c", *(
        f"{day} 10p" for day in ("03-06", "03-13", "03-20", "03-27", "04-03"))]  # fmt: skip


class TestOlder:
    """A file that was written before what is stored changes nothing."""

    NEW = "UID:a\nSUMMARY:A\nDTSTART:20270607T100000Z\nSEQUENCE:5\nDTSTAMP:20261115T000000Z"

    @pytest.mark.parametrize(
        ("sequence", "stamp", "taken"),
        [
            (2, "20261101T000000Z", False),
            (2, "20261120T000000Z", False),
            (5, "20261101T000000Z", False),
            (5, "20261115T000000Z", True),
            (5, "20261120T000000Z", True),
            (6, "20261101T000000Z", True),
            (5, "20270601T000000Z", True),
        ],
    )
    async def test_an_event(
        self, database: str, file: Path, now: datetime, sequence: int, stamp: str, taken: bool
    ) -> None:
        await brought(file, self.NEW, now=now)
        other = f"UID:a\nSUMMARY:A\nDTSTART:20270601T100000Z\nSEQUENCE:{sequence}\nDTSTAMP:{stamp}"
        assert await brought(file, other, now=now) == ((0, 1, 0, 0) if taken else (0, 0, 0, 0))
        assert await dates() == ["06-01 10m"] if taken else ["06-07 10p"]

    async def test_it_is_told(self, database: str, file: Path, now: datetime) -> None:
        await brought(file, AT_TWO, now=now)
        file.write_bytes(calendar(WEEKLY))
        report = await import_file(file, now=now)
        assert notes(report) == [
            "an older revision than what is stored, which stays as it is (SEQUENCE 0, stored is 2)"
        ]
        assert (report.merged, await dates()) == (1, [f"{day} 14p" for day in DAYS])

    async def test_of_two_files_at_once_the_newer_counts(self, database: str, tmp_path: Path, now: datetime) -> None:
        (tmp_path / "a.ics").write_bytes(calendar(WEEKLY, self.NEW.replace("SEQUENCE:5", "SEQUENCE:4")))
        (tmp_path / "b.ics").write_bytes(calendar(AT_TWO, self.NEW.replace("0607T10", "0614T10")))
        (tmp_path / "c.ics").write_bytes(calendar(WEEKLY))
        report = await import_files([tmp_path], now=now)
        assert counts(report) == (6, 0, 0, 0)
        assert [file.merged for file in report.files] == [2, 0, 1]
        assert await dates() == [*(f"{day} 14p" for day in DAYS), "06-14 10p"]

    @pytest.mark.parametrize("with_the_rule", [True, False])
    async def test_an_older_word_on_one_date(
        self, database: str, file: Path, now: datetime, with_the_rule: bool
    ) -> None:
        own = "UID:s\nSUMMARY:Guest\nRECURRENCE-ID:20270308T100000Z\nDTSTART:20270308T120000Z\nSEQUENCE:4"
        older = own.replace("T120000Z", "T110000Z").replace("SEQUENCE:4", "SEQUENCE:3")
        await brought(file, WEEKLY, own, now=now)
        file.write_bytes(calendar(*([WEEKLY] if with_the_rule else []), older))
        report = await import_file(file, now=now)
        assert (report.changed, report.merged) == (0, 1)
        assert notes(report) == ["an older revision than what is stored, which stays as it is"]
        assert "03-08 12p" in await dates()
        assert await dates("cancelled") == []

    async def test_an_exception_that_is_given_up_is_not_newer_than_the_rule(
        self, database: str, file: Path, now: datetime
    ) -> None:
        own = "UID:s\nSUMMARY:Guest\nRECURRENCE-ID:20270308T100000Z\nDTSTART:20270308T120000Z\nSEQUENCE:4"
        await brought(file, WEEKLY, own, now=now)
        assert await brought(file, WEEKLY, now=now) == (0, 1, 0, 4)
        assert await dates() == ["03-01 10p", "03-08 10m", "03-15 10p", "03-22 10p", "03-29 10p"]


async def test_this_and_all_following(database: str, file: Path, now: datetime) -> None:
    own = "UID:s\nSUMMARY:Later\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270315T100000Z\nDTSTART:20270315T120000Z\nDURATION:PT1H"
    await brought(file, WEEKLY, now=now)
    assert await brought(file, WEEKLY, own, now=now) == (0, 3, 0, 2)
    assert await dates() == ["03-01 10p", "03-08 10p", "03-15 12m", "03-22 12m", "03-29 12m"]
    assert await brought(file, WEEKLY, own, now=now) == (0, 0, 0, 5)
    assert await brought(file, WEEKLY, now=now) == (0, 3, 0, 2)
    assert await dates() == [f"{day} 10p" for day in DAYS]


async def test_a_refused_date_is_not_a_missing_one(database: str, file: Path, now: datetime) -> None:
    await brought(file, WEEKLY, now=now)
    bad = "UID:s\nSUMMARY:Club\nRECURRENCE-ID:20270308T100000Z\nDTSTART:20270308T100000Z\nDTEND:20300308T100000Z"
    file.write_bytes(calendar(WEEKLY, bad))
    report = await import_file(file, now=now)
    assert (report.called_off, report.refused) == (0, 1)
    assert await dates("cancelled") == []


NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)


def row(start: datetime) -> Row:
    facts = EventFacts(
        title="Club", starts_at=start, ends_at=start + timedelta(hours=1), timezone="UTC", source_key=start.isoformat()
    )
    return Row(1, facts)


def known(number: int, start: datetime) -> series.Known:
    ends = start + timedelta(hours=1)
    return series.Known(number, str(number), start, ends, "UTC", EventState.PUBLISHED, "published", Origin())


@given(
    st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=12),
    st.timedeltas(timedelta(days=-3), timedelta(days=3)),
    st.integers(0, 3),
)
def test_a_shifted_series_is_paired_date_by_date(weeks: list[int], shift: timedelta, more: int) -> None:
    starts = [NINE + timedelta(weeks=week) for week in sorted(weeks)]
    extra = [starts[-1] + timedelta(weeks=n) for n in range(1, more + 1)]
    rows = [row(start + shift) for start in (*starts, *extra)]
    found = series.matched(rows, [known(n, start) for n, start in enumerate(starts)], [])
    assert {key: event.id for key, event in found.items()} == {
        (start + shift).isoformat(): n for n, start in enumerate(starts)
    }
