"""Attendance in a report: the curve by minute, who stayed, when they came, where most were lost and what went on then."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from portal.core import times
from portal.core.charts import Chart, columns, some
from portal.webinars.rules.report.figures import PARTS, Figures
from portal.webinars.rules.report.tables import Column, Drawn, Kind, Table, share

MOST_COLUMNS = 240
MOST_LOSSES = 5
BEFORE = 2
"""Whatever happened in the minute of a loss, or so many before it, is named with it."""
HAPPENED = {
    "poll_opened": "Poll opened", "poll_closed": "Poll closed", "resource_shown": "Shown to take away",
    "call_shown": "Call to action", "chapter": "Chapter", "answered": "Answered on stage",
}  # fmt: skip
_ARRIVED = (
    "Before it began, into the lobby", "In the first 5 minutes", "From 5 to 10 minutes", "From 10 to 20 minutes", "Later",
)  # fmt: skip


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """A minute from going live, negative in the lobby: distinct people present at any moment of it, those not there in the
    minute before (`came`), and those of the minute before who are not there any more (`gone`).
    """

    number: int
    at: datetime
    lobby: bool
    paused: bool
    came: int
    gone: int
    here: int


class Happening(msgspec.Struct, frozen=True):
    """Something the room saw."""

    minute: int
    at: datetime
    what: str
    name: str

    @property
    def words(self) -> str:
        return f"{HAPPENED[self.what]}: {self.name}"


class Loss(msgspec.Struct, frozen=True):
    """A minute in which fewer people were there than in the one before."""

    minute: Minute
    lost: int
    of: int
    happened: tuple[str, ...]


def peak(minutes: Sequence[Minute]) -> Minute | None:
    """The first of the minutes on air with the most people."""
    return max((one for one in minutes if not one.lobby), key=lambda one: one.here, default=None)


def losses(minutes: Sequence[Minute], happened: Sequence[Happening]) -> list[Loss]:
    """The largest, of minutes in a row on air, with what went on then; of equal ones the earlier first."""
    on_air = [(a, b) for a, b in pairwise(minutes) if not (a.lobby or a.paused or b.paused) and b.here < a.here]
    on_air.sort(key=lambda pair: (pair[1].here - pair[0].here, pair[1].number))
    return [
        Loss(
            after, before.here - after.here, before.here,
            tuple(one.words for one in happened if after.number - BEFORE <= one.minute <= after.number),
        )
        for before, after in on_air[:MOST_LOSSES]
    ]  # fmt: skip


def chapter_at(happened: Sequence[Happening], minute: int) -> str:
    """What the recording calls the part that was on."""
    begun = [one.name for one in happened if one.what == "chapter" and one.minute <= minute]
    return begun[-1] if begun else ""


def curve(
    minutes: Sequence[Minute],
    happened: Sequence[Happening],
    usual: Sequence[float],
    came: int,
    zone: str,
    *,
    whole: float,
) -> Drawn:
    """The people there, minute by minute; of a very long webinar the most of a few minutes together. `usual` are shares of
    those who came, over the `whole` length in minutes, which may not be over yet.
    """
    step = -(-len(minutes) // MOST_COLUMNS) or 1
    shown = [max(minutes[n : n + step], key=lambda one: one.here) for n in range(0, len(minutes), step)]
    lobby = sum(one.lobby for one in minutes) / step
    top = peak(minutes)
    points = [(lobby + whole / step * (n + 0.5) / len(usual), one * came) for n, one in enumerate(usual)]
    chart: Chart = columns(
        {"before": [one.here if one.lobby else None for one in shown],
         "": [None if one.lobby or one.paused else one.here for one in shown]},
        [f"Minute {one.number}, {times.clock(one.at, zone)}: {one.here:,}" for one in shown],
        {n: times.clock(shown[n].at, zone) for n in some(len(shown))},
        height=200, touching=True, line=[point for point in points if point[0] <= len(shown)],
        pins=[((one.minute + 0.5) / step + lobby, one.words) for one in happened
              if one.what != "chapter" and minutes and one.minute <= minutes[-1].number],
    )  # fmt: skip
    most = f" At most {top.here:,} in minute {top.number}." if top else ""
    legend = [("before", "In the lobby"), ("", "While on air"), ("pin", "Poll, answer, or something shown")]
    return Drawn(
        chart, "People present, minute by minute",
        f"People present by minute, from the lobby to the end.{most} The numbers stand in the table below.",
        (*legend, ("usual", "Median of the others, as shares of those who came")) if usual else tuple(legend),
    )  # fmt: skip


def by_minute(minutes: Sequence[Minute], happened: Sequence[Happening], zone: str) -> Table:
    named: dict[int, list[str]] = {}
    for one in happened:
        named.setdefault(one.minute, []).append(one.words)
    return Table(
        key="minutes", title="Minute by minute", folded=True,
        columns=(
            Column("minute", "Minute"), Column("at", "From", Kind.TEXT), Column("state", "State", Kind.TEXT),
            Column("present", "Present"), Column("came", "Came"), Column("left", "Left"),
            Column("happened", "What happened", Kind.TEXT),
        ),
        rows=[
            (one.number, one.at.astimezone(times.zone(zone)), _state(one), one.here, one.came, one.gone,
             "; ".join(named.get(one.number, ())))
            for one in minutes
        ],
        means="Each person once in each minute, however many pages they had open, if they were there for any part of it. Who "
        "is away for a moment and comes back counts as left and come again.",
    )  # fmt: skip


def _state(one: Minute) -> str:
    return "lobby" if one.lobby else "paused" if one.paused else "live"


def lost(minutes: Sequence[Minute], happened: Sequence[Happening], zone: str) -> Table:
    has_chapters = any(one.what == "chapter" for one in happened)
    chapter = (Column("chapter", "Chapter", Kind.TEXT),) if has_chapters else ()
    return Table(
        key="losses", title="Where most were lost",
        columns=(
            Column("minute", "Minute"), Column("at", "At", Kind.TEXT), Column("lost", "Fewer people"),
            Column("lost_percent", "Of those there", Kind.PERCENT, bar=True), *chapter,
            Column("happened", "What went on", Kind.TEXT),
        ),
        rows=[
            (one.minute.number, one.minute.at.astimezone(times.zone(zone)), one.lost, share(one.lost, one.of),
             *((chapter_at(happened, one.minute.number),) if has_chapters else ()), "; ".join(one.happened))
            for one in losses(minutes, happened)
        ],
        means="Those who left less those who came, against the minute before. Named is what happened in that minute or the "
        f"{BEFORE} before; whether it was the reason, nobody knows.",
        empty="In no minute were there fewer than in the one before.",
    )  # fmt: skip


def stayed(own: Figures) -> Table:
    return Table(
        key="stayed", title="How long they stayed",
        columns=(
            Column("part", "At least", Kind.TEXT), Column("people", "People"),
            Column("percent", "Of those who came", Kind.PERCENT, bar=True),
        ),
        rows=[(f"{part} % of the time on air", count, share(count, own.came))
              for part, count in zip(PARTS, own.stayed, strict=True)],
        means="Time in the room while it was on air, all stays added up. A minute may be missing: pages give a sign of life "
        "once a minute at the latest.",
    )  # fmt: skip


def arrived(own: Figures) -> Table:
    return Table(
        key="arrivals", title="When they came",
        columns=(
            Column("when", "First seen", Kind.TEXT), Column("people", "People"),
            Column("percent", "Of those who came", Kind.PERCENT, bar=True),
        ),
        rows=[(words, count, share(count, own.came)) for words, count in zip(_ARRIVED, own.arrived, strict=True)],
        means="Everybody who came live, by when they were first in the room or its lobby.",
    )  # fmt: skip


def viewers(own: Figures) -> Table:
    rows = [
        ("Live only", own.came - own.came_and_watched), ("Live, and the recording", own.came_and_watched),
        ("The recording only", own.only_watched), ("Neither", own.registered - own.took_part),
    ]  # fmt: skip
    return Table(
        key="viewers", title="Live and recording",
        columns=(
            Column("how", "How", Kind.TEXT), Column("people", "People"),
            Column("percent", "Of those registered", Kind.PERCENT, bar=True),
        ),
        rows=[(words, count, share(count, own.registered)) for words, count in rows],
        means="The recording counts from the first second somebody played.",
    )  # fmt: skip
