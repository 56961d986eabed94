"""Every route is guarded or openly public; machines' routes are few and listed."""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar, Router, get
from litestar.handlers import HTTPRouteHandler

from portal.accounts.guards import signed_in
from portal.web.security import own_forms_only

MACHINES = {"/stripe/webhook", "/mail/preferences/{token:str}"}


def _handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in app.routes:
        found = getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]
        for handler in found:
            assert isinstance(handler, HTTPRouteHandler), f"{route.path}: nobody looks after routes of this kind yet"
            if handler.http_methods != {"OPTIONS"} and not route.path.startswith("/api/schema"):
                yield route.path, handler


def _own_guards(app: Litestar, handler: HTTPRouteHandler) -> list[Any]:
    """Those that a route or what it is part of asks for; what all routes are asked says nothing of who may come."""
    return [guard for guard in handler.resolve_guards() if guard not in app.guards]


def _loose(app: Litestar) -> list[str]:
    return sorted(
        {path for path, handler in _handlers(app) if not _own_guards(app, handler) and not handler.opt.get("public")}
    )


def test_every_route_is_guarded_or_public(paying_app: Litestar) -> None:
    assert _loose(paying_app) == []


def test_a_route_that_nobody_guards_is_found() -> None:
    @get("/loose")
    async def loose() -> None: ...

    @get("/guarded", guards=[signed_in])
    async def guarded() -> None: ...

    @get("/open", opt={"public": True})
    async def public() -> None: ...

    @get("/")
    async def within() -> None: ...

    area = Router("/area", route_handlers=[within], guards=[signed_in])
    app = Litestar([loose, guarded, public, area], guards=[own_forms_only], openapi_config=None)
    assert _loose(app) == ["/loose"]


def test_only_listed_routes_skip_the_check_of_forms(paying_app: Litestar) -> None:
    assert {path for path, handler in _handlers(paying_app) if handler.opt.get("machine")} <= MACHINES


def test_pages_that_change_something_have_no_get(paying_app: Litestar) -> None:
    acts = ("cancellation", "departure", "return", "payment", "code", "check", "rotation", "revocation", "sign-out")
    wrong = [
        path
        for path, handler in _handlers(paying_app)
        if "GET" in handler.http_methods
        and path.rpartition("/")[2] in acts
        and "cancellation" not in path
        and "/code" not in path
    ]
    assert wrong == []
