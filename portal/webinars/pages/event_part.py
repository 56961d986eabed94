"""What a webinar says on the page of its event."""

from datetime import datetime

from portal.core.settings import current
from portal.events.values import Part, Row
from portal.media import queries as media
from portal.webinars.queries import on_event
from portal.webinars.rules import public


async def webinar_part(row: Row, now: datetime) -> Part | None:
    """Who is on stage, who pays, the way in, the series, answered questions, the certificate; None without a room."""
    found = await on_event.of_event(row.id)
    if found is None:
        return None
    base_url = current().base_url
    return Part(
        template="webinars/event_part.html",
        values={
            "webinar": found,
            "e": row,
            "way": public.way_in(found, row),
            "photos": await media.by_keys([one.photo for one in found.speakers if one.photo]),
            "asks_for": public.asks_for(found.certificate) if found.certificate else [],
        },
        facts=public.schema_facts(found, row, base_url=base_url),
        linked=public.schema_faq(found),
    )
