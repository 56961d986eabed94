"""Every refusal as a page (or, for the API, a small JSON object) with the right status. Internals are never shown."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import structlog
from litestar.connection import Request
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response

from portal.core import errors
from portal.web.asking import wants_fragment
from portal.web.rendering import page, see_other
from portal.web.request_log import reference

_log = structlog.get_logger("errors")
_TITLES = {
    400: "That request could not be read",
    401: "Please sign in",
    403: "This is not open to you",
    404: "Page not found",
    405: "That cannot be done here",
    409: "That is no longer possible",
    413: "That was too much at once",
    415: "That format is not understood",
    422: "Something needs fixing",
    429: "Please wait a little",
    500: "Something broke on our side",
    503: "Back in a moment",
}
_STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404, errors.Forbidden: 403, errors.Conflict: 409, errors.RateLimited: 429, errors.Invalid: 422,
}  # fmt: skip


def status_of(error: errors.DomainError) -> int:
    """The status of a refusal, for a page that tells of it itself."""
    return _STATUS.get(type(error), 400)


def headers_of(error: errors.DomainError) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)} if isinstance(error, errors.RateLimited) else {}


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.startswith(("/api/", "/stripe/"))


def _answer(
    request: Request[Any, Any, Any], status: int, message: str, headers: dict[str, str] | None = None, **more: Any
) -> Response[Any]:
    if _wants_json(request):
        return Response({"status": status, "message": message, **more}, status_code=status, headers=headers)
    title = _TITLES.get(status, _TITLES[400] if status < 500 else _TITLES[500])
    return page(
        request, "error.html", status=status, headers={**(headers or {}), "Cache-Control": "no-store"},
        title=title, message=message, code=status, reference=more.get("reference", ""),
        back=more.get("back", ""),
    )  # fmt: skip


def domain_error(request: Request[Any, Any, Any], error: errors.DomainError) -> Response[Any]:
    if isinstance(error, errors.SignInNeeded):
        # After signing in the reader goes where they were; a form's own address takes no visit.
        address = "?".join(filter(None, (quote(request.url.path), request.url.query)))
        wanted = address if request.method == "GET" else "/account"
        target = f"/account/sign-in?{urlencode({'next': wanted})}"
        if wants_fragment(request.scope):
            return Response("", status_code=204, headers={"HX-Redirect": target})
        return see_other(target)
    if isinstance(error, errors.Moved):
        # A form takes along what it sends. Nobody remembers it: names go back and forth.
        where = "?".join(filter(None, (quote(error.address), request.url.query)))
        return Redirect(where, status_code=307, headers={"Cache-Control": "private, no-store"})
    more = {"fields": error.fields} if isinstance(error, errors.Invalid) else {}
    return _answer(request, status_of(error), error.message, headers_of(error), **more)


def _page_above(request: Request[Any, Any, Any]) -> str:
    """The nearest page at or above an address, as an address is written; empty where there is none."""
    steps = request.url.path.strip("/").split("/")
    for count in range(len(steps), 0, -1):
        path = "/" + "/".join(steps[:count])
        with suppress(HTTPException):
            request.app.asgi_router.handle_routing(path, "GET")
            return quote(path)
    return ""


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    visit = error.status_code == 405 and request.method == "GET" and not _wants_json(request)
    if visit and (above := _page_above(request)):
        # A reload, or an address copied from the bar after a form: its page is the one above.
        return see_other(above)
    plain = {
        404: "The address may be mistyped, or the page has moved.",
        405: "This address does not take that kind of request.",
        413: "Nothing was saved. Please send less at once, for instance a smaller file.",
    }
    message = plain.get(error.status_code, "Please go back, check what was entered, and try again.")
    headers = dict(error.headers) if error.headers and error.status_code in (405, 429) else None
    back = {"back": _page_above(request)} if error.status_code == 413 and not _wants_json(request) else {}
    return _answer(request, error.status_code, message, headers, **back)


def crash(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    _log.error("crash", route=request.scope.get("path_template"), error=type(error).__name__, exc_info=error)
    message = "We have been told. What you typed was not saved; please try again in a minute."
    return _answer(request, 500, message, reference=reference())


HANDLERS: dict[int | type[Exception], Any] = {
    errors.DomainError: domain_error,
    HTTPException: http_error,
    Exception: crash,
}
