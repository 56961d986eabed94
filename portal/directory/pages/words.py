"""`/companies/capability/lyophilisation`: every word of the vocabulary has a page, and every kind an index of them."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core import changes, json_ld
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.core.times import today
from portal.directory import sponsored
from portal.directory.around import KIND_PATHS
from portal.directory.audience import seen_in_list
from portal.directory.pages.listing import TAGS, categories, firms_of
from portal.directory.queries import browsing, listing, terms
from portal.directory.queries.listing import Found
from portal.directory.queries.terms import Term
from portal.directory.rules.filters import FACETS, Facet, Filters
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug
from portal.web.rendering import markup, page

_BY_PATH = {KIND_PATHS[facet.kind]: facet for facet in FACETS if facet.kind is not None}
_PLURALS = {
    "category": "Categories", "capability": "Capabilities", "form": "Dosage forms", "route": "Routes of administration",
    "therapy": "Therapy areas", "certificate": "Certificates",
}  # fmt: skip


class WordPages(Controller):
    path = "/companies"
    opt = {"public": True, "page": PageRule(tags=TAGS)}
    include_in_schema = False

    @get([f"/{path}" for path in _BY_PATH])
    async def index(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        facet = _facet(request)
        assert facet.kind is not None
        found = await browsing.words(facet.kind, today=today(now))
        below: dict[str, list[browsing.WordCount]] = {}
        known = {word.slug for word in found}
        for word in found:
            below.setdefault(word.parent if word.parent in known else "", []).append(word)
        return page(
            request, "directory/words.html", section="directory", facet=facet, title=_PLURALS[facet.key], below=below,
            root=f"/companies/{KIND_PATHS[facet.kind]}",
        )  # fmt: skip

    @get([f"/{path}/{{word:str}}" for path in _BY_PATH])
    async def word(self, request: Request[Any, Any, Any], word: FromPath[str], now: Now) -> Response[str]:
        facet, day = _facet(request), today(now)
        assert facet.kind is not None
        version = await changes.version("companies")
        term = await terms.by_slug(facet.kind, word, version=version) if may_be_slug(word) else None
        if term is None:
            raise NotFound(f"The directory has no {facet.title.lower()} of that name.")
        asks = Filters().with_(**{facet.key: (word,)})
        found = await listing.found(asks, page=1, today=day, version=version)
        seen_in_list([row.id for row in found.rows], request)
        return page(
            request,
            "directory/word.html",
            section="directory",
            facet=facet,
            term=term,
            found=found,
            filters=asks,
            firms=await firms_of(found, now=now),
            related=[(other, f"/companies/{KIND_PATHS[other.kind]}/{other.slug}") for other in term.related],
            **await sponsored.lane(request, categories(asks, found), now=now, version=found.version),
            root=f"/companies/{KIND_PATHS[facet.kind]}",
            kinds=_PLURALS[facet.key],
            linked=markup(json_ld.encoded(_linked(facet, term, found))),
        )


def _facet(request: Request[Any, Any, Any]) -> Facet:
    return _BY_PATH[request.url.path.split("/")[2]]


def _linked(facet: Facet, term: Term, found: Found) -> list[dict[str, Any]]:
    """The list and where it stands, in schema.org's words."""
    base, path = current().base_url, KIND_PATHS[term.kind]
    address = f"{base}/companies/{path}/{term.slug}"
    items = [
        {"@type": "ListItem", "position": place, "url": f"{base}/companies/{row.slug}", "name": row.name}
        for place, row in enumerate(found.rows, 1)
    ]
    listed = {
        "@context": "https://schema.org", "@type": "ItemList", "@id": address, "name": term.name,
        "numberOfItems": found.page.total, "itemListOrder": "https://schema.org/ItemListOrderDescending",
        "itemListElement": items,
    }  # fmt: skip
    steps = [("Company directory", f"{base}/companies"), (_PLURALS[facet.key], f"{base}/companies/{path}")]
    return [listed, json_ld.trail([*steps, (term.name, address)])]
