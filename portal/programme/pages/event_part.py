"""What a programme says on its event’s page: the beginning of a day, and how many sessions there are."""

from datetime import datetime
from itertools import islice

from portal.core.settings import current
from portal.events.inputs import SaveButtons
from portal.events.values import Part, Row
from portal.programme.pages.programme import drawing
from portal.programme.public import day_of
from portal.programme.queries import public
from portal.programme.rules import schedule, schema_org

_SLOTS, _PARALLEL, _LINKED = 6, 4, 50


async def programme_part(event: Row, now: datetime, *, saving: SaveButtons) -> Part | None:
    """The day that goes on or comes next, its first hours; nothing before the first release."""
    programme = await public.by_slug(event.slug)
    if programme is None or not programme.sessions:
        return None
    today = day_of(now, programme.zone)
    on = next((day for day in programme.days if day >= today), programme.days[0])
    that_day = [one for one in programme.sessions if one.on == on]
    slots = list(islice(schedule.slots(that_day), _SLOTS))
    base_url = current().base_url
    return Part(
        template="programme/event_part.html",
        values={
            "programme": programme, "on": on, "slots": slots, "parallel": _PARALLEL, "e": event,
            "drawn": drawing(programme, saving),
        },
        facts={"subEvent": [schema_org.brief(programme, one, base_url=base_url) for one in programme.sessions[:_LINKED]]},
    )  # fmt: skip
