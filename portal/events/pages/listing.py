"""`/events`: the list with its filters, and `/events/calendar`: a month as a table."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.core import countries
from portal.core.errors import NotFound
from portal.core.times import midnight, today
from portal.events import rows
from portal.events.around import parts_of
from portal.events.forms import PAGE_KEYS, asked_in_month
from portal.events.queries import listing, spelling
from portal.events.queries.listing import Found
from portal.events.queries.spelling import Respelled
from portal.events.rules import filters as filter_rules
from portal.events.rules import months
from portal.events.rules.filters import Parsed
from portal.events.tables import EventKind, EventState
from portal.events.values import Row
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page

LIST_PAGE = PageRule(tags=("events",), query=PAGE_KEYS)


class ListPages(Controller):
    path = "/events"
    opt = {"public": True, "page": LIST_PAGE}
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        number, day = page_number(request), today(now)
        parsed, month = asked_in_month(request)
        found = await listing.found(parsed.filters, page=number, today=day)
        if found.missing:
            raise NotFound(f"This list has {found.page.last} pages; there is no page {number}.")
        instead: list[Respelled] = []
        if not found.page.total and parsed.filters.q and not parsed.problems:
            instead = await spelling.respelled(parsed.filters, today=day)
        if instead:
            meant = parsed.filters.with_(q=instead[0].words)
            found = await listing.found(meant, page=1, today=day, version=found.version)
        return page(
            request,
            "events/index.html",
            # Who leafs through the months beside the list has the list already.
            block="month" if ("part", "month") in pairs(request) else "results",
            status=422 if parsed.problems else 200,
            **_about(parsed, found, instead=instead, day=day),
            parts=await parts_of(parsed, found, past=parsed.filters.looks_back(day), day=day, month=month),
            rows=rows.of,
            own=[row.id for row in found.rows if _is_sold(row, now)],
        )


def _is_sold(row: Row, now: datetime) -> bool:
    """Whether it matters how many places are left."""
    return row.kind is EventKind.OWN and row.state is not EventState.CANCELLED and row.ends_at > now


def _about(parsed: Parsed, found: Found, *, instead: list[Respelled], day: date) -> dict[str, Any]:
    """What the page says of the list besides its rows."""
    facets, asks = found.facets, parsed.filters
    past = asks.looks_back(day)
    names = {("topic", slug): facets.topic_name(slug) for slug in asks.topic}
    names |= {("country", code): countries.name(code) for code in asks.country}
    upcoming = not past and asks.when != "all"
    active = filter_rules.chips(asks, names=names)
    return {
        "section": "events",
        "filters": asks,
        "problems": parsed.problems,
        "facets": facets,
        "found": found,
        "instead": instead,
        "past": past,
        "today": day,
        "chips": active,
        "offers": filter_rules.offers(asks, active, facets.loosened),
        "unknown": [f"We know no topic “{slug}”." for slug in asks.topic if not facets.topic_name(slug)],
        "groups": months.groups(
            found.rows,
            facets.by_month,
            today=day,
            midnight=midnight(day),
            running=facets.running if upcoming else -1,
        ),
        "address": lambda number: "/events" + found.filters.query(page=number if number > 1 else None),
    }
