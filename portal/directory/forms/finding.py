"""What visitors send to the directory's lists."""

from typing import Any

from litestar.connection import Request

from portal.core.errors import DomainError
from portal.directory.rules import filters
from portal.web.query_strings import pairs


def asked(request: Request[Any, Any, Any]) -> filters.Parsed:
    """The filters of a request."""
    return filters.parse(pairs(request))


def readable(request: Request[Any, Any, Any]) -> filters.Filters:
    """The filters of a machine's request; one that cannot be read is refused (400)."""
    parsed = asked(request)
    if parsed.problems:
        words = " ".join(f"{name}: {problem.message}" for name, problem in parsed.problems.items())
        raise DomainError(f"Some filters in the address cannot be read. {words}")
    return parsed.filters
