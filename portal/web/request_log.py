"""One log line a request, with an id that the answer carries too. The route's template is logged, never the path."""

import re
import time

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.core.tokens import secret

_log = structlog.get_logger("request")
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


def reference() -> str:
    """The id of the request that is being answered; log and answer carry the same. Empty outside of requests."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def wrap(app: ASGIApp) -> ASGIApp:
    """Log each request and pass on or make its `X-Request-ID`."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        request_id = given if _GIVEN_ID.fullmatch(given) else secret()[:16].encode()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        started, status = time.perf_counter(), 500
        method = scope["method"]

        async def send_logged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        try:
            await app(scope, receive, send_logged)
        finally:
            spent = round((time.perf_counter() - started) * 1000, 1)
            route = scope.get("path_template") or "(none)"
            _log.info("request", method=method, route=route, status=status, ms=spent)

    return front
