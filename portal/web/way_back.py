"""Where somebody was on the way to before something else had to be done first, in a signed cookie: `/events/fair/exhibit`."""

from typing import Any

from litestar.connection import Request
from litestar.response import Response

from portal.core.tokens import signature, signature_matches
from portal.web import cookies

_COOKIE = "way-back"
_SECONDS = 2 * 24 * 3600


def remember(answer: Response[Any], path: str) -> Response[Any]:
    """Have the browser know the way for two days."""
    cookies.give(answer, _COOKIE, f"{path}.{signature('way-back', path)}", seconds=_SECONDS)
    return answer


def known(request: Request[Any, Any, Any]) -> str:
    """The path, or nothing."""
    path, _, given = cookies.read(request, _COOKIE).rpartition(".")
    return path if path and signature_matches("way-back", path, given) else ""


def forget(answer: Response[Any]) -> Response[Any]:
    cookies.take_away(answer, _COOKIE)
    return answer
