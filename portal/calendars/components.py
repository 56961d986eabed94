"""An entry as an `icalendar` event, for feeds and invitations alike. Pure."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, Todo, vCalAddress, vText, vUri

from portal.calendars import zones
from portal.calendars.values import Entry, Revision
from portal.core import times

PRODID = "-//Tradefloor//Calendars//EN"
JOIN_LABEL = "Join online"


class Raw(vText):
    """A value that is already written as iCalendar wants it."""

    def to_ical(self) -> bytes:
        return str(self).encode()


def text(value: str) -> Raw:
    r"""A TEXT value. `icalendar` itself would turn a typed `\N`, as in `C:\New`, into a line break."""
    return Raw(_escaped(value))


def texts(values: tuple[str, ...]) -> Raw:
    """Several TEXT values in one property."""
    return Raw(",".join(_escaped(value) for value in values))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def address(email: str, name: str, **parameters: str) -> vCalAddress:
    """A person or mailbox. Double quotes in names would need RFC 6868, which Outlook does not read."""
    written = vCalAddress(f"mailto:{''.join(email.split())}")
    shown = " ".join(name.replace('"', "'").split())
    written.params.update({"CN": shown or email, **parameters})
    return written


def calendar(method: str) -> Calendar:
    """An empty VCALENDAR."""
    made = Calendar()
    for name, value in (
        ("VERSION", "2.0"),
        ("PRODID", PRODID),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    ):
        made.add(name, Raw(value), encode=False)
    return made


def event(revision: Revision, *, sequence: int, summary: str, description: str, status: str, busy: str) -> Event:
    """The VEVENT both feeds and invitations are made of. An empty `status` is left out.

    DTSTAMP and LAST-MODIFIED are the revision's time: the same content gives the same bytes whenever it is
    written.
    """
    entry = revision.entry
    made = Event()
    made.add("UID", Raw(revision.uid), encode=False)
    made.add("SEQUENCE", sequence)
    made.add("DTSTAMP", revision.at)
    made.add("LAST-MODIFIED", revision.at)
    starts, ends = span(entry)
    made.add("DTSTART", starts)
    if ends > starts:
        made.add("DTEND", ends)
    made.add("SUMMARY", text(summary), encode=False)
    for name, value in (("LOCATION", entry.location), ("DESCRIPTION", description)):
        if value:
            made.add(name, text(value), encode=False)
    if entry.url:
        made.add("URL", vUri(entry.url, params={"VALUE": "URI"}), encode=False)
    if entry.categories:
        made.add("CATEGORIES", texts(entry.categories), encode=False)
    if entry.latitude is not None and entry.longitude is not None:
        made.add("GEO", Raw(f"{entry.latitude:.6f};{entry.longitude:.6f}"), encode=False)
    if entry.conference:
        parameters = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": JOIN_LABEL}
        made.add("CONFERENCE", vUri(entry.conference, params=parameters), encode=False)
    if status:
        made.add("STATUS", Raw(status), encode=False)
    made.add("TRANSP", Raw("TRANSPARENT" if busy == "FREE" else "OPAQUE"), encode=False)
    made.add("X-MICROSOFT-CDO-BUSYSTATUS", Raw(busy), encode=False)
    if entry.all_day:
        made.add("X-MICROSOFT-CDO-ALLDAYEVENT", Raw("TRUE"), encode=False)
    return made


def todo(revision: Revision, *, description: str) -> Todo:
    """The VTODO beside the VEVENT of something to be done: a component of its own, so with a UID of its own."""
    entry = revision.entry
    done_at = entry.todo.done_at if entry.todo is not None else None
    made = Todo()
    made.add("UID", Raw(f"todo-{revision.uid}"), encode=False)
    made.add("SEQUENCE", revision.sequence)
    made.add("DTSTAMP", revision.at)
    made.add("LAST-MODIFIED", revision.at)
    made.add("DUE", span(entry)[1])
    made.add("SUMMARY", text(entry.title), encode=False)
    if description:
        made.add("DESCRIPTION", text(description), encode=False)
    if entry.url:
        made.add("URL", vUri(entry.url, params={"VALUE": "URI"}), encode=False)
    if entry.categories:
        made.add("CATEGORIES", texts(entry.categories), encode=False)
    made.add("RELATED-TO", Raw(revision.uid), parameters={"RELTYPE": "SIBLING"}, encode=False)
    made.add(
        "STATUS", Raw("CANCELLED" if entry.cancelled else "COMPLETED" if done_at else "NEEDS-ACTION"), encode=False
    )
    if done_at is not None and not entry.cancelled:
        made.add("COMPLETED", done_at)
        made.add("PERCENT-COMPLETE", 100)
    return made


def span(entry: Entry) -> tuple[date | datetime, date | datetime]:
    """Start and exclusive end as they are written: days, local times with their zone, or UTC."""
    if entry.all_day:
        return days(entry)
    zone = times.zone(entry.timezone) if zones.use_of(entry) else UTC
    return entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)


def days(entry: Entry) -> tuple[date, date]:
    """First day and the day after the last one, in the entry's own zone."""
    zone = times.zone(entry.timezone)
    first = entry.starts_at.astimezone(zone).date()
    # The moment before the end, for midnight itself is skipped where clocks change then.
    last = (entry.ends_at - timedelta(seconds=1)).astimezone(zone).date()
    return first, max(first, last) + timedelta(days=1)


def described(entry: Entry, *more: str) -> str:
    """The description, then `more`, then the links as text: Google and Outlook show neither URL nor
    CONFERENCE.
    """
    told = "\n\n".join(part for part in (entry.description, *more) if part)
    links = [entry.url] if entry.url and entry.url not in told else []
    if entry.conference and entry.conference not in told:
        links.insert(0, f"{JOIN_LABEL}: {entry.conference}")
    return "\n\n".join(part for part in (told, "\n".join(links)) if part)
