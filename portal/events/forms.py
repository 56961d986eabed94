"""What visitors send: the filters in an address, the forms of the staff pages."""

from datetime import date
from typing import Any

from litestar.connection import Request

from portal.core.errors import DomainError
from portal.core.text import one_line
from portal.events.rules import filters
from portal.web.query_strings import pairs

PAGE_KEYS = frozenset({*filters.KEYS, "page", "month", "part"})


def asked(request: Request[Any, Any, Any]) -> filters.Parsed:
    """The filters of a request."""
    return filters.parse(pairs(request))


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
    """The filters of a machine's request; one that cannot be read is refused (400)."""
    parsed = asked(request)
    if parsed.problems:
        words = " ".join(f"{name}: {problem.message}" for name, problem in parsed.problems.items())
        raise DomainError(f"Some filters in the address cannot be read. {words}")
    return parsed.filters
