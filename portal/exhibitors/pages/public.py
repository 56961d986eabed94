"""`/events/{slug}/exhibitors`: the halls and everybody who exhibits; with a company behind it, its part in the event."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_301_MOVED_PERMANENTLY

from portal.core import json_ld
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.core.text import one_line
from portal.directory.queries import companies
from portal.events.inputs import Saving
from portal.exhibitors.desks.pages.stand import address, stand_page, times
from portal.exhibitors.desks.queries import showing
from portal.exhibitors.documents import hall_pdf
from portal.exhibitors.public import Exhibition
from portal.exhibitors.queries import public
from portal.exhibitors.rules import finding
from portal.exhibitors.rules.whereabouts import near
from portal.web.inputs import Now
from portal.web.open_data import HEADERS
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import markup, page

_RULE = PageRule(tags=public.TAGS)


class ExhibitorPages(Controller):
    path = "/events/{slug:str}/exhibitors"
    opt = {"public": True}
    include_in_schema = False

    @get("/", opt={"page": PageRule(tags=public.TAGS, query=finding.KEYS)})
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now, saving: Saving
    ) -> Response[Any]:
        exhibition = await the_exhibition(slug)
        given = {name: one_line(value) for name, value in reversed(pairs(request))}
        filters = finding.parse(given, exhibition)
        found = finding.matching(filters, exhibition.stands)
        linked = finding.schema_org(exhibition, base_url=current().base_url)
        return page(
            request, "exhibitors/index.html", block="results", section="events", exhibition=exhibition, filters=filters,
            found=found, open=exhibition.takes_applications(now),
            halls=[one for one in exhibition.halls if filters.hall in ("", one.slug)], linked=markup(json_ld.encoded(linked)),
            time=times(exhibition), address=address(exhibition), saving=saving,
            spots=finding.found_spots(filters, found, exhibition.halls),
        )  # fmt: skip

    @get("/halls/{hall:str}", opt={"page": _RULE})
    async def hall(
        self, request: Request[Any, Any, Any], slug: FromPath[str], hall: FromPath[str], saving: Saving, now: Now
    ) -> Response[Any]:
        """A hall booth by booth; `b.pdf` is its sheet to print on A3, `b-a4.pdf` on A4."""
        exhibition = await the_exhibition(slug)
        name, is_sheet = hall.removesuffix(".pdf"), hall.endswith(".pdf")
        paper = "a4" if is_sheet and name.endswith("-a4") else ""
        wanted = name.removesuffix("-a4") if paper else name
        found = next((one for one in exhibition.halls if one.slug == wanted), None)
        if found is None:
            raise NotFound("There is no such plan.")
        if is_sheet:
            content = await hall_pdf(exhibition.title, found, paper=paper, now=now)
            named = {"Content-Disposition": f'inline; filename="{slug}-{hall}"', "X-Robots-Tag": "noindex"}
            return Response(content, media_type="application/pdf", headers={**HEADERS, **named})
        return page(
            request, "exhibitors/hall.html", section="events", exhibition=exhibition, hall=found, time=times(exhibition),
            address=address(exhibition), near=near, saving=saving,
        )  # fmt: skip

    @get("/{company:str}", opt={"page": _RULE})
    async def stand(
        self, request: Request[Any, Any, Any], slug: FromPath[str], company: FromPath[str], saving: Saving
    ) -> Response[Any]:
        exhibition = await the_exhibition(slug)
        one = next((one for one in exhibition.stands if one.slug == company), None)
        if one is None:
            moved = await companies.moved_to(company) if may_be_slug(company) else None
            if moved is None or all(stand.slug != moved for stand in exhibition.stands):
                raise NotFound("This company does not exhibit at this event.")
            return Redirect(f"/events/{slug}/exhibitors/{moved}", status_code=HTTP_301_MOVED_PERMANENTLY)
        shown = await showing.by_id(one.id)
        assert shown is not None, "the exhibitor is in the list"
        return await stand_page(request, exhibition, one, shown, saving)


async def the_exhibition(slug: str) -> Exhibition:
    found = await public.by_slug(slug) if may_be_slug(slug) else None
    if found is None:
        raise NotFound("This event has no exhibitors, or none yet.")
    return found
