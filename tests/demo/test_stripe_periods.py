"""When periods end, and what a part of one costs."""

from datetime import UTC, datetime

import pytest

from portal.demo.stripe_standin.acts.periods import end_of_period, share
from portal.demo.stripe_standin.acts.taxing import taxes
from portal.demo.stripe_standin.objects import catalog


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("anchor", "start", "interval", "count", "end"),
    [
        ("2027-01-15T10:00", "2027-01-15T10:00", "month", 1, "2027-02-15T10:00"),
        ("2027-01-31T10:00", "2027-01-31T10:00", "month", 1, "2027-02-28T10:00"),
        ("2027-01-31T10:00", "2027-02-28T10:00", "month", 1, "2027-03-31T10:00"),
        ("2027-01-31T10:00", "2027-03-31T10:00", "month", 3, "2027-04-30T10:00"),
        ("2028-02-29T10:00", "2028-02-29T10:00", "year", 1, "2029-02-28T10:00"),
        ("2028-02-29T10:00", "2031-02-28T10:00", "year", 1, "2032-02-29T10:00"),
        ("2027-12-31T23:59", "2027-12-31T23:59", "week", 2, "2028-01-14T23:59"),
        ("2027-01-01T00:00", "2027-01-05T00:00", "day", 3, "2027-01-07T00:00"),
    ],
)
def test_the_same_day_or_the_last_one(anchor: str, start: str, interval: str, count: int, end: str) -> None:
    again = catalog.recurring(interval=interval, interval_count=count)
    assert end_of_period(at(anchor), at(start), again) == at(end)


def test_shares_are_counted_by_the_second_and_rounded_once() -> None:
    assert [share(1000, (0, 300), since) for since in (0, 100, 150, 299, 300, 400, -5)] == [
        1000,
        667,
        500,
        3,
        0,
        0,
        1000,
    ]


@pytest.mark.parametrize(
    ("amount", "inclusive", "exempt", "expected"),
    [
        (4900, False, "none", 931), (-4900, False, "none", -931), (4900, True, "none", 782), (10, False, "none", 2),
        (4900, False, "reverse", 0), (4900, False, "exempt", 0),
    ],
)  # fmt: skip
def test_taxes_on_top_and_within(amount: int, inclusive: bool, exempt: str, expected: int) -> None:
    rate = catalog.tax_rate(display_name="VAT", inclusive=inclusive, percentage=19.0, now=1)
    assert [tax["amount"] for tax in taxes(amount, [rate], exempt)] == [expected]
