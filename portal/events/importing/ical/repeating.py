"""Repeating entries: which are worth repeating, and their dates up to a horizon. The work is bounded."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import icalendar
import msgspec
import recurring_ical_events

from portal.core.importing.values import Unreadable, shortened
from portal.events.importing.values import EARLIEST_YEAR

MOST_DATES = 500
_WORKED_OUT = 6000
SECONDS = 20.0
LOOKING_BACK, LATELY = timedelta(days=365), timedelta(days=30)
_MOST_A_DAY = 24
_SUB_DAILY = {"HOURLY": 24, "MINUTELY": 24 * 60, "SECONDLY": 24 * 3600}
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Allowance:
    """Seconds that one file's repetitions may take together."""

    def __init__(self) -> None:
        self._left = SECONDS

    def spend(self, since: float) -> None:
        self._left -= perf_counter() - since

    def check(self) -> None:
        if self._left <= 0:
            raise Unreadable("the repetitions of this file take too long to work out; import it from a file of its own")


def rules_of(master: icalendar.Event) -> list[Any]:
    rules = master.get("RRULE")
    return rules if isinstance(rules, list) else [] if rules is None else [rules]


def repeats(component: icalendar.Event) -> bool:
    return any(name in component for name in ("RRULE", "RDATE", "EXRULE"))


class Dates(msgspec.Struct):
    """The occurrences of a series, by date, looked for from `since`. `early` says that there may be some before it,
    `goes_on` that there may be some behind the last one, `cut` that there are.
    """

    occurrences: list[icalendar.Event]
    since: datetime
    early: bool = False
    goes_on: bool = False
    cut: bool = False

    @property
    def since_only(self) -> datetime | None:
        """From when on the dates are complete; None for from the first on."""
        return self.since.replace(tzinfo=UTC) if self.early else None


def expanded(components: Sequence[icalendar.Event], *, now: datetime, until: datetime, allowance: Allowance) -> Dates:
    """The dates of one series (a master and its overrides) up to the horizon.

    A series that ends is given from its first date, one without an end from a year before `now`. Of more than
    MOST_DATES, those are left out that lie more than a month back, and then the last ones.
    """
    allowance.check()
    begun = perf_counter()
    try:
        today, last = now.replace(tzinfo=None), until.replace(tzinfo=None)
        first = min(map(_day, components)) - timedelta(days=2)
        masters = [component for component in components if "RECURRENCE-ID" not in component]
        expected = sum(_expected(master, until) for master in masters)
        if expected > _WORKED_OUT:
            since = max(first, today - LATELY)
        elif any(_endless(master) for master in masters):
            since = max(first, today - LOOKING_BACK)
        else:
            since = first
        if since > last:
            return Dates([], since, since > first, goes_on=True)
        calendar = icalendar.Calendar()
        for component in components:
            calendar.add_component(component)
        lately = max(since, today - LATELY)
        found = _between(
            recurring_ical_events.of(calendar), since, lately, last, expected / max(1, (last - first).days)
        )
        if len(found) > MOST_DATES:
            since = lately
            found = [occurrence for occurrence in found if _day(occurrence) >= since]
        cut = len(found) > MOST_DATES
        goes_on = cut or any(_goes_on(master, len(found), until) for master in masters)
        return Dates(found[:MOST_DATES], since, since > first, goes_on, cut)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("its repetition cannot be worked out") from None
    except Exception as error:
        # The library lets through whatever dateutil and datetime raise on rules that make no sense.
        raise Unreadable(f"its repetition cannot be worked out: {shortened(str(error), 90)}") from error
    finally:
        allowance.spend(begun)


def _endless(master: icalendar.Event) -> bool:
    return any("COUNT" not in rule and "UNTIL" not in rule for rule in rules_of(master))


def _between(query: Any, since: datetime, lately: datetime, last: datetime, a_day: float) -> list[icalendar.Event]:
    """The occurrences in order; of a rule that gives many a day, hardly more are made than can be taken."""
    reach = timedelta(days=1 + MOST_DATES * 1.2 / max(a_day, 0.001))
    until = min(last, lately + reach)
    while True:
        found = sorted(query.between(since, until), key=_day)
        if until == last or sum(_day(occurrence) >= lately for occurrence in found) > MOST_DATES:
            return found
        reach *= 2
        until = min(last, lately + reach)


def _goes_on(master: icalendar.Event, found: int, until: datetime) -> bool:
    """Whether the rule may give more dates behind the horizon than the `found` ones before it."""
    exceptions: Any = master.get("EXDATE") or []
    left_out = sum(len(getattr(e, "dts", ())) for e in (exceptions if isinstance(exceptions, list) else [exceptions]))
    for rule in rules_of(master):
        end, count = rule.get("UNTIL"), rule.get("COUNT")
        if end:
            last = end[0] if isinstance(end, list) else end
            if (last.year, last.month, last.day) >= (until.year, until.month, until.day):
                return True
        elif not count or found + left_out < int(count[0] if isinstance(count, list) else count):
            return True
    return False


