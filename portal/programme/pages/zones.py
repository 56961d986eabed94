"""`/events/{slug}/zone`: choosing the zone whose times stand beside the event’s, for whoever has no scripts."""

from itertools import groupby
from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core import times
from portal.core.errors import NotFound
from portal.programme.queries import public
from portal.programme.rules import filters as rules
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import page

_SESSION = "session"


class ZonePages(Controller):
    path = "/events/{slug:str}/zone"
    opt = {"public": True}
    include_in_schema = False

    @get("/", opt={"page": PageRule(tags=public.TAGS, query=rules.KEYS | {_SESSION})})
    async def choose(self, request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[str]:
        """Leads back to the session it was asked from, or to the programme as it was filtered."""
        programme = await public.by_slug(slug) if may_be_slug(slug) else None
        if programme is None:
            raise NotFound("There is no programme of such an event yet.")
        asked = pairs(request)
        filters, _ = rules.parse(asked, programme)
        session = next((one for one in programme.sessions if (_SESSION, one.slug) in asked), None)
        address = f"/events/{slug}/programme" + (f"/{session.slug}" if session else "")
        kept = [] if session else [(name, value) for name, value in filters.told if name != "zone"]
        return page(
            request, "programme/zone.html", section="events", programme=programme, session=session, address=address, kept=kept,
            chosen=filters.zone, regions=_regions(), headers={"X-Robots-Tag": "noindex"},
        )  # fmt: skip


def _regions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Zones by part of the world, as (name, what people call it)."""
    by_region = groupby(times.zone_names(), key=lambda name: name.partition("/")[0])
    return [(region, [(name, _called(name)) for name in names]) for region, names in by_region]


def _called(name: str) -> str:
    return (name.partition("/")[2] or name).replace("_", " ").replace("/", ", ")
