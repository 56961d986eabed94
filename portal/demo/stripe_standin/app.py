"""`create_standin(settings)`: the stand-in as an ASGI application with its account and deliveries at hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import structlog
from litestar import Litestar, route
from litestar.connection import Request
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import Receive, Send

from portal.core import clock as core_clock
from portal.demo.stripe_standin import site
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.api import Api, Asked
from portal.demo.stripe_standin.behaviour import Behaviour
from portal.demo.stripe_standin.checkout_page import CheckoutPages
from portal.demo.stripe_standin.control import ControlDesk
from portal.demo.stripe_standin.deliveries import Delivered, Deliveries
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.invoice_pages import InvoicePages
from portal.demo.stripe_standin.portal_pages import PortalPages
from portal.demo.stripe_standin.settings import StandinSettings, check, from_environment
from portal.demo.stripe_standin.store import Store
from portal.web import assets
from portal.web.rendering import see_other

_log = structlog.get_logger("stripe-standin")
_MOST_BODY_BYTES = 1_000_000
_PAUSE_SECONDS = 0.2


class Standin:
    """An ASGI application; serve it like any other. Tests also use `account`, `behaviour` and `deliver_all`."""

    def __init__(
        self,
        settings: StandinSettings,
        *,
        clock: Callable[[], datetime] = core_clock.now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        check(settings)
        self.settings = settings
        self.store = Store(settings.folder)
        self.behaviour = Behaviour()
        self.account = Account(settings, self.store, clock, self.behaviour)
        self.deliveries = Deliveries(self.account, self.behaviour, transport)
        self.api = Api(self.account, self.behaviour, self.deliveries)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        scope.setdefault("state", {})["standin"] = self
        await _application()(scope, receive, send)

    async def deliver_all(self) -> list[Delivered]:
        """Send every webhook that waits, delayed ones and retries included; one entry per try."""
        return await self.deliveries.deliver()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliveries in the background, where wanted, and the store closed at the end."""
        task = asyncio.create_task(self._work()) if self.settings.background else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self.store.close()

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        async with self.running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _work(self) -> None:
        while True:
            try:
                self.api.sweep()
                await self.deliveries.deliver(due_only=True)
            except Exception as error:  # one bad event must not silence all that come after it
                _log.error("background", error=type(error).__name__, exc_info=error)
            await asyncio.sleep(_PAUSE_SECONDS)


def create_standin(
    settings: StandinSettings,
    *,
    clock: Callable[[], datetime] = core_clock.now,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Standin:
    """Build the stand-in. `transport` carries the webhooks, for receivers that have no socket.

    Raises StandinRefused in production and for keys that are not test keys.
    """
    return Standin(settings, clock=clock, transport=transport)


def create_app() -> Standin:
    """For serving it by itself: `granian --interface asgi --factory portal.demo.stripe_standin.app:create_app`."""
    return create_standin(from_environment())


@cache
def _application() -> Litestar:
    """One for all stand-ins of a process; which of them is asked, it finds in the request's state."""

    @route(["/v1", "/v1/{rest:path}"], http_method=["GET", "POST", "DELETE"], opt={"public": True})
    async def api(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = (await request.body()).decode("utf-8", "replace")
        asked = Asked(
            method=str(request.method),
            path=request.scope["path"].rstrip("/"),
            query=request.scope["query_string"].decode("latin-1"),
            body=body,
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        answer = await request.state.standin.api.answer(asked)
        return Response(answer.body, status_code=answer.status, headers=answer.headers)

    @route("/", http_method=["GET"], opt={"public": True})
    async def door() -> Response[Any]:
        return see_other("/_control")

    return Litestar(
        route_handlers=[api, door, CheckoutPages, PortalPages, InvoicePages, ControlDesk, assets.router()],
        guards=[site.own_forms_only],
        dependencies={name: _own(name) for name in ("account", "behaviour", "deliveries")},
        exception_handlers={Fault: _fault, HTTPException: _http_error, Exception: _crash},
        request_max_body_size=_MOST_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )  # fmt: skip


def _own(name: str) -> Provide:
    def provide(request: Request[Any, Any, Any]) -> Any:
        return getattr(request.state.standin, name)

    return Provide(provide, sync_to_thread=False)


def _fault(request: Request[Any, Any, Any], fault: Fault) -> Response[Any]:
    """Of the pages and the control desk; the API answers its faults itself."""
    if site.wants_page(request):
        return site.message(
            "That cannot be done", str(fault), status=fault.status, way_on="/_control", way_on_text="Back"
        )
    return Response(fault.body("req_control"), status_code=fault.status, media_type="application/json")


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if request.url.path.startswith("/v1"):
        return _api_error("invalid_request_error", "The request could not be read.", error.status_code)
    return site.message("That page is not here", "The stand-in for Stripe has no such page.", status=error.status_code)


def _crash(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    _log.error("crash", error=type(error).__name__, exc_info=error)
    if request.url.path.startswith("/v1"):
        return _api_error("api_error", "The local stand-in for Stripe broke; see its log.", 500)
    return site.message("Something broke", "The local stand-in for Stripe broke; see its log.", status=500)


def _api_error(kind: str, text: str, status: int) -> Response[Any]:
    return Response({"error": {"type": kind, "message": text}}, status_code=status)
