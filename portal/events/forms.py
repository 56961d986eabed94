"""What visitors send: the filters in an address, the forms of the staff pages."""

import re
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import Request

from portal.core.errors import Invalid, NotFound
from portal.core.text import one_line
from portal.events.rules import filters

_MOST_FIELDS = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 120
_MOST_DIGITS = 6
PAGE_KEYS = frozenset({*filters.KEYS, "page", "month"})


def may_be_slug(text: str) -> bool:
    """False for what cannot be the address of an event, and need not be looked up."""
    return len(text) <= _LONGEST_SLUG and _SLUG.fullmatch(text) is not None


def pairs(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """The query string's pairs; bytes that are no UTF-8 become replacement characters."""
    raw: bytes = request.scope["query_string"]
    try:
        return parse_qsl(raw.decode("latin-1"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise Invalid({}, f"Please ask for at most {_MOST_FIELDS} things at once.") from error


def asked(request: Request[Any, Any, Any]) -> filters.Parsed:
    """The filters of a request."""
    return filters.parse(pairs(request))


def page_number(request: Request[Any, Any, Any]) -> int:
    """The page asked for. What is no page number leads nowhere (404)."""
    given = [value for name, value in pairs(request) if name == "page"]
    if not given:
        return 1
    if not given[0].isascii() or not given[0].isdigit() or len(given[0]) > _MOST_DIGITS or int(given[0]) < 1:
        raise NotFound("There is no such page of this list.")
    return int(given[0])


def asked_in_month(request: Request[Any, Any, Any]) -> tuple[filters.Parsed, date | None]:
    """The filters of a page that shows a month, and the first day of the month asked for."""
    parsed = asked(request)
    given = one_line(next((value for name, value in pairs(request) if name == "month"), "")[:2000])
    span = filters.span(given) if given else None
    if given and span is None:
        wrong = filters.Problem(given[: filters.MOST_LETTERS], filters.NO_MONTH)
        return filters.Parsed(parsed.filters, {**parsed.problems, "month": wrong}), None
    return parsed, span.first.replace(day=1) if span else None


def readable(request: Request[Any, Any, Any]) -> filters.Filters:
    """The filters of a machine's request; one that cannot be read is refused (422), as is what it was."""
    parsed = asked(request)
    if parsed.problems:
        told = {name: problem.message for name, problem in parsed.problems.items()}
        words = " ".join(f"{name}: {message}" for name, message in told.items())
        raise Invalid(told, f"Some filters in the address cannot be read. {words}")
    return parsed.filters
