"""Addresses that lead nowhere: with bytes that are no UTF-8, or with NUL, which PostgreSQL cannot even look for."""

from typing import Any
from urllib.parse import unquote_to_bytes

from litestar.connection import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.web.errors import http_error


def wrap(app: ASGIApp) -> ASGIApp:
    """Refuse them before anything else reads them: 404 for the path, 400 for the query."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        status = _fault(scope) if scope["type"] == ScopeType.HTTP else 0
        if not status:
            await app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        answer = http_error(request, HTTPException(status_code=status))
        await answer.to_asgi_response(None, request)(scope, receive, send)

    return front


def _fault(scope: Scope) -> int:
    if not _readable(scope.get("raw_path") or scope["path"].encode()):
        return 404
    return 0 if _readable(scope["query_string"]) else 400


def _readable(raw: bytes) -> bool:
    try:
        return "\0" not in unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return False
