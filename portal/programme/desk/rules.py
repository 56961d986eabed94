"""What can be said at the desk: spans of a day, which files are slides, the usual words about being recorded."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from portal.core import times
from portal.media.rules import ending
from portal.programme.desk.values import Span
from portal.programme.public import DAY_CHANGES
from portal.web import moments

WORDING = "recording"
"""The kind of the wordings about being recorded; their key is the event’s id."""
MOST_DAYS = 31
ROWS = 2
"""Spans that can be named of a day; more where more are stored."""
ITEMS = {
    "address": "Address", "invited": "Invited", "coming": "Coming", "bio": "About", "photo": "Photo",
    "availability": "Availability", "slides": "Slides", "consent": "Recording",
}  # fmt: skip
"""What is asked of everybody who speaks, by key, in the order of the table."""
ASKED = tuple(key for key in ITEMS if key not in ("address", "invited"))
"""What only they themselves can do."""
SLIDES = ("pdf", "pptx", "odp")
SLIDES_ACCEPTED = ",".join(f".{end}" for end in SLIDES)
MOST_VERSIONS = 5
REMIND_BEFORE = (timedelta(days=14), timedelta(days=3))
"""When the portal reminds by itself, before slides are due."""
NOT_AGAIN_WITHIN = timedelta(hours=20)
"""Nobody is asked twice a day."""
_INSTEAD = "Please hand in a PDF or a presentation (PPTX, ODP)."
_KEYNOTE = "This is a Keynote file, which only Macs can show. Please export it as PDF or PPTX."
_WRONG = "Please give a time such as 09:30."


def usual_wording(event: str, organiser: str) -> str:
    """What people are asked where the organiser has no words of their own."""
    return (
        f"{organiser} may record my sessions at {event} in sound and picture and show the recording to those who "
        "registered and on its own pages. I can change this answer at any time; it then counts for what has not been "
        "published yet."
    )


def slides_fault(name: str) -> str:
    """Why a file of that name is not taken as slides; empty when it may be."""
    end = ending(name)
    if end in SLIDES:
        return ""
    return _KEYNOTE if end == "key" else f"{_INSTEAD} Older and other formats: export them as PDF."


def event_days(starts_at: datetime, ends_at: datetime, zone_name: str) -> list[date]:
    """The days of an event where it takes place, a month of them at most."""
    zone = times.zone(zone_name)
    first = starts_at.astimezone(zone).date()
    last = (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range(min(MOST_DAYS, (last - first).days + 1))]


def spans_typed(
    typed: Mapping[str, str], days: Sequence[date], zone_name: str, rows: Mapping[date, int]
) -> tuple[list[Span], dict[str, str]]:
    """The spans a form names (`from-DAY-N` and `to-DAY-N`, times of the event’s zone), and what is wrong by field.

    A day of a conference goes on for some hours after midnight: until 01:00 is the night after it.
    """
    found: list[Span] = []
    faults: dict[str, str] = {}
    for day in days:
        for n in range(rows.get(day, ROWS)):
            names = [f"{edge}-{day.isoformat()}-{n}" for edge in ("from", "to")]
            given = [typed.get(name, "") for name in names]
            if not any(given):
                continue
            clocks = [_clock(one) for one in given]
            faults |= {
                name: _WRONG if one else "Please give both, or neither."
                for name, one, at in zip(names, given, clocks, strict=True)
                if at is None
            }
            begins, ends = clocks
            if begins is None or ends is None:
                continue
            skipped = [moments.gap(datetime.combine(day, at), zone_name) for at in (begins, ends)]
            faults |= {name: why for name, why in zip(names, skipped, strict=True) if why}
            if any(skipped):
                continue
            starts_at, ends_at = _moment(day, begins, zone_name), _moment(day, ends, zone_name)
            if ends_at <= starts_at and timedelta(hours=ends.hour, minutes=ends.minute) <= DAY_CHANGES:
                ends_at = _moment(day + timedelta(days=1), ends, zone_name)
            if ends_at <= starts_at:
                faults[names[1]] = "This ends before it begins."
            else:
                found.append((starts_at, ends_at))
    return merged(found), faults


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    told: list[Span] = []
    for starts_at, ends_at in sorted(spans):
        if told and starts_at <= told[-1][1]:
            told[-1] = (told[-1][0], max(told[-1][1], ends_at))
        else:
            told.append((starts_at, ends_at))
    return told


def by_day(spans: Sequence[Span], zone_name: str) -> dict[date, list[tuple[str, str]]]:
    """Spans as the form shows them: by the day they begin on."""
    told: dict[date, list[tuple[str, str]]] = {}
    for starts_at, ends_at in spans:
        day = starts_at.astimezone(times.zone(zone_name)).date()
        told.setdefault(day, []).append((times.clock(starts_at, zone_name), times.clock(ends_at, zone_name)))
    return told


def _clock(typed: str) -> time | None:
    try:
        found = time.fromisoformat(typed)
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0) if found.tzinfo is None else None


def _moment(day: date, clock: time, zone_name: str) -> datetime:
    return datetime.combine(day, clock, times.zone(zone_name)).astimezone(UTC)
