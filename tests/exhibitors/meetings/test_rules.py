"""Half hours of an event's days."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.core.errors import Invalid
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.values import Span

VIENNA = ZoneInfo("Europe/Vienna")


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=VIENNA)  # type: ignore[arg-type,misc]


def days(first: datetime, last: datetime) -> list[tuple[int, str, str, int]]:
    """Day of the month, first and last half hour, how many."""
    event = Span(first.astimezone(UTC), last.astimezone(UTC))
    found = []
    for day in rules.days(event, VIENNA):
        boxes = [one.astimezone(VIENNA) for one in rules.boxes(event, day, VIENNA)]
        found.append(
            (day.day, f"{boxes[0]:%H:%M}", f"{boxes[-1]:%H:%M}", len(boxes)) if boxes else (day.day, "", "", 0)
        )
    return found


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (local(2027, 2, 9, 9), local(2027, 2, 9, 17), [(9, "09:00", "16:30", 16)]),
        (local(2027, 2, 9, 9, 15), local(2027, 2, 9, 11), [(9, "09:15", "10:15", 3)]),
        (local(2027, 2, 9, 10), local(2027, 2, 11, 15), [(9, "10:00", "17:30", 16), (10, "08:00", "17:30", 20),
                                                        (11, "08:00", "14:30", 14)]),
        (local(2027, 2, 9, 19), local(2027, 2, 10, 1), [(9, "19:00", "23:30", 10), (10, "00:00", "00:30", 2)]),
        (local(2027, 2, 9, 14), local(2027, 2, 10, 0), [(9, "14:00", "23:30", 20)]),
        (local(2027, 2, 9, 18), local(2027, 2, 11, 2), [(9, "18:00", "23:30", 12), (10, "08:00", "17:30", 20),
                                                       (11, "00:00", "01:30", 4)]),
        (local(2027, 3, 27, 22), local(2027, 3, 28, 5), [(27, "22:00", "23:30", 4), (28, "00:00", "04:30", 8)]),
        (local(2027, 10, 30, 22), local(2027, 10, 31, 5), [(30, "22:00", "23:30", 4), (31, "00:00", "04:30", 12)]),
    ],
)  # fmt: skip
def test_every_half_hour_of_an_event_can_be_ticked(
    first: datetime, last: datetime, expected: list[tuple[int, str, str, int]]
) -> None:
    assert days(first, last) == expected


def test_what_is_no_half_hour_of_the_event_is_refused() -> None:
    event = Span(datetime(2027, 2, 9, 9, tzinfo=UTC), datetime(2027, 2, 9, 17, tzinfo=UTC))
    nine, half, quarter = (datetime(2027, 2, 9, 9, minute, tzinfo=UTC) for minute in (0, 30, 15))
    assert rules.ticked_spans([half, nine, nine], event, ZoneInfo("UTC")) == [Span(nine, nine.replace(hour=10))]
    for wrong in ([nine, quarter], [nine.replace(hour=8)], [nine.replace(hour=17)]):
        with pytest.raises(Invalid):
            rules.ticked_spans(wrong, event, ZoneInfo("UTC"))
    assert rules.days(event, ZoneInfo("UTC")) == [date(2027, 2, 9)]
