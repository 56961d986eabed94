"""`/events/{slug}/exhibitors/list.csv` and `.json`: who exhibits, for programs. Readable from other sites, too."""

from typing import Any

import msgspec
from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core.settings import current
from portal.exhibitors.pages.public import the_exhibition
from portal.exhibitors.public import Exhibition
from portal.exhibitors.queries import public
from portal.exhibitors.rules import listing
from portal.web.open_data import HEADERS, table
from portal.web.page_cache import PageRule


class ExhibitorFeeds(Controller):
    path = "/events/{slug:str}/exhibitors"
    opt = {"public": True, "page": PageRule(tags=public.TAGS, shared=True)}
    include_in_schema = False

    @get("/list.csv")
    async def as_csv(self, slug: FromPath[str]) -> Response[bytes]:
        found = await the_exhibition(slug)
        rows = map(listing.line, _rows(found))
        return Response(table(listing.COLUMNS, rows).encode(), media_type="text/csv", headers=_named(slug, "csv"))

    @get("/list.json")
    async def as_json(self, slug: FromPath[str]) -> Response[bytes]:
        found = await the_exhibition(slug)
        content = {"event": found.title, "exhibitors": _rows(found)}
        return Response(msgspec.json.encode(content), media_type="application/json", headers=_named(slug, "json"))


def _rows(found: Exhibition) -> list[dict[str, Any]]:
    return listing.rows(found, base_url=current().base_url)


def _named(slug: str, suffix: str) -> dict[str, str]:
    return {**HEADERS, "Content-Disposition": f'inline; filename="{slug}-exhibitors.{suffix}"'}
