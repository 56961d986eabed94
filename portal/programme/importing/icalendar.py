"""A programme as iCalendar: one VEVENT a session, its room in LOCATION, its track in CATEGORIES."""

import re
import warnings

from portal.core.importing.opening import as_utf8
from portal.core.importing.values import Unreadable
from portal.events.importing.fields import plain_as_markdown
from portal.events.importing.ical import blocks, entries, repeating
from portal.events.importing.ical import facts as said
from portal.events.importing.ical.zoned import Clock, date_or_time, moment, value
from portal.programme.importing import fields
from portal.programme.importing.values import Conference, Context, Reading
from portal.programme.values import SessionFacts


def read(data: bytes, context: Context) -> Reading:
    """Every VEVENT ends up among the rows, the refusals or the merged."""
    found = blocks.cut(as_utf8(data))
    if not found.events:
        raise Unreadable("there is no event in it")
    reading, seen = Reading(records=len(found.events)), dict[str, SessionFacts]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        defined = [name for block in found.zones if (name := entries.define(block))]
        clock = Clock.of(found.events[0].header, defined, fallback=str(context.zone))
        reading.conference = Conference(title=found.events[0].header.get("X-WR-CALNAME", "")[:250], zone=clock.own)
        for block in found.events:
            try:
                fields.keep(reading, block.line, _session(entries.parsed(block), clock), seen)
            except Unreadable as reason:
                reading.refuse(block.line, entries.summary_of(block), str(reason))
    return reading


def _session(entry: entries.Entry, clock: Clock) -> SessionFacts:
    component = entry.component
    if repeating.repeats(component):
        raise Unreadable("it repeats; a session is held once, or is several sessions")
    start, end = date_or_time(component, "DTSTART"), date_or_time(component, "DTEND")
    lasting = value(component, "DURATION")
    if start is None or not hasattr(start.dt, "hour"):
        raise Unreadable("it has no time of day")
    starts = moment(start, clock, what="DTSTART")[0]
    if end is None and lasting is None:
        raise Unreadable("it has neither DTEND nor DURATION")
    ends = moment(end, clock, what="DTEND")[0] if end is not None else starts + lasting.dt
    topics = component.categories if hasattr(component, "categories") else []
    return SessionFacts(
        key=entry.uid[:200], guid=entry.uid if re.fullmatch(r"[0-9a-fA-F-]{36}", entry.uid) else "",
        title=said.title(component), kind=fields.kind_of(*topics),
        description=plain_as_markdown(fields.text(said.text(component, "DESCRIPTION"))),
        room=fields.place(said.text(component, "LOCATION"), "LOCATION"),
        track=fields.place(str(topics[0]) if topics else "", "category"),
        starts_at=starts, ends_at=fields.after(starts, ends),
        url=fields.page(said.text(component, "URL")),
        cancelled=said.text(component, "STATUS").upper() == "CANCELLED",
    )  # fmt: skip
