"""Ways into the directory: A to Z, the showcase, suggestions; and how its order is made."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.core import changes
from portal.core.errors import NotFound
from portal.core.paging import Page
from portal.core.text import one_line
from portal.core.times import today
from portal.directory import sponsored
from portal.directory.audience import seen_in_list
from portal.directory.cards import cards
from portal.directory.logos import logos_of
from portal.directory.pages.listing import TAGS
from portal.directory.queries import browsing, listing, suggestions
from portal.directory.queries.facets import counted
from portal.directory.rules import freshness, ranking
from portal.directory.rules.filters import FACETS, MOST_LETTERS, Filters
from portal.directory.tables.companies import TermKind
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page

_NAMES = 120
_TILES = 24
_LISTS = PageRule(tags=("companies",), query=frozenset({"page"}))


class GuideToCompanies(Controller):
    path = "/companies"
    opt = {"public": True}
    include_in_schema = False

    @get(["/a-z", "/a-z/{letter:str}"], opt={"page": _LISTS})
    async def names(self, request: Request[Any, Any, Any], letter: FromPath[str] = "") -> Response[str]:
        """Names by their first letter."""
        letters = await browsing.letters()
        shown = letter or next((each for each, count in letters.items() if count), "a")
        if shown not in letters:
            raise NotFound("There is no such letter.")
        at = Page(page_number(request), _NAMES, letters[shown])
        if at.number > at.last:
            raise NotFound(f"This letter has {at.last} pages.")
        return page(
            request,
            "directory/names.html",
            section="directory",
            letters=letters,
            letter=shown,
            names=await browsing.by_letter(shown, size=_NAMES, offset=at.offset),
            at=at,
            address=lambda number: f"/companies/a-z/{shown}" + (f"?page={number}" if number > 1 else ""),
        )

    @get("/showcase", opt={"page": PageRule(tags=TAGS)})
    async def showcase(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        """The first of each category by merit, and what there is to find."""
        day = today(now)
        version = await changes.version("companies")
        context = await listing.context_of(Filters(), today=day, version=version)
        facets = await counted(context, version=version)
        capabilities = [term for term in facets.term if term.kind is TermKind.CAPABILITY and not term.parent]
        best = await browsing.best_of_categories(context)
        seen_in_list([row.id for category in best for row in category.rows], request)
        return page(
            request,
            "directory/showcase.html",
            section="directory",
            facets=facets,
            tiles=capabilities[:_TILES],
            best=[(category, cards(category.rows, context)) for category in best],
            logos=await logos_of([row for category in best for row in category.rows], now=now),
            **await sponsored.lane(request, [category.slug for category in best], now=now, version=version),
        )

    @get("/suggestions", opt={"page": PageRule(tags=("companies",), query=frozenset({"q"}))})
    async def suggest(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        """A plain list; for the search field, its options."""
        typed = one_line(next((value for name, value in pairs(request) if name == "q"), "")[:2000])
        too_long = len(typed) > MOST_LETTERS
        found = [] if too_long else await suggestions.suggested(typed, today=today(now))
        groups: dict[str, list[suggestions.Suggestion]] = {}
        for suggestion in found:
            groups.setdefault(suggestion.group, []).append(suggestion)
        return page(
            request, "directory/suggestions.html", block="options", status=422 if too_long else 200, section="directory",
            typed=typed[:MOST_LETTERS], too_long=too_long, groups=groups,
        )  # fmt: skip

    @get("/how-results-are-ordered", opt={"page": PageRule()}, sync_to_thread=False)
    def order(self, request: Request[Any, Any, Any]) -> Response[str]:
        """From the same table as the order itself."""
        return page(
            request,
            "directory/order.html",
            section="directory",
            factors=ranking.FACTORS,
            facets=FACETS,
            freshness=freshness,
            most=sum(factor.weight for factor in ranking.FACTORS if factor.name != "name"),
        )
