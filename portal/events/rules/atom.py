"""Events as entries of an Atom feed."""

from datetime import datetime

from portal.core.atom import Entry
from portal.events.rules import words
from portal.events.tables import EventState
from portal.events.values import Row


def entry(row: Row, announced: datetime, base_url: str) -> Entry:
    """An event, with the moment it was announced."""
    address = f"{base_url}/events/{row.slug}"
    first, rest = words.where(row)
    place = ", ".join(part for part in (first, rest) if part)
    sponsored = f"Sponsored by {row.sponsor}" if row.sponsor else ""
    time = " ".join(part for part in (words.days(row), words.hours(row)) if part)
    facts = " · ".join(part for part in (time, place, words.price(row), sponsored) if part)
    state = {EventState.CANCELLED: "Cancelled: ", EventState.MOVED: "Moved: "}.get(row.state, "")
    return Entry(
        key=f"event/{row.id}",
        title=state + row.title,
        published=announced,
        updated=row.changed_at,
        address=address,
        related={"text/calendar": f"{address}.ics"},
        categories=row.topics,
        summary=" ".join(part for part in (facts + ".", row.summary) if part),
    )
