"""What exhibitors say on the page of their event."""

from datetime import datetime

from portal.events.tables import EventKind
from portal.events.values import Part, Row
from portal.exhibitors.queries import offers


async def exhibitor_part(event: Row, now: datetime) -> Part | None:
    """The way in for companies; nothing where there is no exhibition."""
    if event.kind is not EventKind.OWN:
        return None
    offer = await offers.by_slug(event.slug)
    if offer is None or not offer.takes_applications(now):
        return None
    return Part(template="exhibitors/event_part.html", values={"e": event, "offer": offer, "open": True})
