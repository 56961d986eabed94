"""Columns of a chart: where they stand, how tall they are, what is marked."""

import pytest

from portal.core.charts import Pin, columns, round_up, some


@pytest.mark.parametrize(
    ("value", "top"), [(0, 4), (4, 4), (5, 10), (11, 20), (21, 40), (41, 100), (999, 1000), (1001, 2000), (4.5, 10)]
)
def test_the_top_line_is_a_round_number(value: float, top: int) -> None:
    assert round_up(value) == top


def test_series_stand_side_by_side_and_what_is_not_known_has_no_column() -> None:
    chart = columns({"": [10, None], "off": [0, 5]}, ["A", "B"], {0: "A"}, height=100)
    assert [(bar.tone, bar.label, bar.height, bar.y + bar.height) for bar in chart.bars] == [
        ("", "A", 100, 100), ("off", "A", 0, 100), ("off", "B", 50, 100),
    ]  # fmt: skip
    assert [(bar.x, bar.width) for bar in chart.bars] == [(0.75, 3.25), (4, 3.25), (54, 3.25)]
    assert chart.marks == [(0, "A")]


def test_touching_columns_fill_the_chart_and_a_line_and_pins_cross_it() -> None:
    chart = columns(
        {"": [1, 2, 3, 4]}, list("abcd"), {}, height=40, touching=True, line=[(1, 8), (3, 4)], pins=[(1.5, "Poll")]
    )
    assert [(bar.x, bar.width) for bar in chart.bars] == [(0, 25), (25, 25), (50, 25), (75, 25)]
    assert (chart.most, chart.line, chart.pins) == (10, "25.00,8.0 75.00,24.0", (Pin(37.5, "Poll"),))


def test_nothing_to_draw_is_an_empty_chart() -> None:
    assert (columns({"": []}, [], {}).bars, columns({"": []}, [], {}).most) == ([], 4)


@pytest.mark.parametrize("count", [0, 1, 6, 7, 13, 400])
def test_no_more_marks_than_fit(count: int) -> None:
    assert len(some(count)) <= 6
    assert (len(some(count)) > 0) is (count > 0)
