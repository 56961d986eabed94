"""Slots of published spans, the grid by which people publish them, limits, and what calendars are told. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.calendars.values import Entry
from portal.core import times
from portal.core.errors import Invalid
from portal.exhibitors.meetings.values import Host, MeetingRecord, Slot, Span
from portal.exhibitors.tables.meetings import MeetingState

STEP = timedelta(minutes=30)
"""A box of the grid."""
LENGTHS = (10, 15, 20, 30, 45, 60, 90, 120)
PAUSES = (0, 5, 10, 15, 30)
MOST_OFFERS = 3
MOST_OPEN = 8
"""Requests one place may have open at an event."""
MOST_TRIES = 3
"""Requests one place may send to an exhibitor that come to nothing."""
MOST_APPROACHES = 20
"""Attendees a company may have asked who have not answered."""
LATE = timedelta(hours=12)
"""So long after a meeting somebody can still say that the other did not come."""
ENDS_SOON = timedelta(hours=12)
"""So long before a request ends by itself whoever answers is reminded."""
REMINDED_BEFORE = timedelta(hours=1)
_OPENS, _CLOSES, _MIDNIGHT = time(8), time(18), time()
_DAY = timedelta(days=1)


def slots(host: Host) -> list[Slot]:
    """The meetings that fit into somebody's spans, one after the other with their pause in between."""
    length, pause = timedelta(minutes=host.slot_minutes), timedelta(minutes=host.pause_minutes)
    found = []
    for span in host.spans:
        start = span.starts_at
        while start + length <= span.ends_at:
            found.append(
                Slot(
                    host_id=host.id, account_id=host.account_id, host_name=host.name, starts_at=start,
                    ends_at=start + length,
                )
            )  # fmt: skip
            start += length + pause
    return found


def joined(starts: Iterable[datetime]) -> list[Span]:
    """Boxes of the grid as spans: those that follow each other are one."""
    found: list[Span] = []
    for start in sorted(set(starts)):
        if found and found[-1].ends_at == start:
            found[-1] = Span(found[-1].starts_at, start + STEP)
        else:
            found.append(Span(start, start + STEP))
    return found


def ticked_spans(boxes: Iterable[datetime], event: Span, zone: ZoneInfo) -> list[Span]:
    """The boxes of an event's grid that were ticked, as spans. Raises Invalid for what is none of them."""
    chosen = set(boxes)
    if not chosen <= set(all_boxes(event, zone)):
        raise Invalid({"boxes": "Some of these times are outside the event. Please tick them once more."})
    return joined(chosen)


def days(event: Span, zone: ZoneInfo) -> list[date]:
    """The local days of an event."""
    first = event.starts_at.astimezone(zone).date()
    last = (event.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range(min(31, (last - first).days + 1))]


def boxes(event: Span, day: date, zone: ZoneInfo) -> list[datetime]:
    """The half hours of a day of an event that can be ticked, in UTC: all of the event on that day, on days of a longer one
    between eight and six, or as early and as late as it begins and ends.
    """
    first, last = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    opens, closes = min(_OPENS, first.time()), max(_CLOSES, last.time())
    is_short = event.ends_at - event.starts_at <= _DAY
    # An evening that goes on past midnight has a day that begins after six and one that ends before eight.
    if is_short or (day == last.date() and last.time() <= _OPENS):
        opens = _MIDNIGHT
    all_evening = is_short or last.time() == _MIDNIGHT or (day == first.date() and first.time() >= _CLOSES)
    end = datetime.combine(day + _DAY, _MIDNIGHT, zone) if all_evening else datetime.combine(day, closes, zone)
    start = max(event.starts_at, datetime.combine(day, opens, zone)).astimezone(UTC)
    found = []
    while start + STEP <= min(end, event.ends_at):
        found.append(start)
        start += STEP
    return found


def all_boxes(event: Span, zone: ZoneInfo) -> list[datetime]:
    """Those of every day."""
    return [box for day in days(event, zone) for box in boxes(event, day, zone)]


def ticked(host: Host | None, box: datetime) -> bool:
    """Whether somebody can be met all through a box."""
    span = Span(box, box + STEP)
    return host is not None and any(one.holds(span) for one in host.spans)


def expires_at(now: datetime, starts: Sequence[datetime], hours: int) -> datetime:
    """When a request ends by itself: unanswered for so long, or when the last of its times has come."""
    return min(now + timedelta(hours=hours), max(starts))


def entry(meeting: MeetingRecord, *, base_url: str) -> Entry:
    """A meeting as calendars keep it: without the people's names, which every reader is told in their own (`title_for`)."""
    return Entry(
        title=f"Meeting: {meeting.company_name}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        timezone=meeting.timezone,
        location=", ".join(part for part in (meeting.where, meeting.venue) if part),
        url=f"{base_url}/events/{meeting.event_slug}",
        description=f"At {meeting.event_title}",
        cancelled=meeting.state is MeetingState.CANCELLED,
        private=f"host {meeting.host_id}",
    )


def time_words(start: datetime, end: datetime, zone_name: str) -> str:
    """`10:00–10:30`."""
    return f"{times.clock(start, zone_name)}–{times.clock(end, zone_name)}"
