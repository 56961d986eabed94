"""VEVENTs as bytes, once per revision, and feeds joined from them. Pure: the same content gives the same
bytes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import vUri

from portal.calendars import components, zones
from portal.calendars.components import Raw, text
from portal.calendars.values import Entry, FeedContent, Revision, ZoneUse

FORMAT = 2
"""Raise it when the bytes around the stored VEVENTs change: it is part of every feed's entity tag."""

CANCELLED = "Cancelled: "
DONE = "Done: "


def vevent(revision: Revision) -> bytes:
    """The VEVENT of a revision as feeds carry it: published, so without organiser and attendees.

    No ORGANIZER, although RFC 5546 asks for one: Apple's Calendar takes such an event for an invitation to
    somebody else and Outlook asks to reply to it. A cancelled entry says so in its title too: Outlook reads
    STATUS only as free or busy (MS-OXCICAL 2.1.3.1.1.20.23), so in a subscription it would stand there as if
    it took place. What is to be done follows as a VTODO; its VEVENT says when it is done, for want of a STATUS.
    """
    entry, told = revision.entry, components.described(revision.entry)
    done = entry.todo is not None and entry.todo.done_at is not None
    made = components.event(
        revision,
        sequence=revision.sequence,
        summary=(CANCELLED if entry.cancelled else DONE if done else "") + entry.title,
        description=told,
        status=status(entry),
        busy="FREE" if entry.all_day and not entry.tentative else busy(entry),
    ).to_ical()
    return bytes(made) if entry.todo is None else bytes(made + components.todo(revision, description=told).to_ical())


def status(entry: Entry) -> str:
    if entry.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.tentative else "CONFIRMED"


def busy(entry: Entry) -> str:
    """How the time is shown to others, in Outlook's words."""
    if entry.cancelled or entry.todo is not None:
        return "FREE"
    return "TENTATIVE" if entry.tentative else "BUSY"


_kept = lru_cache(maxsize=2000)(vevent)
"""Phones ask every hour, and most of what people save is the same."""


def content(revisions: Sequence[Revision]) -> FeedContent:
    """What a feed of these consists of, where they are their reader's own and stored nowhere."""
    years: dict[str, ZoneUse] = {}
    for use in filter(None, (zones.use_of(one.entry) for one in revisions)):
        known = years.get(use.name, use)
        first, last = min(known.first_year, use.first_year), max(known.last_year, use.last_year)
        years[use.name] = ZoneUse(use.name, first, last)
    return FeedContent(
        events=b"".join(map(_kept, revisions)),
        zones=tuple(years.values()),
        newest=max((one.at for one in revisions), default=None),
        count=len(revisions),
    )


def calendar(
    content: FeedContent,
    *,
    name: str,
    description: str = "",
    address: str = "",
    refresh: timedelta = timedelta(hours=1),
) -> bytes:
    """A published calendar.

    With a `name`, Outlook opens a file as a new calendar (MS-OXCICAL wants none around a single appointment):
    leave it empty for the file of one event, which then says nothing about a calendar at all. `address` is
    where the feed can be fetched again; leave it empty for feeds that belong to one person.
    """
    # A calendar needs a component to be one; a feed without entries carries a zone.
    used = content.zones if content.count else (*content.zones, _NO_ENTRIES)
    parts = [zones.vtimezone(zone.name, zone.first_year, zone.last_year) for zone in sorted(used, key=lambda z: z.name)]
    return b"".join((_head(name, description, address, refresh, content.newest), *parts, content.events, _TAIL))


_NO_ENTRIES = ZoneUse("Etc/UTC", 2000, 2000)
_TAIL = b"END:VCALENDAR\r\n"


@lru_cache(maxsize=256)
def _head(name: str, description: str, address: str, refresh: timedelta, newest: datetime | None) -> bytes:
    made = components.calendar("PUBLISH")
    interval = Raw(_duration(refresh))
    timed = Raw(interval)
    timed.params["VALUE"] = "DURATION"
    if name:
        for key in ("NAME", "X-WR-CALNAME"):
            made.add(key, text(name), encode=False)
    if description:
        for key in ("DESCRIPTION", "X-WR-CALDESC"):
            made.add(key, text(description), encode=False)
    if name:
        made.add("REFRESH-INTERVAL", timed, encode=False)
        made.add("X-PUBLISHED-TTL", interval, encode=False)
    if address:
        made.add("URL", vUri(address), encode=False)
        made.add("SOURCE", vUri(address, params={"VALUE": "URI"}), encode=False)
    if name and newest is not None:
        made.add("LAST-MODIFIED", newest)
    return bytes(made.to_ical()).removesuffix(_TAIL)


def _duration(value: timedelta) -> str:
    """RFC 5545's form, without a remainder below a minute: `PT1H`, `PT90M`, `P1D`."""
    minutes = max(1, int(value.total_seconds()) // 60)
    if minutes % 1440 == 0:
        return f"P{minutes // 1440}D"
    return f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"
