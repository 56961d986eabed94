"""`/leaders`: everybody who speaks in public, at events and in webinars, by who comes next."""

from typing import Any

from litestar import Request, get
from litestar.response import Response

from portal.core import json_ld
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.home.queries import leaders as queries
from portal.home.rules import leaders as rules
from portal.media import queries as media
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import markup, page

TAGS = ("webinars", "programmes", "events")
_RULE = PageRule(tags=TAGS, query=rules.KEYS)
_WORDS = {"topic": ("Topic", "Any topic"), "company": ("Company", "Any company"), "event": ("Event", "Any event")}


@get("/leaders", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def leaders_page(request: Request[Any, Any, Any], now: Now) -> Response[str]:
    choices = await queries.choices(now=now)
    given = {name: getattr(choices, name) for name in _WORDS}
    filters, problems = rules.parse(pairs(request), {name: [one[0] for one in those] for name, those in given.items()})
    number = page_number(request)
    rows, at = await queries.leaders(filters, now=now, number=number)
    if number > 1 and not rows:
        raise NotFound("There is no such page of this list.")
    base_url = current().base_url
    fields = [(name, *_WORDS[name], _options(those, getattr(filters, name))) for name, those in given.items()]

    def address(number: int) -> str:
        return f"/leaders{filters.query(page=str(number) if number > 1 else '')}"

    return page(
        request, "home/leaders.html", block="results", status=422 if problems else 200, section="leaders", rows=rows, at=at,
        filters=filters, problems=problems, fields=fields, letters=rules.LETTERS, there=set(choices.letters), choices=choices,
        chosen=dict(_chosen(given, filters)), address=address,
        photos=await media.by_keys([row.photo for row in rows if row.photo]),
        linked=markup(json_ld.encoded([rules.linked(rows, base_url=base_url, first=at.first_row)])),
    )  # fmt: skip


def _options(those: list[tuple[str, str, int]], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "text": name, "count": people, "chosen": value == chosen} for value, name, people in those]


def _chosen(given: dict[str, list[tuple[str, str, int]]], filters: rules.Filters) -> list[tuple[str, str]]:
    """Each chosen filter by its name in words."""
    return [
        (name, words) for name, those in given.items() for value, words, _ in those if value == getattr(filters, name)
    ]
