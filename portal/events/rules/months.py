"""A list by months, the season by weeks, a month by days: what stands where, without a word of HTML."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from portal.core import times
from portal.events.rules.filters import Filters, Span, last_of_month
from portal.events.values import Day, Row, Week

SEASON = 20


class Group(msgspec.Struct, frozen=True):
    """Events of one month on a page; `count` is how many there are on all pages."""

    key: str
    title: str
    count: int
    rows: list[Row]


def groups(
    rows: Sequence[Row], counts: Mapping[str, int], *, today: date, midnight: datetime, running: int = -1
) -> list[Group]:
    """The events month by month, in their order. With `running`, what began before today comes first, as such.

    Today begins at `midnight`: an evening of yesterday's date may lie ahead in a zone far west.
    """
    found: list[Group] = []
    last: tuple[int, int] | None = None
    for row in rows:
        under_way = running >= 0 and row.starts_on < today and row.starts_at < midnight
        month = (0, 0) if under_way else (row.starts_on.year, row.starts_on.month)
        if month != last:
            last = month
            key = "now" if under_way else f"{row.starts_on:%Y-%m}"
            title = "On now" if under_way else times.day(row.starts_on.replace(day=1), "MMMM y")
            found.append(Group(key, title, running if under_way else counts.get(key, 0), []))
        found[-1].rows.append(row)
    return found


class Mark(msgspec.Struct, frozen=True):
    """A week on the season's line. `month` is said in the first week of a month; a `chosen` week is in the range asked
    for, and where it is all of the range, it leads back to all weeks."""

    week: Week
    number: int
    month: str
    is_now: bool
    chosen: bool
    filters: Filters

    @property
    def words(self) -> str:
        """How the week is read out: `Week 49, 30 November – 6 December: 3 events, 1 sponsored`."""
        span = times.day_span(self.week.monday, self.week.monday + timedelta(days=6))
        total = self.week.total
        count = f"{total:,} event{'s' if total != 1 else ''}" if total else "no events"
        paid = f", {self.week.sponsored:,} sponsored" if self.week.sponsored else ""
        back = "; back to all weeks" if self.chosen and not (self.filters.since or self.filters.until) else ""
        return f"Week {self.number}, {span}: {count}{paid}{back}"

    def dots(self, most: int = 4) -> list[str]:
        """What to draw: a dot per event, as far as there is room; sponsored ones are never left out first."""
        kinds = ["ad"] * self.week.sponsored + [""] * self.week.in_person + ["open"] * self.week.online
        if len(kinds) <= most:
            return kinds
        shown = kinds[: most - 1]
        if self.week.online and "open" not in shown:
            shown[-1] = "open"
        return shown


def season_start(filters: Filters, today: date) -> date:
    """The Monday the season's line begins with: this week's, or that of a range that is not all on the line then."""
    now = _monday(today)
    since = filters.since
    on_the_line = since is None or (now <= since.first and since.last < now + timedelta(weeks=SEASON))
    return now if since is None or on_the_line else _monday(since.first)


def season(weeks: Sequence[Week], filters: Filters, *, today: date) -> list[Mark]:
    """The weeks of the line; each leads to what begins in it."""
    start = season_start(filters, today)
    # What the first week is called by: the day it is there for.
    reason = filters.since.first if filters.since and start != _monday(today) else today
    by_monday = {week.monday: week for week in weeks}
    rest = filters.without("from").without("to")
    marks: list[Mark] = []
    said = (0, 0)
    for index in range(SEASON):
        first = start + timedelta(weeks=index)
        last = first + timedelta(days=6)
        at = first if index else reason
        begins = (index == 0 or first.day <= 7) and (at.year, at.month) != said
        said = (at.year, at.month) if begins else said
        week = filters.with_(since=_day(first), until=_day(last))
        marks.append(
            Mark(
                week=by_monday.get(first, Week(first, 0, 0, 0)),
                number=first.isocalendar().week,
                month=times.day(at, "MMM") if begins else "",
                is_now=first <= today <= last,
                chosen=_touches(filters, first, last),
                filters=rest if filters == week else week,
            )
        )
    return marks


def _touches(filters: Filters, first: date, last: date) -> bool:
    """Whether days are in the range asked for, if one is."""
    if filters.since is None and filters.until is None:
        return False
    begun = filters.since is None or filters.since.first <= last
    return begun and (filters.until is None or filters.until.last >= first)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(day: date) -> Span:
    return Span(day.isoformat(), day, day)


class Square(msgspec.Struct, frozen=True):
    """A day in a month's table; days of other months are there to fill the weeks."""

    day: date
    inside: bool
    is_today: bool
    filled: Day | None
    chosen: bool = False


def table(
    first: date, days: Sequence[Day], *, today: date, since: Span | None = None, until: Span | None = None
) -> list[list[Square]]:
    """The month's weeks, Monday to Sunday. `chosen` are the days of a range that is asked for from both ends."""
    filled = {day.day: day for day in days}
    at = first - timedelta(days=first.weekday())
    weeks = []
    while at <= last_of_month(first):
        week = [at + timedelta(days=offset) for offset in range(7)]
        weeks.append([_square(day, first, filled, today, since, until) for day in week])
        at += timedelta(days=7)
    return weeks


def _square(
    day: date, first: date, filled: Mapping[date, Day], today: date, since: Span | None, until: Span | None
) -> Square:
    inside = day.month == first.month
    chosen = inside and since is not None and until is not None and since.first <= day <= until.last
    return Square(day, inside, day == today, filled.get(day) if inside else None, chosen)


def on_day(filters: Filters, day: date) -> Filters:
    """The same filters, for what takes place on one day."""
    return filters.with_(since=_day(day), until=_day(day))
