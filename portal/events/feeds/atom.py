"""`/events.atom`: what was announced or changed last, under the same filters as the list."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get
from litestar.response import Response

from portal.core.atom import feed
from portal.core.settings import current
from portal.core.times import today
from portal.events.feeds.calendars import name_of
from portal.events.forms import readable
from portal.events.queries import exports
from portal.events.rules import atom
from portal.events.rules.filters import KEYS
from portal.web.inputs import Now
from portal.web.page_cache import PageRule

_RULE = PageRule(tags=("events",), query=KEYS, strict=True, shared=True)


@get("/events.atom", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def events_atom(request: Request[Any, Any, Any], now: Now) -> Response[bytes]:
    asks = readable(request)
    found = await exports.newest(asks, today=today(now))
    body = feed(
        [atom.entry(event.row, event.published_at, current().base_url) for event in found],
        title=await name_of(asks),
        author=current().site_name,
        base_url=current().base_url,
        host=urlsplit(current().base_url).hostname or "localhost",
        path=f"/events.atom{asks.query()}",
        page=f"/events{asks.query()}",
    )
    headers = {"Cache-Control": "public, no-cache"}
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)
