"""An owner's statistics: weeks, sums, bars of a chart, and the reasons of what was left out, in words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from portal.core import times
from portal.core.charts import Chart, columns, some
from portal.directory.tables.audience import Kind, Left

LEAST_COMPANIES = 5
CLICKS = [Kind.WEBSITE, Kind.EMAIL, Kind.PHONE, Kind.DOCUMENT, Kind.VIDEO]
PAID_PLACE = [Kind.LANE, Kind.LANE_CLICK]
GROUPS = {"views": [Kind.VIEW], "listed": [Kind.LISTED], "clicks": CLICKS, "enquiries": [Kind.ENQUIRY]}
GROUP_WORDS = {
    "views": "Profile views", "listed": "Searches that showed it", "clicks": "Clicks", "enquiries": "Enquiries",
}  # fmt: skip
KIND_WORDS = {
    Kind.VIEW: "Profile views", Kind.LISTED: "Searches that showed it", Kind.WEBSITE: "Website", Kind.EMAIL: "Email shown",
    Kind.PHONE: "Phone shown", Kind.DOCUMENT: "Documents", Kind.VIDEO: "Videos", Kind.ENQUIRY: "Enquiries",
    Kind.LANE: "Paid place shown", Kind.LANE_CLICK: "Paid place followed",
}  # fmt: skip
REASONS = {
    Left.CRAWLER: "Known search engines and other robots, by a public list",
    Left.PROGRAM: "Programs that do not say that they are a browser",
    Left.NO_AGENT: "Programs that do not say what they are",
    Left.HEAD: "Checks of whether the page exists",
    Left.PREFETCH: "Browsers that loaded the page ahead, unseen",
    Left.REPEAT: "The same visitor at the same page again within 30 minutes",
    Left.STAFF: "Our own staff",
    Left.OWN: "Your own people, signed in",
}
PERIODS = (4, 13, 26, 52, 104, 156)


class Week(msgspec.Struct, frozen=True):
    """What counted in the seven days from a Monday on."""

    first: date
    counts: Mapping[Kind, int]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    def of(self, group: str) -> int:
        return sum(self.counts.get(kind, 0) for kind in GROUPS[group])


class Median(msgspec.Struct, frozen=True):
    """The middle of a category's companies; `group` is a key of GROUPS."""

    category: str
    group: str
    companies: int
    middle: float


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def kept_since(today: date) -> date:
    """The first day whose sums are kept: as far back as the longest period goes."""
    return monday(today) - timedelta(weeks=PERIODS[-1] - 1)


def weeks_of(first: date, count: int, found: Mapping[date, Mapping[Kind, int]]) -> list[Week]:
    """So many weeks in a row, the empty ones too."""
    days = [first + timedelta(weeks=n) for n in range(count)]
    return [Week(day, dict(found.get(day, {}))) for day in days]


def periods(most_weeks: int | None) -> list[int]:
    """The lengths one may choose, in weeks."""
    return [weeks for weeks in PERIODS if most_weeks is None or weeks <= most_weeks]


def period_words(weeks: int) -> str:
    return {52: "A year", 104: "Two years", 156: "Three years"}.get(weeks, f"{weeks} weeks")


def chart(weeks: Sequence[Week], group: str, *, height: int = 140) -> Chart:
    """The columns of a group."""
    values = [week.of(group) for week in weeks]
    labels = [f"{times.day_span(week.first, week.last)}: {value:,}" for week, value in zip(weeks, values, strict=True)]
    marks = {n: times.day(weeks[n].first, "d MMM") for n in some(len(weeks))}
    return columns({"": values}, labels, marks, height=height)


def compared(total: int, median: float) -> str:
    """A total beside the middle of a category, in words."""
    if median == 0:
        return "The middle of the category is 0." if total == 0 else "More than the middle of the category, which is 0."
    share = round(100 * total / median - 100)
    if share == 0:
        return "As the middle of the category."
    return f"{abs(share):,} % {'above' if share > 0 else 'below'} the middle of the category, {int(median + 0.5):,}."
