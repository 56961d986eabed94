"""Events for tests, made through the real commands.

    await events.make(title="Isolator Day")                      # own, public, in person in Ghent, a month ahead
    await events.make(online=True, topics=("Quality",))          # online, no venue
    await events.make(kind=EventKind.EXTERNAL, url="https://…")
    await events.make_many(30)                                   # one statement's worth, on following days

Times are given as local times of `timezone`. `facts` builds the facts alone, for tests of the commands.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import clock, times
from portal.events import commands
from portal.events.tables import EventFormat
from portal.events.values import EventFacts, VenueFacts

GHENT = VenueFacts(name="Oude Vismijn", street="Rekelingestraat 5", postal_code="9000", city="Ghent", country="BE")
VIENNA = VenueFacts(name="Donauhalle", street="Uferstrasse 14", postal_code="1220", city="Vienna", country="AT")


def ahead(days: int = 30, hour: int = 9, timezone: str = "Europe/Brussels") -> datetime:
    """A moment so many days from now, at a full hour of the zone."""
    local = clock.now().astimezone(times.zone(timezone)) + timedelta(days=days)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


def facts(
    title: str = "Container Closure Practicum", *, days: int = 30, hours: int = 8, online: bool = False, **more: Any
) -> EventFacts:
    """An event's facts; whatever `EventFacts` knows can be given in `more`."""
    zone = more.get("timezone", "Europe/Brussels")
    starts_at = more.pop("starts_at", None) or ahead(days, timezone=zone)
    given: dict[str, Any] = {
        "title": title,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=hours),
        "timezone": zone,
        "format": EventFormat.ONLINE if online else EventFormat.IN_PERSON,
        "venue": None if online else GHENT,
        "summary": "Two laboratory days on helium leak and laser headspace.",
        "topics": ("Analytics",),
        "organiser_name": "Sterile Line",
    }
    return EventFacts(**{**given, **more})


async def make(title: str = "Container Closure Practicum", *, now: datetime | None = None, **more: Any) -> int:
    """Store one event and give its id."""
    return await commands.save_event(actor=PORTAL, facts=facts(title, **more), now=now or clock.now())


async def make_many(count: int, *, now: datetime | None = None, **more: Any) -> list[int]:
    """Store events on following days, named `Event 1` and so on, and give their ids."""
    first = more.pop("days", 10)
    these = [facts(f"Event {n + 1}", days=first + n, **more) for n in range(count)]
    saved = await commands.save_events(actor=PORTAL, facts=these, now=now or clock.now())
    return [answer.event_id for answer in saved if answer.event_id is not None]


NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A fixed moment for tests of commands, which are told the time."""

_EIGHTH = date(clock.now().year + 1, 2, 8)
DAY = _EIGHTH + timedelta((1 - _EIGHTH.weekday()) % 7)
"""The second Tuesday of next year's February: always to come, never under daylight saving time."""
NINE = datetime.combine(DAY, time(9), times.zone("Europe/Vienna")).astimezone(UTC)
