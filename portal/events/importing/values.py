"""What readers of events hand over: rows with facts, and what a file says of a series as a whole."""

from datetime import datetime, timedelta

import msgspec

from portal.core import times
from portal.core.importing import values
from portal.core.importing.values import Unreadable
from portal.events.values import EventFacts, Revision

EARLIEST_YEAR = 1970
YEARS_AHEAD = 20
LONGEST = timedelta(days=730)
HORIZON = timedelta(days=548)


class Row(msgspec.Struct, frozen=True):
    """One event of a file. `line` is where its record begins; `dated` says that its key is made of its date."""

    line: int
    facts: EventFacts
    dated: bool = False


class Series(msgspec.Struct, frozen=True):
    """What a file says of all entries with one UID together, so that what it does not say is known to be gone.

    `key` is the series' name in each date's origin. `unread` has the keys of dates that are there but were refused.
    Dates were looked for from `since`, if only a part of them was; `goes_on` says that there may be more behind the last.
    """

    key: str
    line: int
    name: str
    revision: Revision
    unread: tuple[str, ...] = ()
    since: datetime | None = None
    goes_on: bool = False


class Context(msgspec.Struct, frozen=True):
    """What a reader may know besides the text: the moment, the source's name, the zone of times without one.

    Repeating entries are expanded up to `until`.
    """

    now: datetime
    until: datetime
    source: str = ""
    timezone: str = "UTC"
    credit: str = ""

    @classmethod
    def at(cls, now: datetime, *, horizon: timedelta = HORIZON, **known: str) -> "Context":
        return cls(now=now, until=now + horizon, **known)


class Reading(values.Reading):
    """What a reader found in one file. Every record is in `rows`, in `refusals` or in `merged`."""

    rows: list[Row] = []
    series: list[Series] = []


def check_times(starts_at: datetime, ends_at: datetime, zone: str, *, now: datetime) -> None:
    """Refuse times that cannot be meant: an end before the start, a year far off, an event of years."""
    try:
        local = times.zone(zone)
        first, last = starts_at.astimezone(local), ends_at.astimezone(local)
    except OverflowError:
        raise Unreadable("the date lies outside of what a calendar can hold") from None
    latest = now.year + YEARS_AHEAD
    for moment in (first, last):
        if not EARLIEST_YEAR < moment.year <= latest:
            raise Unreadable(f"the year {moment.year} cannot be right (it must lie in {EARLIEST_YEAR + 1} to {latest})")
    if ends_at <= starts_at:
        raise Unreadable(f"it ends ({last:%Y-%m-%d %H:%M}) before it starts ({first:%Y-%m-%d %H:%M})")
    if ends_at - starts_at > LONGEST:
        raise Unreadable(f"it would last {(ends_at - starts_at).days} days, from {first:%Y-%m-%d} to {last:%Y-%m-%d}")
