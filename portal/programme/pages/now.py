"""`/events/{slug}/now`: what is on and what comes next, anew each minute; for phones, and for a screen in the foyer."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import NotFound
from portal.events.inputs import Saving
from portal.programme.pages.programme import drawing, standing
from portal.programme.queries import public
from portal.programme.rules import current_hour
from portal.programme.rules import filters as rules
from portal.programme.rules.clocks import Clocks
from portal.web.asking import wants_fragment
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import page

_RULE = PageRule(tags=public.TAGS, query=frozenset({"zone", "short"}))


class NowPages(Controller):
    path = "/events/{slug:str}/now"
    opt = {"public": True, "page": _RULE}
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now, saving: Saving
    ) -> Response[str]:
        programme = await public.by_slug(slug) if may_be_slug(slug) else None
        if programme is None or not programme.sessions:
            raise NotFound("There is no programme of such an event yet.")
        asked = pairs(request)
        zone = rules.parse([pair for pair in asked if pair[0] == "zone"], programme)[0].zone
        # What stands above the programme, and asks for itself anew.
        short = ("short", "yes") in asked and wants_fragment(request.scope)
        ahead = next((one for one in programme.talks if one.starts_at > now and programme.stands(one)), None)
        return page(
            request, "programme/now.html", block="now", section="events", programme=programme,
            on_now=current_hour.on_now(programme, now), is_soon=current_hour.is_soon(programme, now), short=short,
            ahead=None if short else ahead,
            drawn=drawing(programme, saving, zone), clocks=Clocks(programme.timezone, zone), zone=zone,
            standing=standing(programme), saving=saving.form(f"/events/{slug}/now"),
        )  # fmt: skip
