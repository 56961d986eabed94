"""`create_app(settings)`: the portal as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar_htmx import HTMXPlugin

from portal import wiring
from portal.core import changes, clock, db, logs
from portal.core.settings import Settings, current_or_exit
from portal.web import addresses, errors, open_data, page_cache, request_log, security

_MOST_BODY_BYTES = 1_000_000


async def provide_now() -> datetime:
    return clock.now()


def create_app(settings: Settings | None = None) -> Litestar:
    """Build the portal; without `settings`, from the environment, ending the process where that does not hold."""
    settings = settings or current_or_exit()
    logs.set_up(settings)
    made = wiring.services(settings)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        if settings.database_url:
            db.configure(settings.database_url)
        async with (
            db.pool(size=settings.database_pool_size),
            changes.listening(heard=made.pages.drop, connected=made.pages.connected),
            made.audience.running(),
            made.live.running(),
        ):
            yield

    app = Litestar(
        route_handlers=wiring.routers(made),
        plugins=[HTMXPlugin()],
        lifespan=[running],
        guards=[security.own_forms_only, open_data.known_keys_only],
        dependencies={"now": Provide(provide_now), **wiring.dependencies(made)},
        exception_handlers=errors.HANDLERS,
        request_max_body_size=_MOST_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title=f"{settings.site_name} API",
            version="1",
            description="Addresses are UTF-8 without NUL; others are refused (400, or 404 where it stands in the path).",
            path="/api/schema",
            components=Components(security_schemes={"leadKey": SecurityScheme(type="http", scheme="bearer")}),
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            use_handler_docstrings=True,
        ),
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    app.state.services = made
    kept = made.audience.wrap(page_cache.wrap(app.asgi_handler, made.pages))
    app.asgi_handler = request_log.wrap(security.wrap(addresses.wrap(kept), settings))
    return app
