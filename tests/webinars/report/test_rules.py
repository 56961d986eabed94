"""What is reckoned and said without a database: the curve's columns, its line, losses that are alike, words of differences."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.webinars.rules.report.attendance import MOST_COLUMNS, Happening, Minute, curve, losses
from portal.webinars.rules.report.figures import LEAST_PEERS, Figures, Peers, beside
from portal.webinars.rules.report.tables import Kind, Quantity, plain, written

START = datetime(2026, 11, 3, 14, tzinfo=UTC)


def minute(number: int, here: int, *, paused: bool = False) -> Minute:
    at = START + timedelta(minutes=number)
    return Minute(number=number, at=at, lobby=number < 0, paused=paused, came=0, gone=0, here=here)


def test_a_very_long_webinar_has_no_more_columns_than_can_be_seen_and_keeps_its_peak() -> None:
    minutes = [minute(n, 900 if n == 431 else 7) for n in range(-60, 1000)]
    drawn = curve(minutes, [Happening(999, START, "poll_opened", "Last?")], [], 0, "UTC", whole=1000)
    assert len({bar.x for bar in drawn.chart.bars}) <= MOST_COLUMNS
    assert max(bar.height for bar in drawn.chart.bars) == 180
    assert drawn.told.startswith("People present by minute, from the lobby to the end. At most 900 in minute 431.")
    assert all(0 <= pin.x <= 100 for pin in drawn.chart.pins)


def test_the_line_of_the_others_is_over_the_whole_length_and_ends_with_what_there_is_so_far() -> None:
    minutes = [minute(n, 10) for n in range(-10, 30)]
    usual = [0.5] * 20
    ended = curve(minutes, [], usual, 10, "UTC", whole=30).chart.line.split()
    assert (len(ended), ended[0], ended[-1]) == (20, "26.88,100.0", "98.12,100.0")
    still_on = curve(minutes, [], usual, 10, "UTC", whole=60).chart.line.split()
    assert (len(still_on), still_on[0]) == (10, "28.75,100.0")


def test_the_first_second_has_nothing_to_draw() -> None:
    drawn = curve([], [Happening(0, START, "poll_opened", "First?")], [0.5], 0, "UTC", whole=60)
    assert (drawn.chart.bars, drawn.chart.pins) == ([], ())


def test_of_losses_that_are_alike_the_earlier_stands_first_and_no_more_than_five() -> None:
    here = [9, 8, 8, 7, 6, 6, 3, 2, 1, 0]
    found = losses([minute(n, count) for n, count in enumerate(here)], [])
    assert [(one.minute.number, one.lost) for one in found] == [(6, 3), (1, 1), (3, 1), (4, 1), (7, 1)]


def of(registered: int, came: int = 0, **more: int) -> Figures:
    return Figures(
        webinar=1, measured=True, aired=3600, registered=registered, expected=registered, expected_came=came, came=came, **more
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "told", "difference"),
    [(of(100, 50), "median 40 %", "10 points above"), (of(1000, 404), "median 40 %", "As the median"),
     (of(100, 39), "median 40 %", "1 points below")],
)  # fmt: skip
def test_a_figure_beside_the_median(own: Figures, told: str, difference: str) -> None:
    one = beside(own, [of(10, 1), of(10, 4), of(10, 9)])["show_up_percent"]
    assert (one.told, one.difference) == (told, difference)


def test_who_had_nobody_is_no_part_of_a_median_and_two_are_too_few() -> None:
    others = [of(10, 5), of(20, 5), of(30)]
    found = beside(of(10, 5, asked=3), others)
    assert (found["registered"].told, found["median_minutes"].told) == ("median 20", "")
    assert beside(of(10), others[:2])["registered"].median is None


@pytest.mark.parametrize("count", [0, 1, LEAST_PEERS - 1, LEAST_PEERS])
def test_it_is_said_with_what_it_is_compared(count: int) -> None:
    told = Peers(list(range(count))).told
    beginning = {0: "There is no other webinar", LEAST_PEERS: "Compared with the median of the 3 newest"}
    assert told.startswith(beginning.get(count, "Too few to compare: only the"))


@pytest.mark.parametrize(
    ("value", "kind", "read", "file"),
    [
        (None, Kind.PERCENT, "–", ""), (66.666, Kind.PERCENT, "67 %", 66.7), (1234, Kind.NUMBER, "1,234", 1234),
        (3.25, Kind.NUMBER, "3.2", 3.2), (35.0, Kind.MINUTES, "35 min", 35.0),
        (Quantity(None, Kind.MINUTES), Kind.NUMBER, "–", ""),
        (Quantity(40.04, Kind.PERCENT), Kind.NUMBER, "40 %", 40.0), (START, Kind.TEXT, "14:00", "2026-11-03T14:00:00+00:00"),
        (START.date(), Kind.TEXT, "Tue 3 Nov 2026", "2026-11-03"), ("A", Kind.TEXT, "A", "A"),
    ],
)  # fmt: skip
def test_cells_for_people_and_for_programs(value: object, kind: Kind, read: str, file: object) -> None:
    assert (written(value, kind), plain(value)) == (read, file)  # type: ignore[arg-type]
