"""A programme as iCalendar: one VEVENT a session, its room in LOCATION, its track in CATEGORIES."""

import re
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import icalendar
import msgspec

from portal.core.importing.opening import as_utf8
from portal.core.importing.values import Unreadable
from portal.events.importing.fields import plain_as_markdown
from portal.events.importing.ical import blocks, entries, repeating
from portal.events.importing.ical import facts as said
from portal.events.importing.ical.zoned import Clock, date_or_time, moment, value
from portal.programme.importing import fields
from portal.programme.importing.values import Conference, Context, Reading
from portal.programme.tables import SessionKind, SessionRole
from portal.programme.values import SessionFacts

_LONGEST = timedelta(days=60)
_UNSAID = (
    "label", "subtitle", "abstract", "language", "level", "capacity", "recorded", "links", *(role.value for role in SessionRole),
)  # fmt: skip


def read(data: bytes, context: Context) -> Reading:
    """Every VEVENT ends up among the rows, the refusals or the merged."""
    found = blocks.cut(as_utf8(data))
    if not found.events:
        raise Unreadable("there is no event in it")
    reading, seen = Reading(records=len(found.events)), dict[str, list[SessionFacts]]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Zones that another file defined under the same name must not be taken for this one's.
        icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]
        defined = [name for block in found.zones if (name := entries.define(block))]
        clock = Clock.of(found.events[0].header, defined, fallback=str(context.zone))
        reading.conference = Conference(title=fields.cut(found.events[0].header.get("X-WR-CALNAME")), zone=clock.own)
        allowance = repeating.Allowance()
        for held in _by_uid(found, reading):
            first = held[0]
            try:
                sessions = [_session(entry, clock) for entry in _each(held, allowance)]
                reading.records += len(sessions) - len(held)
                for number, one in enumerate(sessions):
                    fields.keep(reading, held[min(number, len(held) - 1)].line, one, seen)
            except Unreadable as reason:
                for entry in held:
                    reading.refuse(entry.line, first.name, str(reason))
    return reading


def _by_uid(found: blocks.Blocks, reading: Reading) -> Iterator[list[entries.Entry]]:
    """The entries of each UID: the newest of each date that is meant."""
    by_uid: dict[str, dict[str, entries.Entry]] = {}
    for block in found.events:
        try:
            entry = entries.parsed(block)
        except Unreadable as reason:
            reading.refuse(block.line, entries.summary_of(block), str(reason))
            continue
        which = entries.recurrence_key(entry.component.get("RECURRENCE-ID"))
        newest = by_uid.setdefault(entry.uid, {})
        if (other := newest.get(which)) is None:
            newest[which] = entry
            continue
        older, newest[which] = (entry, other) if entry.revision <= other.revision else (other, entry)
        reading.merged.append(older.line)
    for held in by_uid.values():
        yield sorted(held.values(), key=lambda entry: "RECURRENCE-ID" in entry.component)


def _each(held: list[entries.Entry], allowance: repeating.Allowance) -> list[entries.Entry]:
    """One entry for each time a session is held."""
    first = held[0]
    if not repeating.repeats(first.component):
        return held
    start = date_or_time(first.component, "DTSTART")
    if start is None:
        raise Unreadable("it has no time of day")
    begins = datetime(start.dt.year, start.dt.month, start.dt.day, tzinfo=UTC)
    found = repeating.expanded(
        [entry.component for entry in held], now=begins, until=begins + _LONGEST, allowance=allowance
    )
    if found.goes_on or found.cut:
        raise Unreadable(f"it repeats for more than {_LONGEST.days} days, which no conference lasts")
    return [msgspec.structs.replace(first, component=component) for component in found.occurrences]


def _session(entry: entries.Entry, clock: Clock) -> SessionFacts:
    component = entry.component
    start, end = date_or_time(component, "DTSTART"), date_or_time(component, "DTEND")
    lasting = value(component, "DURATION")
    if start is None or not isinstance(start.dt, datetime):
        raise Unreadable("it has no time of day")
    if end is None and lasting is None:
        raise Unreadable("it has neither DTEND nor DURATION")
    if end is not None and not isinstance(end.dt, datetime):
        raise Unreadable("its DTSTART is a time, but its DTEND a date")
    if end is None and not isinstance(lasting.dt, timedelta):
        raise Unreadable("its DURATION is none")
    try:
        starts = moment(start, clock, what="DTSTART")[0].astimezone(UTC)
        ends = moment(end, clock, what="DTEND")[0].astimezone(UTC) if end is not None else starts + lasting.dt
    except OverflowError:
        raise Unreadable("its time lies outside of what a calendar can hold") from None
    topics = component.categories if hasattr(component, "categories") else []
    kind = fields.kind_of(*topics)
    return SessionFacts(
        key=fields.key_of(entry.uid), guid=entry.uid if re.fullmatch(r"[0-9a-fA-F-]{36}", entry.uid) else "",
        title=said.title(component), kind=kind,
        description=plain_as_markdown(fields.text(said.text(component, "DESCRIPTION"))),
        room=fields.place(said.text(component, "LOCATION"), "LOCATION"),
        track=fields.place(str(topics[0]) if topics else "", "category"),
        starts_at=fields.sound(starts, "start"), ends_at=fields.after(starts, ends),
        url=fields.page(said.text(component, "URL")),
        cancelled=said.text(component, "STATUS").upper() == "CANCELLED" or entry.method == "CANCEL",
        # Categories are topics, of which a few name a kind.
        unsaid=fields.unsaid(*_UNSAID, kind=kind is not SessionKind.TALK),
    )  # fmt: skip
