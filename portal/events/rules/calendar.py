"""An event as a calendar entry: what every feed and invitation says of it."""

import hashlib
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

    The join link stays out, for the entry goes into public feeds; a digest of it makes its changes known. A
    withdrawn event reads as cancelled.
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
        private=_private(EventFormat(row["format"]), row["online_url"]),
    )


def _private(form: EventFormat, online_url: str) -> str:
    """A digest of how to take part; nothing where one simply goes there."""
    if form is EventFormat.IN_PERSON and not online_url:
        return ""
    return hashlib.blake2b(f"{form} {online_url}".encode(), digest_size=8).hexdigest()


def venue_of(row: Mapping[str, Any]) -> VenueFacts | None:
    """The venue of a joined row, from its `venue_…` columns."""
    if row["venue_id"] is None:
        return None
    return VenueFacts(**{name: row[f"venue_{name}"] for name in VenueFacts.__struct_fields__})
