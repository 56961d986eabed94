"""`/companies.atom`: companies that are new or have changed, under the same filters as the list."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get
from litestar.response import Response

from portal.core import changes
from portal.core.atom import Entry, feed
from portal.core.settings import current
from portal.core.times import today
from portal.directory.cards import place
from portal.directory.forms.finding import readable
from portal.directory.queries import exports, listing
from portal.directory.queries.exports import Full
from portal.directory.rules.filters import KEYS, chips
from portal.directory.tables.companies import TermKind
from portal.web.inputs import Now
from portal.web.open_data import HEADERS
from portal.web.page_cache import PageRule

_RULE = PageRule(tags=("companies",), query=KEYS, strict=True, shared=True)


@get("/companies.atom", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def companies_atom(request: Request[Any, Any, Any], now: Now) -> Response[bytes]:
    asks, site = readable(request), current()
    context = await listing.context_of(asks, today=today(now), version=await changes.version("companies"))
    found = await exports.newest(context)
    said = ", ".join(chip.words for chip in chips(asks, context.names))
    body = feed(
        [_entry(full, site.base_url) for full in found],
        title=f"{site.site_name} companies{': ' + said if said else ''}",
        author=site.site_name,
        base_url=site.base_url,
        host=urlsplit(site.base_url).hostname or "localhost",
        path=f"/companies.atom{asks.query()}",
        page=f"/companies{asks.query()}",
    )
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=HEADERS)


def _entry(full: Full, base_url: str) -> Entry:
    row = full.row
    capabilities = {
        fact.term.split(":", 1)[1]: row.terms[fact.term]
        for fact in row.profile.facts
        if fact.kind in (TermKind.CATEGORY, TermKind.CAPABILITY) and fact.term in row.terms
    }
    return Entry(
        key=f"company/{row.id}",
        title=row.name if row.revision > 1 else f"New: {row.name}",
        published=row.created_at,
        updated=row.changed_at,
        address=f"{base_url}/companies/{row.slug}",
        related={"application/json": f"{base_url}/api/v1/companies/{row.slug}"},
        categories=capabilities,
        summary=". ".join(part for part in (place(row.profile), row.profile.tagline) if part),
    )
