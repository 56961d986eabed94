"""The figures of a webinar, what each of them counts, and how they stand beside those of others."""

from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from portal.webinars.rules.report.tables import Column, Kind, Quantity, Table, share, written

PARTS = (25, 50, 75, 100)
"""Shares of the time on air, in per cent."""
GRACE_SECONDS = 60
"""Pages give a sign of life once a minute at the latest: so much may be missing of a share."""
ARRIVALS = (0, 300, 600, 1200)
"""Seconds of being live between which arrivals are counted together."""
SHARES = 20
"""At the middle of so many equal parts of the time on air it is counted who was present, to compare with others."""
LEAST_PEERS = 3


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted; see `queries.report.people` for whom. `stayed` is by PARTS, `arrived` by ARRIVALS,
    `present` by SHARES. `last_week` is of registrations, once it has begun; `recorded` where there is something to watch.
    """

    webinar: int
    measured: bool
    recorded: bool = False
    aired: float = 0
    registered: int = 0
    given_up: int = 0
    last_week: int | None = None
    expected: int = 0
    expected_came: int = 0
    for_recording: int = 0
    handed_over: int = 0
    came: int = 0
    came_and_watched: int = 0
    only_watched: int = 0
    mean_seconds: float = 0
    median_seconds: float = 0
    stayed: tuple[int, ...] = (0,) * len(PARTS)
    arrived: tuple[int, ...] = (0,) * (len(ARRIVALS) + 1)
    present: tuple[int, ...] = (0,) * SHARES
    asked: int = 0
    answered: int = 0
    polls: int = 0
    polled: int = 0
    said: int = 0
    reactions: int = 0
    resources: int = 0
    took: int = 0
    corrections: int = 0
    corrected_minutes: int = 0

    @property
    def watched(self) -> int:
        """Everybody who played any of the recording."""
        return self.came_and_watched + self.only_watched

    @property
    def took_part(self) -> int:
        """Everybody who came or watched the recording."""
        return self.came + self.only_watched


class Peers(msgspec.Struct, frozen=True):
    """The webinars one is compared with: of its series, or, without a name, the publisher's. `alone` is in a series without
    another that has ended.
    """

    ids: list[int]
    series: str = ""
    alone: bool = False

    @property
    def enough(self) -> bool:
        return len(self.ids) >= LEAST_PEERS

    @property
    def words(self) -> str:
        count = len(self.ids)
        others = "the one other ended webinar" if count == 1 else f"the {count} newest other ended webinars"
        return f"{others} of the series “{self.series}”" if self.series else f"{others} of this publisher"

    @property
    def told(self) -> str:
        """With what it is compared, or that there is too little."""
        if not self.ids:
            return "There is no other webinar yet that has ended, so there is nothing to compare with."
        if not self.enough:
            return (
                f"Too few to compare: only {self.words}. From {LEAST_PEERS} on, their median stands beside each figure."
            )
        why = " Its own series has no other that has ended." if self.alone else ""
        return f"Compared with the median of {self.words}: half of them have more, half have less.{why}"


Of = Callable[[Figures], float | None]


class Compared(msgspec.Struct, frozen=True):
    """A figure that is compared. `of` gives None where a webinar has nothing to count it by."""

    key: str
    words: str
    kind: Kind
    means: str
    of: Of


def _live(of: Of) -> Of:
    """A figure of attendance: none where nobody came, or where nothing is measured."""
    return lambda f: of(f) if f.measured and f.came else None


COMPARED = (
    Compared("registered", "Registered", Kind.NUMBER, "Confirmed places held now; not extras such as a dinner.",
             lambda f: f.registered),
    Compared("last_week_percent", "Registered in the last week", Kind.PERCENT,
             "Of the places held, those confirmed within seven days before the start; known once it has begun.",
             lambda f: None if f.last_week is None else share(f.last_week, f.registered)),
    Compared("came", "Came live", Kind.NUMBER, "People who were in the room for any time while it was on air.",
             lambda f: f.came if f.measured and f.aired else None),
    Compared("show_up_percent", "Show-up rate", Kind.PERCENT,
             "Of those who had a place before the end and had not chosen the recording, the share who came live.",
             lambda f: share(f.expected_came, f.expected) if f.measured and f.aired else None),
    Compared("median_minutes", "Median minutes", Kind.MINUTES,
             "Minutes in the room while on air, of those who came: half stayed longer. Without corrections by staff.",
             _live(lambda f: f.median_seconds / 60)),
    Compared("mean_minutes", "Mean minutes", Kind.MINUTES, "The same, on average.", _live(lambda f: f.mean_seconds / 60)),
    *(Compared(f"stayed_{part}_percent", f"Stayed for {part} %", Kind.PERCENT,
               f"Of those who came, the share who were there for {part} % of the time on air, give or take a minute.",
               _live(lambda f, n=n: share(f.stayed[n], f.came)))  # type: ignore[misc]
      for n, part in enumerate(PARTS)),
    Compared("watched", "Watched the recording", Kind.NUMBER, "People who played any of it, whether or not they came live.",
             lambda f: f.watched if f.recorded or f.watched else None),
    Compared("questions_per_hundred", "Questions for each 100 who came", Kind.NUMBER, "All that were asked, declined ones too.",
             _live(lambda f: share(f.asked, f.came))),
    Compared("answered_percent", "Questions answered", Kind.PERCENT, "On stage or in writing, of all that were asked.",
             lambda f: share(f.answered, f.asked)),
    Compared("polled_percent", "Answered a poll", Kind.PERCENT, "Of those who came, the share who answered one poll or more.",
             _live(lambda f: share(f.polled, f.came) if f.polls else None)),
    Compared("messages_per_hundred", "Chat messages for each 100 who came", Kind.NUMBER, "Without the crew’s own.",
             _live(lambda f: share(f.said, f.came))),
    Compared("reactions_per_hundred", "Reactions for each 100 who came", Kind.NUMBER, "Every press counts.",
             _live(lambda f: share(f.reactions, f.came))),
    Compared("took_percent", "Took something along", Kind.PERCENT,
             "Of all who came or watched, the share who opened something to take away or followed a call to action.",
             lambda f: share(f.took, f.took_part) if f.resources and f.measured else None),
)  # fmt: skip


class Beside(msgspec.Struct, frozen=True):
    """A figure of one webinar beside the median of the others."""

    figure: Compared
    own: float | None
    median: float | None

    @property
    def value(self) -> str:
        return written(self.own, self.figure.kind)

    @property
    def told(self) -> str:
        """`median 41 %`; empty where nothing is compared."""
        return "" if self.median is None else f"median {written(self.median, self.figure.kind)}"

    @property
    def difference(self) -> str:
        if self.own is None or self.median is None:
            return ""
        if self.value == written(self.median, self.figure.kind):
            return "As the median"
        size = written(abs(self.own - self.median), Kind.NUMBER)
        unit = {Kind.PERCENT: " points", Kind.MINUTES: " min"}.get(self.figure.kind, "")
        return f"{size}{unit} {'above' if self.own > self.median else 'below'}"


def beside(own: Figures, others: Sequence[Figures]) -> dict[str, Beside]:
    """Every figure with its median, by key; without one where fewer than three others have it."""
    found = {}
    for figure in COMPARED:
        values = [value for value in (figure.of(one) for one in others) if value is not None]
        found[figure.key] = Beside(figure, figure.of(own), median(values) if len(values) >= LEAST_PEERS else None)
    return found


def usual_shares(others: Sequence[Figures]) -> list[float]:
    """Part by part of the time on air, the median share of those who came that was present; none where fewer than three of the
    others had anybody.
    """
    came = [one for one in others if one.measured and one.came]
    if len(came) < LEAST_PEERS:
        return []
    return [median(one.present[part] / one.came for one in came) for part in range(SHARES)]


def comparison(figures: dict[str, Beside]) -> Table:
    return Table(
        key="figures", title="All figures",
        columns=(
            Column("figure", "Figure", Kind.TEXT), Column("this_webinar", "This webinar"), Column("median", "Median"),
            Column("difference", "Beside it", Kind.TEXT), Column("counts", "What is counted", Kind.TEXT),
        ),
        rows=[
            (one.figure.words, Quantity(one.own, one.figure.kind), Quantity(one.median, one.figure.kind), one.difference,
             one.figure.means)
            for one in figures.values()
        ],
    )  # fmt: skip
