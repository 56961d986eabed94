"""`/leaders/speakers.csv` and `.json`: the list of `/leaders` as data, under the same filters and in the same order.
`/leaders.atom`: who of them was announced last.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, get
from litestar.response import Response

from portal.core import times
from portal.core.atom import Entry, feed
from portal.core.errors import DomainError
from portal.core.settings import current
from portal.home.leaders import TAGS
from portal.home.queries import leaders as queries
from portal.home.rules import leaders as rules
from portal.web.inputs import Now
from portal.web.open_data import HEADERS, table
from portal.web.page_cache import PageRule
from portal.web.query_strings import pairs

_MOST = 5000
_RULE = PageRule(tags=TAGS, query=rules.KEYS - {"page"}, strict=True, shared=True)


class Talk(msgspec.Struct, frozen=True):
    """The next appearance, or the last one where none is to come (`is_ahead`)."""

    title: str
    occasion: str
    starts_at: datetime
    timezone: str
    is_ahead: bool
    url: str


class Speaker(msgspec.Struct, frozen=True):
    name: str
    job_title: str | None
    company: str | None
    company_url: str | None
    topics: list[str]
    appearances: int
    talk: Talk
    url: str


@get("/leaders/speakers.json", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def leaders_json(request: Request[Any, Any, Any], now: Now) -> Response[bytes]:
    told = {"speakers": await _speakers(request, now)}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=HEADERS)


@get("/leaders/speakers.csv", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def leaders_csv(request: Request[Any, Any, Any], now: Now) -> Response[bytes]:
    talk = [f"talk_{name}" for name in Talk.__struct_fields__]
    columns = [*(name for name in Speaker.__struct_fields__ if name != "talk"), *talk]
    rows = [[_cell(line.get(name)) for name in columns] for line in map(_flat, await _speakers(request, now))]
    headers = {**HEADERS, "Content-Disposition": 'inline; filename="speakers.csv"'}
    return Response(table(columns, rows).encode(), media_type="text/csv", headers=headers)


@get("/leaders.atom", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def leaders_atom(request: Request[Any, Any, Any], now: Now) -> Response[bytes]:
    site, filters = current(), await _filters(request, now)
    body = feed(
        [_entry(one, site.base_url) for one in await queries.announced(filters, now=now)],
        title=f"{site.site_name} speakers",
        author=site.site_name,
        base_url=site.base_url,
        host=urlsplit(site.base_url).hostname or "localhost",
        path=f"/leaders.atom{filters.query()}",
        page=f"/leaders{filters.query()}",
    )
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=HEADERS)


def _entry(one: queries.Announced, base_url: str) -> Entry:
    when = times.moment(one.starts_at, one.timezone, "EEEE d MMMM y, HH:mm")
    where = f" at {one.occasion}" if one.occasion != one.title else ""
    role = f"As {one.role}." if one.role != "speaker" else ""
    said = (f"{when} {times.zone_short(one.timezone, one.starts_at)}{where}.", role, f"{one.post}." if one.post else "")
    return Entry(
        key=f"speaker/{one.id}{one.address}", title=f"{one.name}: {one.title}", updated=one.told_at,
        address=base_url + one.address, related={"text/html": f"{base_url}/speakers/{one.slug}"},
        summary=" ".join(part for part in said if part),
    )  # fmt: skip


async def _filters(request: Request[Any, Any, Any], now: datetime) -> rules.Filters:
    choices = await queries.choices(now=now)
    known = {name: [one[0] for one in getattr(choices, name)] for name in ("topic", "company", "event")}
    filters, problems = rules.parse(pairs(request), known)
    if problems:
        words = " ".join(f"{name}: {problem.message}" for name, problem in problems.items())
        raise DomainError(f"Some filters in the address cannot be read. {words}")
    return filters


async def _speakers(request: Request[Any, Any, Any], now: datetime) -> list[Speaker]:
    rows, _ = await queries.leaders(await _filters(request, now), now=now, size=_MOST)
    base_url = current().base_url
    return [
        Speaker(
            name=one.name, job_title=one.job_title or None, company=one.company_name or None,
            company_url=f"{base_url}/companies/{one.company_slug}" if one.company_slug else None, topics=one.topics,
            appearances=one.appearances, url=f"{base_url}/speakers/{one.slug}",
            talk=Talk(one.title, one.occasion, times.utc(one.starts_at), one.timezone, one.is_next, base_url + one.address),
        )
        for one in rows
    ]  # fmt: skip


def _flat(one: Speaker) -> Mapping[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(one)
    return {**told, **{f"talk_{name}": value for name, value in told["talk"].items()}}


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, list) else "" if value is None else value
