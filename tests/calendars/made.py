"""Entries, revisions and calendars for tests."""

from datetime import UTC, datetime
from typing import Any

from portal.calendars import building, rules, zones
from portal.calendars.values import Entry, FeedContent, Revision, ZoneUse

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ORGANIZER = "Sterile Line <events@sterileline.example>"
ZONES = (
    *("America/New_York", "Europe/Vienna", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran", "UTC"),
)


def entry(**facts: Any) -> Entry:
    """A day in Vienna in February 2027, 09:00 to 17:00 there, with `facts` changed."""
    usual = {
        "title": "Aseptic filling",
        "starts_at": datetime(2027, 2, 9, 8, 0, tzinfo=UTC),
        "ends_at": datetime(2027, 2, 9, 16, 0, tzinfo=UTC),
        "timezone": "Europe/Vienna",
        "location": "Messe Wien, Halle A",
    }
    return Entry(**{**usual, **facts})


def revision(entry: Entry, *, number: int = 1, uid: str = "event-1-abc@portal.example") -> Revision:
    """A revision of that entry as `publish` would make it first."""
    first = rules.first(1, uid, rules.tidied(entry), NOW)
    return first if number == 1 else rules.successor(first, first.entry, NOW)


def feed(*entries: Entry, name: str = "Events") -> bytes:
    """A feed of entries, made without a database."""
    made = [revision(one, uid=f"event-{place}-abc@portal.example") for place, one in enumerate(entries, 1)]
    return feed_of(*made, name=name)


def feed_of(*revisions: Revision, name: str = "Events") -> bytes:
    """A feed of these revisions."""
    uses = [use for one in revisions if (use := zones.use_of(one.entry))]
    merged = []
    for zone in sorted({use.name for use in uses}):
        same = [use for use in uses if use.name == zone]
        merged.append(ZoneUse(zone, min(use.first_year for use in same), max(use.last_year for use in same)))
    content = FeedContent(b"".join(map(building.vevent, revisions)), tuple(merged), NOW, len(revisions))
    return building.calendar(content, name=name)
