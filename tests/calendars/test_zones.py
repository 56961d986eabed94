"""VTIMEZONEs say what the zone data says, in a form Outlook reads."""

import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars import zones
from portal.core import times
from tests.calendars import readers


def _as_read(name: str, first: int, last: int) -> object:
    return tzical(io.StringIO(zones.vtimezone(name, first, last).decode())).get(name)


def _assert_right(name: str, first: int, last: int, moments: list[datetime]) -> None:
    own, read = times.zone(name), _as_read(name, first, last)
    for moment in moments:
        if first <= moment.year <= last and zones.speaks_local(moment, name):
            local = moment.astimezone(own).replace(tzinfo=None)
            assert local.replace(tzinfo=read).utcoffset() == moment.astimezone(own).utcoffset(), moment  # type: ignore[arg-type]


def _delicate(name: str, first: int, last: int) -> list[datetime]:
    """Moments of every month, of the turn of every year, and on both sides of every change of the clock."""
    found = [datetime(year, month, 15, 3, tzinfo=UTC) for year in range(first, last + 1) for month in range(1, 13)]
    for year in range(first, last + 1):
        found += [datetime(year, 1, 1, 0, 1, tzinfo=UTC), datetime(year, 12, 31, 23, 59, tzinfo=UTC)]
    own = times.zone(name)
    days = [datetime(first, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range((last - first + 1) * 366)]
    for before, after in pairwise(days):
        if before.astimezone(own).utcoffset() != after.astimezone(own).utcoffset():
            found += [before + timedelta(minutes=30 * n) for n in range(-4, 53)]
    return found


def test_every_zone_reads_back_as_the_zone_data_has_it() -> None:
    names = [name for name in times.zone_names() if not zones.is_utc(name)]
    assert len(names) > 400
    for name in names:
        _assert_right(name, 2024, 2027, _delicate(name, 2024, 2027))


@pytest.mark.parametrize(
    "name", ["Europe/Vienna", "America/Sao_Paulo", "Asia/Tehran", "Europe/Istanbul", "Asia/Jerusalem"]
)
@pytest.mark.parametrize(("first", "last"), [(1985, 1999), (2013, 2027), (2060, 2062)])
def test_histories_read_back(name: str, first: int, last: int) -> None:
    _assert_right(name, first, last, _delicate(name, first, last))


_moments = st.datetimes(datetime(1975, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    st.sampled_from(times.zone_names()).filter(lambda name: not zones.is_utc(name)),
    st.lists(_moments, min_size=1, max_size=8),
)
def test_any_moments_of_any_zone_read_back(name: str, moments: list[datetime]) -> None:
    years = [moment.year for moment in moments]
    _assert_right(name, min(years), max(years), moments)


def _parts(name: str, first: int, last: int) -> list[str]:
    shown = []
    for line in readers.lines(zones.vtimezone(name, first, last)):
        if line.startswith("BEGIN:") and line != "BEGIN:VTIMEZONE":
            shown.append(line.removeprefix("BEGIN:"))
        elif line.startswith(("DTSTART:", "RRULE:")):
            shown[-1] += " " + line.partition(":")[2]
    return shown


def test_a_zone_with_a_rule_is_one_pair_of_rules() -> None:
    """What Outlook can read: one STANDARD and one DAYLIGHT part, each with one yearly weekday."""
    assert _parts("Europe/Vienna", 2026, 2028) == [
        "DAYLIGHT 20250330T020000 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "STANDARD 20251026T030000 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    ]
    assert _parts("America/New_York", 2013, 2027) == [
        "DAYLIGHT 20120311T020000 FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "STANDARD 20121104T020000 FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
    ]


def test_irish_winter_time_is_standard_time() -> None:
    """The zone data has it the other way round (negative daylight saving), which no client expects."""
    assert [part.split()[0] for part in _parts("Europe/Dublin", 2026, 2026)] == ["DAYLIGHT", "STANDARD"]
    read = readers.lines(zones.vtimezone("Europe/Dublin", 2026, 2026))
    assert read[read.index("BEGIN:STANDARD") :][3:6] == [
        "TZNAME:GMT",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0000",
    ]


def test_a_zone_without_changes_is_one_part() -> None:
    assert _parts("Asia/Kolkata", 2026, 2027) == ["STANDARD 20250101T053000"]


def test_a_zone_that_gave_up_daylight_saving_has_standard_parts_only() -> None:
    """Outlook then takes the newest offset for good, which is right for everything to come."""
    assert _parts("America/Sao_Paulo", 2019, 2027) == [
        "STANDARD 20180218T000000",
        "STANDARD 20181104T000000",
        "STANDARD 20190217T000000",
    ]
    assert _parts("America/Sao_Paulo", 2026, 2027) == ["STANDARD 20241231T210000"]


def test_a_rule_that_is_no_weekday_of_a_month_is_told_change_by_change() -> None:
    """Israel's summer begins on the Friday before the last Sunday of March: the 4th Friday in most years only."""
    assert [part.split()[0] for part in _parts("Asia/Jerusalem", 2026, 2026)] == ["DAYLIGHT", "STANDARD"] * 2
    assert b"RRULE" not in zones.vtimezone("Asia/Jerusalem", 2026, 2026)


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "Etc/GMT", "GMT", "Zulu"])
def test_utc_has_many_names(name: str) -> None:
    assert zones.is_utc(name)
    assert not zones.speaks_local(datetime(2027, 1, 1, tzinfo=UTC), name)


def test_an_hour_lived_twice_is_not_told_in_local_time() -> None:
    told = [zones.speaks_local(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), "Europe/Vienna") for hour in range(4)]
    assert told == [False, False, True, True]
