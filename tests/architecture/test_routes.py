"""Every route is guarded or openly public; machines' routes are few and listed."""

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

MACHINES = {"/stripe/webhook", "/mail/preferences/{token:str}"}


def _handlers(app: Litestar) -> list[tuple[str, HTTPRouteHandler]]:
    return [
        (route.path, handler)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
    ]


def test_every_route_is_guarded_or_public(paying_app: Litestar) -> None:
    loose = []
    for path, handler in _handlers(paying_app):
        own_guards = [guard for guard in handler.resolve_guards() if getattr(guard, "__name__", "") != "own_forms_only"]
        if not own_guards and not handler.opt.get("public") and handler.http_methods != {"OPTIONS"}:
            loose.append(path)
    assert sorted(path for path in set(loose) if not path.startswith("/api/schema")) == []


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
