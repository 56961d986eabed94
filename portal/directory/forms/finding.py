"""What visitors send to the directory's lists."""

from typing import Any

from litestar.connection import Request

from portal.core.errors import Invalid
from portal.directory.rules import filters
from portal.web.query_strings import pairs


def asked(request: Request[Any, Any, Any]) -> filters.Parsed:
    """The filters of a request."""
    return filters.parse(pairs(request))


def readable(request: Request[Any, Any, Any]) -> filters.Filters:
    """The filters of a machine's request; one that cannot be read is refused (422), as is what it was."""
    parsed = asked(request)
    if parsed.problems:
        told = {name: problem.message for name, problem in parsed.problems.items()}
        words = " ".join(f"{name}: {message}" for name, message in told.items())
        raise Invalid(told, f"Some filters in the address cannot be read. {words}")
    return parsed.filters
