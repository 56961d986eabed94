"""Which act is open in which state, what a move leaves behind, and how a change is told in words."""

from datetime import UTC, datetime

import msgspec

from portal.core import countries, times
from portal.events.tables import EventFormat, EventState
from portal.events.values import VenueFacts

PUBLIC = frozenset({EventState.PUBLISHED, EventState.MOVED, EventState.CANCELLED})
_OPEN = {
    "publish": frozenset({EventState.DRAFT}),
    "withdraw": PUBLIC,
    "move": frozenset({EventState.DRAFT, EventState.PUBLISHED, EventState.MOVED}),
    "cancel": frozenset({EventState.PUBLISHED, EventState.MOVED}),
    "reinstate": frozenset({EventState.CANCELLED}),
}
_WHY_NOT = {
    EventState.DRAFT: "This event is a draft. Publish it first.",
    EventState.PUBLISHED: "This event is on already.",
    EventState.MOVED: "This event is on already.",
    EventState.CANCELLED: "This event is cancelled. Reinstate it first.",
}


def why_not(act: str, state: EventState) -> str:
    """Why an act is not open in a state; empty when it is."""
    return "" if state in _OPEN[act] else _WHY_NOT[state]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is announced now, and what was announced first where that differs."""

    state: EventState
    starts_at: datetime
    timezone: str
    all_day: bool = False
    place: str = ""
    first_starts_at: datetime | None = None
    first_place: str = ""

    def moved_to(self, *, starts_at: datetime, timezone: str, all_day: bool, place: str) -> "Standing":
        """After a move. Back at what was announced first, an event is no longer moved; drafts never are.

        Whole days move by their date: a zone that became known, or an hour, moves nothing on the same day.
        """
        now = msgspec.structs.replace(self, starts_at=starts_at, timezone=timezone, all_day=all_day, place=place)
        if self.state is EventState.DRAFT:
            return msgspec.structs.replace(now, first_starts_at=None, first_place="")
        first, first_place = self.first_starts_at or self.starts_at, self.first_place or self.place
        same_time = first == starts_at
        if self.all_day or all_day:
            local = first.astimezone(times.zone(self.timezone))
            same_time = local.date() == starts_at.astimezone(times.zone(timezone)).date()
            first = local.replace(tzinfo=times.zone(timezone)).astimezone(UTC) if self.all_day else first
        moved = not same_time or first_place not in ("", place)
        state = EventState.MOVED if moved else EventState.PUBLISHED
        return msgspec.structs.replace(
            now,
            state=self.state if self.state is EventState.CANCELLED else state,
            first_starts_at=None if same_time else first,
            first_place="" if first_place == place else first_place,
        )

    def reinstated(self) -> "Standing":
        """On again, where and when it was before it was cancelled."""
        back = EventState.MOVED if self.first_starts_at or self.first_place else EventState.PUBLISHED
        return msgspec.structs.replace(self, state=back)


def place_words(form: EventFormat, venue: VenueFacts | None) -> str:
    """Where, on one line: `Donauhalle, Uferstrasse 14, 1220 Vienna, Austria`; `Online`; or nothing."""
    if venue is None:
        return "Online" if form is EventFormat.ONLINE else ""
    town = " ".join(part for part in (venue.postal_code, venue.city) if part)
    parts = (venue.name, venue.street, town, countries.name(venue.country))
    return ", ".join(dict.fromkeys(part for part in parts if part))[:300]


def same_place(one: VenueFacts | None, other: VenueFacts | None) -> bool:
    """True unless they contradict each other: a street that was not known before is no move."""
    if one is None or other is None:
        return one is other
    pairs = ((getattr(one, name), getattr(other, name)) for name in ("country", "city", "name", "street"))
    return not any(a and b and a.casefold() != b.casefold() for a, b in pairs)


def time_words(starts_at: datetime, ends_at: datetime, zone: str, *, all_day: bool) -> str:
    """When, on one line: `Tue 9 Feb 2027, 10:00–11:30 CET`, `Tue … 09:00 to Thu … 15:30 CET`."""
    place = times.zone(zone)
    first, last = starts_at.astimezone(place), ends_at.astimezone(place)
    if all_day:
        end = (ends_at.astimezone(place) - datetime.resolution).date()
        return times.day_span(first.date(), end)
    short = times.zone_short(zone, starts_at)
    if first.date() == last.date():
        return f"{times.day(first.date(), 'EEE d MMM y')}, {first:%H:%M}–{last:%H:%M} {short}"
    return (
        f"{times.day(first.date(), 'EEE d MMM y')}, {first:%H:%M} "
        f"to {times.day(last.date(), 'EEE d MMM y')}, {last:%H:%M} {short}"
    )
