"""`/events.ics`: any list of events as a calendar that stays true."""

from typing import Any

from litestar import Request, get
from litestar.response import Response

from portal.calendars import feeds
from portal.calendars.values import Feed
from portal.core import countries
from portal.core.settings import current
from portal.core.times import today
from portal.events.forms import readable
from portal.events.queries import exports
from portal.events.rules.filters import CHOICES, KEYS, Filters
from portal.web.inputs import Now
from portal.web.page_cache import PageRule

_RULE = PageRule(tags=("events", "calendars"), query=KEYS, strict=True, shared=True)


@get("/events.ics", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def events_calendar(request: Request[Any, Any, Any], now: Now) -> Response[Any]:
    """Past and cancelled events stay in the calendar, unless `when` says otherwise."""
    asks = readable(request)
    followed = asks if asks.when else asks.with_(when="all")
    keys = await exports.ids(followed, today=today(now))
    told = f"Follows {current().base_url}/events{asks.query()}"
    if len(keys) == exports.MOST:
        total = await exports.count(followed, today=today(now))
        told += f" (the {len(keys):,} of {total:,} that lie ahead or are over last)" if total > len(keys) else ""
    feed = Feed(
        kind="event",
        keys=tuple(str(key) for key in keys),
        name=await name_of(asks),
        description=told,
        address=f"{current().base_url}/events.ics{asks.query()}",
        filename="events",
    )
    return await feeds.answer(request, feed, now=now)


async def name_of(asks: Filters) -> str:
    """What a list is called in somebody's calendar: `Sterile Line events: Isolators, Austria`."""
    words = [f"“{asks.q}”"] if asks.q else []
    words += await exports.topic_names(asks.topic) if asks.topic else []
    words += [*asks.city, *(countries.name(code) for code in asks.country)]
    for key in ("format", "price", "kind"):
        if value := getattr(asks, key):
            words.append(CHOICES[key][value].lower())
    words += [f"from {asks.since.words}"] if asks.since else []
    words += [f"until {asks.until.words}"] if asks.until else []
    name = f"{current().site_name} events"
    return f"{name}: {', '.join(words)}" if words else name
