"""VTIMEZONE components from the system's zone data, in the form every client reads. Pure, cached per process.

`icalendar`'s own `Timezone.from_tzid` lists changes as RDATE, which Outlook ignores (MS-STANOICAL 2.2.47:
only DTSTART, RRULE and the offsets count, one yearly change to and one from daylight saving; of several
STANDARD parts the one with the largest DTSTART). So a zone is told as one yearly RRULE pair where it follows
one, from the year before the first entry on; what came before, and zones without a rule (Morocco's Ramadan),
as one part per change. A zone that gave up daylight saving has only STANDARD parts: then Outlook takes the
newest offset for good.
"""

import calendar
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from portal.calendars.values import Entry, ZoneUse
from portal.core import times

FIRST_YEAR, LAST_YEAR = 1970, 2199
# Within 13 years every date has fallen on every weekday, so "the 4th Friday" and "the last Friday" have
# parted ways.
_YEARS_THAT_PROVE_A_RULE = 13
_STEP = timedelta(days=7)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Change(msgspec.Struct, frozen=True):
    """A moment at which a zone's offset changes; `before` equals `after` where a zone is only introduced."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def local(self) -> datetime:
        """The wall clock at the change, still running by the old offset."""
        return (self.at + self.before).replace(tzinfo=None)

    @property
    def pattern(self) -> tuple[object, ...]:
        local = self.local
        return self.before, self.after, self.name, local.month, local.weekday(), local.time()

    @property
    def ordinals(self) -> set[int]:
        """Which weekday of its month it falls on: `{2}` for the second one, `{4, -1}` for a fourth that is
        the last.
        """
        day, length = self.local.day, calendar.monthrange(self.local.year, self.local.month)[1]
        return {(day - 1) // 7 + 1} | ({-1} if day + 7 > length else set())


class Rule(msgspec.Struct, frozen=True):
    """A change that comes back every year from `first` on."""

    first: Change
    ordinal: int


@lru_cache(maxsize=1024)
def is_utc(name: str) -> bool:
    """True for UTC under any of its names, and for zones that have always equalled it."""
    return name.removeprefix("Etc/") in {
        "UTC",
        "UCT",
        "GMT",
        "GMT0",
        "GMT+0",
        "GMT-0",
        "Greenwich",
        "Universal",
        "Zulu",
    }


def speaks_local(moment: datetime, name: str) -> bool:
    """True when the zone's wall clock says which moment is meant, in every client.

    It does not in the hour that is lived twice, nor with offsets of odd seconds, nor in years without known
    rules: such moments are written in UTC.
    """
    if is_utc(name) or not FIRST_YEAR < moment.year < LAST_YEAR:
        return False
    local = moment.astimezone(times.zone(name))
    offset = local.utcoffset() or timedelta()
    return offset.seconds % 60 == 0 and local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()


def use_of(entry: Entry) -> ZoneUse | None:
    """The zone the entry's times are written in; None for whole days and for times written in UTC."""
    if entry.all_day or not all(speaks_local(moment, entry.timezone) for moment in (entry.starts_at, entry.ends_at)):
        return None
    return ZoneUse(entry.timezone, entry.starts_at.year, entry.ends_at.year)


@lru_cache(maxsize=512)
def vtimezone(name: str, first_year: int, last_year: int) -> bytes:
    """The VTIMEZONE that is right for every moment from `first_year` to `last_year` (and as far as its rule
    goes).
    """
    start, horizon = first_year - 1, last_year + _YEARS_THAT_PROVE_A_RULE
    changes = _changes(name, start, horizon)
    rules = _yearly(changes, horizon)
    goes_on = any(change.at.year > last_year for change in changes)
    single = _single(changes, rules, last_year if goes_on else horizon)
    if not (single or rules) or min(_firsts(single, rules)).year > start:
        single.insert(0, _introduction(name, start))
    zone = Timezone()
    zone.add("TZID", name)
    for change in single:
        zone.add_component(_part(change, has_daylight=goes_on))
    for rule in rules:
        part = _part(rule.first, has_daylight=goes_on)
        local = rule.first.local
        by_day = f"{rule.ordinal}{_WEEKDAYS[local.weekday()]}"
        part.add("RRULE", {"FREQ": "YEARLY", "BYDAY": by_day, "BYMONTH": local.month})
        zone.add_component(part)
    return bytes(zone.to_ical())


def _single(changes: Sequence[Change], rules: Sequence[Rule], until: int) -> list[Change]:
    """The changes up to a year that no rule tells."""
    ruled = min((rule.first.at for rule in rules), default=None)
    return [change for change in changes if (change.at < ruled if ruled else change.at.year <= until)]


def _firsts(single: Sequence[Change], rules: Sequence[Rule]) -> list[datetime]:
    return [change.local for change in single] + [rule.first.local for rule in rules]


def _part(change: Change, *, has_daylight: bool) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if has_daylight and change.after > change.before else TimezoneStandard()
    part.TZOFFSETFROM = change.before
    part.TZOFFSETTO = change.after
    part.DTSTART = change.local
    part.add("TZNAME", change.name)
    return part


def _introduction(name: str, year: int) -> Change:
    at = datetime(year, 1, 1, tzinfo=UTC)
    local = at.astimezone(times.zone(name))
    offset = local.utcoffset() or timedelta()
    return Change(at=at, before=offset, after=offset, name=local.tzname() or name)


def _yearly(changes: Sequence[Change], horizon: int) -> list[Rule]:
    """The rules in force at the horizon, as far back as they reach; none where no two changes come back every
    year.
    """
    by_year: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_year[change.local.year].append(change)
    newest = by_year[horizon]
    ordinals = [change.ordinals for change in newest]
    since = horizon + 1
    while len(newest) == 2 and [c.pattern for c in by_year[since - 1]] == [c.pattern for c in newest]:
        narrowed = [kept & change.ordinals for kept, change in zip(ordinals, by_year[since - 1], strict=True)]
        if not all(narrowed):
            break
        ordinals, since = narrowed, since - 1
    if horizon - since < _YEARS_THAT_PROVE_A_RULE:
        return []
    return [
        Rule(first=change, ordinal=min(fitting, key=abs) if -1 not in fitting else -1)
        for change, fitting in zip(by_year[since], ordinals, strict=True)
    ]


def _changes(name: str, first_year: int, last_year: int) -> tuple[Change, ...]:
    zone = times.zone(name)
    found = []
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 2, tzinfo=UTC)
    offset = at.astimezone(zone).utcoffset() or timedelta()
    while at < end:
        then = at + _STEP
        later = then.astimezone(zone).utcoffset() or timedelta()
        if later != offset:
            low, high = int(at.timestamp()), int(then.timestamp())
            while high - low > 1:
                middle = (low + high) // 2
                if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            changed = datetime.fromtimestamp(high, UTC)
            name_then = changed.astimezone(zone).tzname() or name
            found.append(Change(at=changed, before=offset, after=later, name=name_then))
        at, offset = then, later
    return tuple(found)
