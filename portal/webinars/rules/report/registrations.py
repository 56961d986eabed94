"""Registrations in a report: day by day, and where they came from."""

from collections.abc import Sequence
from datetime import date

import msgspec

from portal.core import times
from portal.core.charts import columns, some
from portal.webinars.rules.report.tables import Column, Drawn, Kind, Table, share

_UNKNOWN = "No source known"


class Day(msgspec.Struct, frozen=True):
    """Places confirmed and given up on a day, and held at its end."""

    day: date
    taken: int
    given_up: int
    held: int


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """`expected` are those who meant to come live, `came` who of them did."""

    source: str
    registered: int
    given_up: int
    expected: int
    came: int
    watched: int


def curves(days: Sequence[Day]) -> tuple[Drawn, ...]:
    """What happened on each day, and what had come together by its end."""
    if not days:
        return ()
    names = [times.day(one.day, "EEE d MMM y") for one in days]
    marks = {n: times.day(days[n].day, "d MMM") for n in some(len(days))}
    taken, given_up = sum(one.taken for one in days), sum(one.given_up for one in days)
    each = columns(
        {"": [one.taken for one in days], "off": [one.given_up for one in days]},
        [f"{name}: {one.taken:,} new, {one.given_up:,} given up" for name, one in zip(names, days, strict=True)], marks,
    )  # fmt: skip
    held = columns(
        {"": [one.held for one in days]},
        [f"{name}: {one.held:,} held" for name, one in zip(names, days, strict=True)], marks, touching=True,
    )  # fmt: skip
    return (
        Drawn(
            held, "Places held at the end of each day",
            f"Places held, by day: {days[-1].held:,} at the end. The numbers stand in the table below.",
        ),
        Drawn(
            each, "New and given up, by day",
            f"Places by day: {taken:,} new and {given_up:,} given up in {len(days):,} days. The numbers stand in the table.",
            (("", "New"), ("off", "Given up")),
        ),
    )  # fmt: skip


def by_day(days: Sequence[Day]) -> Table:
    return Table(
        key="registrations", title="Day by day", folded=True,
        columns=(
            Column("day", "Day", Kind.TEXT), Column("new", "New"), Column("given_up", "Given up"),
            Column("held", "Held at its end"),
        ),
        rows=[(one.day, one.taken, one.given_up, one.held) for one in days],
        means="By the webinar’s own zone, until its start. A place is new when it was confirmed: paid, approved, or free and "
        "filled in. Places held for somebody who never finished are not counted.",
        empty="Nobody has registered so far.",
    )  # fmt: skip


def by_source(sources: Sequence[Source], *, began: bool) -> Table:
    """Who came is told once it has begun."""
    total = sum(one.registered for one in sources)
    attended = (
        Column("came", "Came live"), Column("show_up_percent", "Show-up rate", Kind.PERCENT),
        Column("watched", "Watched the recording"),
    ) if began else ()  # fmt: skip
    return Table(
        key="sources", title="Where registrations came from",
        columns=(
            Column("source", "Source", Kind.TEXT), Column("registered", "Registered"),
            Column("percent", "Of all", Kind.PERCENT, bar=True), Column("given_up", "Given up"), *attended,
        ),
        rows=[
            (one.source or _UNKNOWN, one.registered, share(one.registered, total), one.given_up,
             *((one.came, share(one.came, one.expected), one.watched) if began else ()))
            for one in sources
        ],
        means="The utm_source of the address by which somebody came to the form, else the site that linked there. Colleagues "
        "registered together have one source. The show-up rate leaves out those who had chosen the recording.",
        empty="Nobody has registered so far.",
    )  # fmt: skip
