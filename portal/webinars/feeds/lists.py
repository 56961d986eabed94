"""`/webinars.ics`: any list of webinars as a calendar that stays true. `/webinars.atom`: what was announced or changed last."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get
from litestar.response import Response

from portal.calendars import feeds
from portal.calendars.values import Feed
from portal.core.atom import Entry, feed
from portal.core.settings import current
from portal.core.times import today
from portal.events.rules import atom
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.webinars.feeds.api import readable
from portal.webinars.public import Listed
from portal.webinars.queries import listing
from portal.webinars.queries.facets import counted
from portal.webinars.rules import public
from portal.webinars.rules.filters import CHOICES, KEYS, LISTS, Filters

_TAGS = (*listing.TAGS, "calendars")
_RULE = PageRule(tags=_TAGS, query=KEYS, strict=True, shared=True)
_MOST, _NEWEST = 2000, 100


@get("/webinars.ics", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def webinars_calendar(request: Request[Any, Any, Any], now: Now) -> Response[Any]:
    """Past and cancelled ones stay in the calendar, unless `when` says otherwise."""
    asks = readable(request)
    followed = asks if asks.when else asks.with_(when="all")
    keys = await listing.event_ids(followed, today=today(now), most=_MOST)
    calendar = Feed(
        kind="event",
        keys=tuple(str(key) for key in keys),
        name=await _name_of(asks, now),
        description=f"Follows {current().base_url}/webinars{asks.query()}",
        address=f"{current().base_url}/webinars.ics{asks.query()}",
        filename="webinars",
    )
    return await feeds.answer(request, calendar, now=now)


@get("/webinars.atom", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def webinars_atom(request: Request[Any, Any, Any], now: Now) -> Response[bytes]:
    asks = readable(request)
    followed = asks if asks.when else asks.with_(when="all")
    found = await listing.part(followed, today=today(now), size=_NEWEST, newest=True)
    body = feed(
        [_entry(one) for one in found],
        title=await _name_of(asks, now),
        author=current().site_name,
        base_url=current().base_url,
        host=urlsplit(current().base_url).hostname or "localhost",
        path=f"/webinars.atom{asks.query()}",
        page=f"/webinars{asks.query()}",
    )
    headers = {"Cache-Control": "public, no-cache"}
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _entry(one: Listed) -> Entry:
    """An event's entry, with who pays, who is on stage, and what can be watched."""
    told = atom.entry(one.row, one.published_at, current().base_url)
    people = ", ".join(person.name for person in one.speakers)
    more = [
        f"Sponsored by {' and '.join(payer.name for payer in one.sponsors)}." if one.sponsors else "",
        f"With {people}." if people else "",
        f"Recording: {public.recording(one, one.row)}" if one.is_watchable else "",
    ]
    return Entry(
        key=f"webinar/{one.id}",
        title=f"Recording: {told.title}" if one.is_watchable else told.title,
        published=told.published,
        updated=one.changed_at,
        address=told.address,
        summary=" ".join(part for part in (told.summary, *more) if part),
        related=told.related,
        categories=told.categories,
    )


async def _name_of(asks: Filters, now: Now) -> str:
    """What a list is called in somebody's calendar: `Sterile Line webinars: Isolators, with a certificate`."""
    facets = await counted(asks, today=today(now)) if any(getattr(asks, name) for name in LISTS) else None
    words = [f"“{asks.q}”"] if asks.q else []
    for name in LISTS:
        words += [facets.name_of(name, slug) or slug for slug in getattr(asks, name)] if facets else []
    words += [CHOICES[key][value].lower() for key in ("price", "certificate") if (value := getattr(asks, key))]
    name = f"{current().site_name} webinars"
    return f"{name}: {', '.join(words)}" if words else name
