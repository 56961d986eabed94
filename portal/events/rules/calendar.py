"""An event as a calendar entry: what every feed and invitation says of it."""

from collections.abc import Mapping
from typing import Any

from portal.calendars.values import Entry
from portal.events.rules.states import place_words
from portal.events.tables import EventFormat, EventState
from portal.events.values import VenueFacts

VENUE_COLUMNS = ", ".join(f"v.{name} AS venue_{name}" for name in VenueFacts.__struct_fields__)
"""What `venue_of` reads, for a query over `venue v`; with `e.venue AS venue_id` beside it."""


def entry_of(row: Mapping[str, Any], *, base_url: str) -> Entry:
    """The entry of a stored event with its venue (`venue_…` columns) and topic names.

    The way into the room stays out, for the entry goes into public feeds; that there is one (or none any more) is
    something new to send. A withdrawn event reads as cancelled.
    """
    state = EventState(row["state"])
    venue = venue_of(row)
    sponsored = f"Sponsored by {row['sponsor']}" if row["sponsor"] else ""
    online = EventFormat(row["format"]) is EventFormat.ONLINE
    return Entry(
        title=row["title"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        timezone=row["timezone"],
        all_day=row["all_day"],
        location=place_words(EventFormat(row["format"]), venue),
        url=f"{base_url}/events/{row['slug']}",
        description="\n\n".join(part for part in (row["summary"], sponsored) if part),
        cancelled=state in (EventState.CANCELLED, EventState.DRAFT),
        categories=tuple(row["topics"]),
        latitude=None if venue is None or online else venue.latitude,
        longitude=None if venue is None or online else venue.longitude,
        private="" if EventFormat(row["format"]) is EventFormat.IN_PERSON else JOINED_ONLINE,
    )


JOINED_ONLINE = "joined online"
"""What stands for the way into the room. Attendees are given an address of ours that leads on, so that wherever the room
is, and whenever that changes, nothing they hold becomes wrong."""


def venue_of(row: Mapping[str, Any]) -> VenueFacts | None:
    """The venue of a joined row, from its `venue_…` columns."""
    if row["venue_id"] is None:
        return None
    return VenueFacts(**{name: row[f"venue_{name}"] for name in VenueFacts.__struct_fields__})
