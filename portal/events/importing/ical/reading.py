"""An iCalendar file as rows: single entries, and repeating ones as one event for each date."""

import warnings
from collections.abc import Sequence
from typing import Any

import icalendar
import msgspec

from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates
from portal.events.importing.conferences import key
from portal.events.importing.ical import blocks, facts, repeating, zoned
from portal.events.importing.ical.entries import (
    LINE,
    Entry,
    define,
    parsed,
    recurrence_key,
    stated,
    summary_of,
)
from portal.events.importing.values import Context, Reading, Row, Series
from portal.events.values import Origin

_MOST_ROWS = 50_000
_MESSAGES = {"REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER"}


def read(data: bytes, context: Context) -> Reading:
    """Every VEVENT ends up among the rows, the refusals or the merged."""
    found = blocks.cut(data)
    reading = Reading(records=len(found.events))
    if not found.events:
        others = f", only {', '.join(sorted(found.others))}" if found.others else ""
        raise Unreadable(f"there is no event in it{others}")
    with warnings.catch_warnings():
        # The parser warns of every vendor's prefix before a zone's name; `zones` knows what to make of them.
        warnings.simplefilter("ignore")
        return _taken(found, reading, context)


def _taken(found: blocks.Blocks, reading: Reading, context: Context) -> Reading:
    # Zones that another file defined under the same name must not be taken for this one's.
    icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]
    defined = [name for block in found.zones if (name := define(block))]
    by_uid: dict[str, list[Entry]] = {}
    for block in found.events:
        try:
            entry = parsed(block)
            by_uid.setdefault(entry.uid, []).append(entry)
        except Unreadable as reason:
            reading.refuse(block.line, summary_of(block), str(reason))
    reader = _Reader(reading, context, defined)
    for entries in by_uid.values():
        reader.take(entries)
    reading.rows.sort(key=lambda row: row.line)
    reading.refusals.sort(key=lambda refusal: refusal.line)
    return reading


