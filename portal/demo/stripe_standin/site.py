"""The stand-in's own answers to browsers: pages, their strict headers, and who may send its forms."""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.response import Response

from portal.web.rendering import render

_SAFE = {"GET", "HEAD", "OPTIONS"}
_SELF = "'self'"


def page(template: str, *, status: int = 200, leads_to: tuple[str | None, ...] = (), **context: Any) -> Response[str]:
    """A page. `leads_to`: addresses its forms may end up at by redirect."""
    origins = sorted({origin for address in leads_to if address and (origin := _origin(address))})
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {' '.join([_SELF, *origins])}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    body = render(f"demo/stripe/{template}", notices=[], **context)
    return Response(body, status_code=status, media_type="text/html", headers=headers)


def message(title: str, text: str, *, status: int, way_on: str = "", way_on_text: str = "") -> Response[str]:
    """A page that says one thing."""
    return page("message.html", status=status, title=title, text=text, way_on=way_on, way_on_text=way_on_text)


def own_forms_only(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Forms come from the stand-in's own pages, or from programs that send no word on where they are."""
    method = connection.scope.get("method", "GET")
    if method not in _SAFE and connection.headers.get("sec-fetch-site", "none") not in (
        "same-origin",
        "none",
    ):
        raise PermissionDeniedException("This form was not sent from the stand-in's own page.")


def wants_page(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""
