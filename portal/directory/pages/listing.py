"""`/companies`: the directory with its filters."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response
from markupsafe import Markup

from portal.core.errors import NotFound
from portal.core.keeping import Kept
from portal.core.times import today
from portal.directory import sponsored
from portal.directory.around import KIND_PATHS, fields_of
from portal.directory.audience import seen_in_list
from portal.directory.cards import cards
from portal.directory.forms.finding import asked
from portal.directory.logos import logos_of
from portal.directory.queries import listing, places, spelling
from portal.directory.queries.listing import Found
from portal.directory.queries.spelling import Respelled
from portal.directory.rules import filters as filter_rules
from portal.directory.rules.filters import FACET, KEYS, Filters, Parsed
from portal.directory.tables.companies import TermKind
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import page_number
from portal.web.rendering import markup, page, render

TAGS = ("companies",)


class DirectoryPages(Controller):
    path = "/companies"
    opt = {"public": True, "page": PageRule(tags=TAGS, query=KEYS | {"page"})}
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        number, day = page_number(request), today(now)
        parsed = asked(request)
        found = await listing.found(parsed.filters, page=number, today=day)
        if found.missing:
            raise NotFound(f"This list has {found.page.last} pages; there is no page {number}.")
        instead: list[Respelled] = []
        if not found.page.total and parsed.filters.q and not parsed.problems:
            instead = await spelling.respelled(found.context)
        if instead:
            meant = parsed.filters.with_(q=instead[0].words)
            found = await listing.found(meant, page=1, today=day, version=found.version)
        seen_in_list([row.id for row in found.rows], request)
        return page(
            request,
            "directory/index.html",
            block="results",
            status=422 if parsed.problems else 200,
            **_about(parsed, found, instead),
            cities=await places.like(parsed.filters.near) if found.nowhere else [],
            firms=await firms_of(found, now=now),
            **await sponsored.lane(
                request,
                () if instead or number > 1 else categories(parsed.filters, found),
                now=now,
                version=found.version,
            ),
        )


def _about(parsed: Parsed, found: Found, instead: list[Respelled]) -> dict[str, Any]:
    asks = parsed.filters
    active = filter_rules.chips(asks, found.context.names)
    return {
        "section": "directory",
        "filters": asks,
        "problems": parsed.problems,
        "found": found,
        "known": found.facets.known,
        "instead": instead,
        "fields": fields_of(parsed, found),
        "chips": active,
        "offers": filter_rules.offers(asks, active, found.facets.loosened),
        "unknown": unknown(asks, found),
        "canonical": canonical(asks, found.page.number),
        "address": lambda number: "/companies" + found.context.filters.query(page=number if number > 1 else None),
    }


def categories(asks: Filters, found: Found) -> Sequence[str]:
    """Whose sponsors stand above a list: the categories asked for, or else all that are in it, the largest first."""
    return asks.category or [term.slug for term in found.facets.term if term.kind is TermKind.CATEGORY]


def unknown(asks: Filters, found: Found) -> list[str]:
    """What the directory has no word for."""
    said = [
        f"We know no {FACET[facet.key].title.lower()} “{slug}”."
        for facet in filter_rules.OF_TERMS
        for slug in getattr(asks, facet.key)
        if f"{facet.kind}:{slug}" not in found.context.meant
    ]
    if found.nowhere:
        said.append(f"We know no company in “{asks.near}”, so there is no telling what is near it.")
    return said


def canonical(asks: Filters, number: int) -> str:
    """One word of the vocabulary has a page of its own; the list under it says so."""
    if number == 1 and (only := asks.only_term) is not None and only[0].kind is not None:
        return f"/companies/{KIND_PATHS[only[0].kind]}/{only[1]}"
    return "/companies" + asks.query(page=number if number > 1 else None)


_kept: Kept[Markup] = Kept(100)


async def firms_of(found: Found, *, now: datetime) -> Markup:
    """The rows as HTML, made once for each version of the content."""
    key: tuple[Filters, int, int, date, int] = (
        found.context.filters, found.page.number, found.page.size, found.context.today, found.version,
    )  # fmt: skip
    kept = _kept.get(key)
    if kept is not None:
        return kept
    logos = await logos_of(found.rows, now=now)
    shown = cards(found.rows, found.context, after=found.after)
    made = (render("directory/_firm.html", f=card, logo=logos.get(card.logo)) for card in shown)
    return _kept.put(key, markup("".join(made)))
