"""An owner's statistics: weeks, sums, bars of a chart, and the reasons of what was left out, in words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from portal.core import times
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
_WIDEST = 6.5
"""No bar is wider than this, in per cent of the chart: four weeks are no wall."""
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


class Bar(msgspec.Struct, frozen=True):
    """A bar of a chart: across in per cent, up and down in pixels, with what a reader hears of it."""

    x: float
    y: float
    width: float
    height: float
    label: str


class Chart(msgspec.Struct, frozen=True):
    """Bars over weeks: `most` is what the top line means; `marks` say some weeks below, at their x in per cent."""

    bars: list[Bar]
    most: int
    marks: list[tuple[float, str]]


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
    """The bars of a group; the top is a round number at or above the largest."""
    values = [week.of(group) for week in weeks]
    most = round_up(max(values, default=0))
    step = 100 / max(1, len(weeks))
    wide = min(step - min(1.5, step * 0.2), _WIDEST)
    bars = []
    for n, (week, value) in enumerate(zip(weeks, values, strict=True)):
        tall = height * value / most
        label = f"{times.day_span(week.first, week.last)}: {value:,}"
        bars.append(
            Bar(
                round(n * step + min(0.75, step * 0.1), 2),
                round(height - tall, 2),
                round(wide, 2),
                round(tall, 2),
                label,
            )
        )
    every = max(1, -(-len(weeks) // 6))
    marks = [(round(n * step, 2), times.day(week.first, "d MMM")) for n, week in enumerate(weeks) if n % every == 0]
    return Chart(bars, most, marks)


def round_up(value: int) -> int:
    """The next of 4, 10, 20, 40, 100, 200, 400 …: a top line that halves into whole numbers."""
    top = 4
    while top < value:
        scale = 10 ** (len(str(top)) - 1)
        top = next(size * scale for size in (2, 4, 10, 20) if size * scale > top)
    return top


def compared(total: int, median: float) -> str:
    """A total beside the middle of a category, in words."""
    if median == 0:
        return "The middle of the category is 0." if total == 0 else "More than the middle of the category, which is 0."
    share = round(100 * total / median - 100)
    if share == 0:
        return "As the middle of the category."
    return f"{abs(share):,} % {'above' if share > 0 else 'below'} the middle of the category, {int(median + 0.5):,}."