def _day(component: icalendar.Event) -> datetime:
    """The start without its zone; exact enough to sort and to choose a window by."""
    prop: Any = component["DTSTART"]
    day, clock = prop.dt, (getattr(prop.dt, "hour", 0), getattr(prop.dt, "minute", 0))
    return datetime(day.year, day.month, day.day, *clock)  # noqa: DTZ001


def _expected(master: icalendar.Event, until: datetime) -> float:
    """About how many dates there are up to the horizon, hardly fewer. Refuses rules not worth working out."""
    if "EXRULE" in master:
        raise Unreadable("it has an EXRULE, which iCalendar gave up; EXDATE is understood")
    start = _day(master)
    if start.year < EARLIEST_YEAR - 120:
        raise Unreadable(f"the year {start.year} cannot be right")
    days = max(0, (until.replace(tzinfo=None) - start).days) + 1
    rdates: Any = master.get("RDATE") or []
    listed = sum(len(getattr(r, "dts", ())) for r in (rdates if isinstance(rdates, list) else [rdates]))
    return 1 + listed + sum(_expected_of(rule, start, days) for rule in rules_of(master))


def _expected_of(rule: Any, start: datetime, days: int) -> float:
    parts: dict[str, list[Any]] = {
        name.upper(): values if isinstance(values, list) else [values] for name, values in rule.items()
    }
    scale = str(parts.get("RSCALE", ["GREGORIAN"])[0]).upper()
    if scale != "GREGORIAN":
        raise Unreadable(f"it repeats by the {shortened(scale.lower(), 30)} calendar (RSCALE), which is not understood")
    if "SKIP" in parts:
        raise Unreadable("its repetition moves days that a month does not have (SKIP), which is not understood")
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    interval, count = _whole(parts, "INTERVAL", 1), _whole(parts, "COUNT", None)
    ends = parts.get("UNTIL", [None])[0]
    if ends is not None:
        days = min(days, max(0, (datetime(ends.year, ends.month, ends.day) - start).days + 2))  # noqa: DTZ001
    by = {name: values for name, values in parts.items() if name.startswith("BY")}
    if frequency in _SUB_DAILY:
        times: float = min(days * _SUB_DAILY[frequency] / interval, count if count else float("inf"))
        if by or times > MOST_DATES:
            raise Unreadable(f"it repeats {frequency.lower()}, which is too often for a list of events")
        return times
    a_day = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        a_day *= max(1, len(by.get(name, ())))
    if a_day > _MOST_A_DAY:
        raise Unreadable(f"it repeats {a_day:,} times a day, which is too often for a list of events")
    _refuse_impossible(by)
    if not days:
        return 0
    expected: float = days / interval * _a_day(frequency, by) * a_day
    return min(expected, count) if count else expected


def _a_day(frequency: str, by: dict[str, list[Any]]) -> float:
    """Dates a day at interval 1, never fewer than there are."""
    if frequency == "DAILY":
        return 1
    if frequency == "WEEKLY":
        return max(1, len(by.get("BYDAY", ()))) / 7
    if not by or set(by) <= {"BYHOUR", "BYMINUTE", "BYSECOND"}:
        return 1 / 28 if frequency == "MONTHLY" else 1 / 365
    listed = [len(by[name]) for name in ("BYMONTHDAY", "BYYEARDAY") if name in by]
    weekdays = 5 * len(by.get("BYDAY", ())) * (12 if frequency == "YEARLY" else 1)
    months = len(by.get("BYMONTH", ())) or (12 if frequency == "YEARLY" else 1)
    within = max([1, *[n * months for n in listed], weekdays, months, 7 * len(by.get("BYWEEKNO", ()))])
    return min(1.0, within / (28 if frequency == "MONTHLY" else 365))


def _whole(parts: dict[str, list[Any]], name: str, missing: Any) -> Any:
    found = parts.get(name, [missing])[0]
    if found is missing:
        return missing
    if not isinstance(found, int) or found < 1:
        raise Unreadable(f"its repetition has {name}={shortened(str(found), 20)}, which must be 1 or more")
    return found


def _refuse_impossible(by: dict[str, list[Any]]) -> None:
    """A day its months never have would be looked for until the year 9999."""
    months, days = by.get("BYMONTH", ()), by.get("BYMONTHDAY", ())
    if months and days:
        longest = max(_DAYS_OF_MONTH[int(month) - 1] for month in months if 1 <= int(month) <= 12)
        if all(abs(int(day)) > longest for day in days):
            raise Unreadable(f"it repeats on day {days[0]} of a month that has {longest}")
