"""`/leaders/speakers.csv` and `.json`: the list of `/leaders` as data, under the same filters and in the same order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, get
from litestar.response import Response

from portal.core import times
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


async def _speakers(request: Request[Any, Any, Any], now: datetime) -> list[Speaker]:
    choices = await queries.choices(now=now)
    known = {name: [one[0] for one in getattr(choices, name)] for name in ("topic", "company", "event")}
    filters, problems = rules.parse(pairs(request), known)
    if problems:
        words = " ".join(f"{name}: {problem.message}" for name, problem in problems.items())
        raise DomainError(f"Some filters in the address cannot be read. {words}")
    rows, _ = await queries.leaders(filters, now=now, size=_MOST)
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
