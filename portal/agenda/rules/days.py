"""An agenda as its page shows it: by day, what overlaps, what is new. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from portal.agenda.rules import telling
from portal.agenda.rules.choices import clashes
from portal.agenda.values import Entry, Held, Item
from portal.core import times
from portal.programme.public import day_of


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of an agenda: saved (`entry`), booked (`held`) or both. `first` is what a second choice waits for,
    `overlaps` are first choices with their entries, where they are saved.
    """

    item: Item
    entry: Entry | None
    held: Held | None
    first: Item | None
    overlaps: list[tuple[int | None, Item]]
    news: list[telling.News]
    reason: str

    @property
    def on(self) -> date:
        return self._day(self.item.starts_at)

    def _day(self, at: datetime) -> date:
        """A session in the night belongs to the day before, as in programmes; everything else to its date."""
        zone = times.zone(self.item.timezone)
        return day_of(at, zone) if self.item.kind == "session" else at.astimezone(zone).date()

    @property
    def until(self) -> datetime | None:
        """Its last moment, where that is on another day than its first."""
        item = self.item
        last = item.ends_at - datetime.resolution if item.all_day else item.ends_at
        return last if self._day(last) > self.on else None

    @property
    def is_sure(self) -> bool:
        """Whether one has a place in it, rather than in its waiting line."""
        return self.held is not None and self.held.given

    @property
    def is_second(self) -> bool:
        return self.first is not None


def lines(entries: Sequence[Entry], held: Sequence[Held], known: Mapping[str, Item]) -> list[Line]:
    """Everything by time. What one has a place in is a first choice; what one waits for is none."""
    places = {one.item.key: one for one in held}
    saved = {one.key: one for one in entries if one.key in known}
    by_id = {one.id: known[one.key] for one in saved.values()}
    all_ = {**{key: known[key] for key in saved}, **{key: one.item for key, one in places.items()}}
    sure = {key for key, one in places.items() if one.given}
    firsts = [
        item for key, item in all_.items() if key in sure or (key in saved and saved[key].instead_of is None)
    ]  # fmt: skip
    meeting = clashes(firsts)
    found = []
    seconds = {key for key, entry in saved.items() if entry.instead_of is not None} - sure
    in_order = sorted(all_.items(), key=lambda pair: (pair[1].starts_at, pair[0] in seconds, pair[1].ends_at, pair[0]))
    for key, item in in_order:
        entry, place, second = saved.get(key), places.get(key), key in seconds
        found.append(Line(
            item=item, entry=entry, held=place, first=by_id.get(entry.instead_of or 0) if entry and second else None,
            overlaps=[(saved[o.key].id if o.key in saved else None, o) for o in meeting.get(key, [])],
            news=telling.news(
                entry.seen, item, second=entry.instead_of is not None, why=entry.why, because=entry.because,
                holds=key in sure,
            ) if entry else [],
            reason=telling.reason(entry.why, entry.because) if entry else "",
        ))  # fmt: skip
    return found


def is_past(line: Line, now: datetime) -> bool:
    return line.item.ends_at <= now


def is_news(line: Line, now: datetime) -> bool:
    """Whether something changed that is not over yet."""
    return bool(line.news) and line.entry is not None and not telling.is_past(line.entry.seen, line.item, now)


def shown_marks(all_: Sequence[Line], now: datetime) -> list[str]:
    """What a page tells of these that was otherwise before, as it comes back once it is read."""
    told = ((one, one.entry) for one in all_ if is_news(one, now) or one.reason)
    return [
        telling.mark(one.item, second=entry.instead_of is not None, holds=one.is_sure) for one, entry in told if entry
    ]


def by_day(shown: Sequence[Line]) -> list[tuple[date, list[Line]]]:
    days: dict[date, list[Line]] = {}
    for line in shown:
        days.setdefault(line.on, []).append(line)
    return sorted(days.items())


def events(shown: Sequence[Line]) -> list[tuple[int, str]]:
    """The events there is something of, by number and title, in their order."""
    titles: dict[int, str] = {}
    for line in shown:
        title = line.item.event or (line.item.title if line.item.kind == "event" else "")
        if line.item.event_id and title:
            titles.setdefault(line.item.event_id, title)
    return list(titles.items())