class _Reader:
    """Takes one UID after another."""

    def __init__(self, reading: Reading, context: Context, defined: list[str]) -> None:
        self.reading, self.context, self.defined = reading, context, defined
        self.allowance = repeating.Allowance()

    def take(self, entries: Sequence[Entry]) -> None:
        """All entries with one UID: the newest of each, and what they repeat."""
        good = [entry for entry in entries if self._wanted(entry)]
        newest: dict[str, Entry] = {}
        for entry in good:
            self._keep_newer(newest, entry)
        masters = [e for e in newest.values() if "RECURRENCE-ID" not in e.component]
        overrides = [e for e in newest.values() if "RECURRENCE-ID" in e.component]
        if overrides or any(repeating.repeats(e.component) for e in masters):
            self._series([*masters, *overrides], whole=bool(masters))
        elif masters:
            self._single(masters[0])

    def _wanted(self, entry: Entry) -> bool:
        """Refuse what is no public event, or says when it is in a way we cannot read."""
        component = entry.component
        try:
            if entry.method in _MESSAGES:
                raise Unreadable(f"an answer to an invitation (METHOD:{entry.method}), not an event")
            visibility = str(component.get("CLASS", "")).upper()
            if visibility in ("PRIVATE", "CONFIDENTIAL"):
                raise Unreadable(f"it is marked CLASS:{visibility}")
            if entry.header.get("CALSCALE", "GREGORIAN").strip().upper() != "GREGORIAN":
                raise Unreadable("its calendar is not Gregorian (CALSCALE)")
            for name in ("RRULE", "RDATE", "EXDATE"):
                if zoned.broken(component, name):
                    raise Unreadable(f"{name} cannot be read: “{shortened(str(component.get(name)))}”")
            zoned.date_or_time(component, "RECURRENCE-ID")
            start = zoned.date_or_time(component, "DTSTART")
            if start is None:
                raise Unreadable("it has no DTSTART")
            facts.title(component)
            # Settles the times of the entry itself, so that a series is refused once and not date by date.
            if not repeating.repeats(component):
                self._span(entry, component)
            else:
                zoned.zone_named(start, what="DTSTART")
                zoned.date_or_time(component, "DTEND")
                zoned.value(component, "DURATION")
        except Unreadable as reason:
            self.reading.refuse(entry.line, entry.name, str(reason))
            return False
        return True

    def _keep_newer(self, newest: dict[str, Entry], entry: Entry) -> None:
        """One entry for each RECURRENCE-ID; the higher SEQUENCE wins, then the later stamp."""
        which = recurrence_key(entry.component.get("RECURRENCE-ID"))
        other = newest.setdefault(which, entry)
        if other is entry:
            return
        if entry.revision == other.revision and stated(entry) != stated(other):
            self.reading.refuse(
                entry.line, entry.name, f"line {other.line} has the same UID and revision, with other facts"
            )
            return
        older = entry if entry.revision <= other.revision else other
        self.reading.merged.append(older.line)
        if older is other:
            newest[which] = entry

    def _single(self, entry: Entry) -> None:
        try:
            self.reading.rows.append(self._row(entry, entry.component, key(entry.series)))
        except Unreadable as reason:
            self.reading.refuse(entry.line, entry.name, str(reason))
        else:
            self._whole(entry)

    def _whole(self, entry: Entry, **more: Any) -> None:
        """Note that the file has said everything about this UID."""
        revision = entry.revision_by(self.context.now)
        self.reading.series.append(Series(entry.series, entry.line, entry.name, revision, **more))

    def _series(self, entries: Sequence[Entry], *, whole: bool) -> None:
        """A repeating entry with the overrides of its dates; `whole` where its rule is among them."""
        by_line = {entry.line: entry for entry in entries}
        first = entries[0]
        try:
            if len(self.reading.rows) >= _MOST_ROWS:
                raise Unreadable(f"the file holds more than {_MOST_ROWS:,} dates")
            found = repeating.expanded(
                [entry.component for entry in entries],
                now=self.context.now, until=self.context.until, allowance=self.allowance,
            )  # fmt: skip
        except Unreadable as reason:
            for entry in entries:
                self.reading.refuse(entry.line, entry.name, str(reason))
            return
        if found.cut:
            self.reading.note(first.line, first.name, f"only the first {repeating.MOST_DATES} of its dates were taken")
        taken: set[str] = set()
        unread: list[str] = []
        faults: dict[int, str] = {}
        heard: set[int] = set()
        for occurrence in found.occurrences:
            entry = by_line[int(str(occurrence[LINE]))]
            which = _which(occurrence, taken)
            if which is None:
                continue
            taken.add(which)
            try:
                row = self._row(entry, occurrence, key(entry.series, which))
            except Unreadable as reason:
                faults.setdefault(entry.line, str(reason))
                unread.append(key(entry.series, which))
                continue
            heard.add(entry.line)
            self.reading.rows.append(row)
        if whole:
            self._whole(first, unread=tuple(unread), since=found.since_only, goes_on=found.goes_on)
        for entry in entries:
            if entry.line in heard:
                continue
            if entry.line not in faults and entry is first and heard:
                self.reading.merged.append(entry.line)
            else:
                since, until = f"{found.since:%Y-%m-%d}", f"{self.context.until:%Y-%m-%d}"
                none = f"none of its dates lies between {since} and {until}"
                if since > until:
                    none = f"its first date lies after {until}"
                self.reading.refuse(entry.line, entry.name, faults.get(entry.line, none))

    def _span(self, entry: Entry, component: Any, place_zone: str = "") -> dates.Span:
        clock = zoned.Clock.of(entry.header, self.defined, fallback=self.context.timezone)
        return zoned.span(component, clock, place_zone=place_zone, now=self.context.now)

    def _row(self, entry: Entry, component: Any, source_key: str) -> Row:
        where, room = facts.place_of(component)
        span = self._span(entry, component, where.zone)
        try:
            url = facts.link_of(component)
        except Unreadable as reason:
            url = ""
            if not any(note.line == entry.line for note in self.reading.notes):
                self.reading.note(entry.line, entry.name, f"{reason}; it was left out")
        told = facts.facts_of(entry, component, where, room, span, url=url, context=self.context)
        origin = Origin(
            series=entry.series,
            override="RECURRENCE-ID" in entry.component,
            revision=entry.revision_by(self.context.now),
        )
        return Row(entry.line, msgspec.structs.replace(told, source_key=source_key, origin=origin))


def _which(occurrence: Any, taken: set[str]) -> str | None:
    """What a date of a series is known by: the moment it was meant for; its start where an override stands for several
    (RANGE=THISANDFUTURE). None for one that is there already.
    """
    for name in ("RECURRENCE-ID", "DTSTART"):
        if (which := recurrence_key(occurrence.get(name))) and which not in taken:
            return which
    return None
