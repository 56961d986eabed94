"""What exhibitors say on the page of their event: the first hall, who stands where, and the way in for companies."""

from datetime import datetime

from portal.events.tables import EventKind
from portal.events.values import Part, Row
from portal.exhibitors.desks.pages.stand import address
from portal.exhibitors.queries import public

_MOST = 30


async def exhibitor_part(event: Row, now: datetime) -> Part | None:
    """Nothing where nobody exhibits and nobody can apply."""
    exhibition = await public.by_slug(event.slug) if event.kind is EventKind.OWN else None
    if exhibition is None:
        return None
    is_open = exhibition.takes_applications(now)
    if not exhibition.stands and not is_open:
        return None
    return Part(
        template="exhibitors/event_part.html",
        values={
            "e": event, "exhibition": exhibition, "open": is_open, "most": _MOST, "address": address(exhibition),
            "hall": exhibition.halls[0] if exhibition.halls else None,
        },
    )  # fmt: skip
