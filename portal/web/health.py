"""`/health`: the process lives. `/ready`: it can serve (database, migrations, a worker's heartbeat)."""

from datetime import timedelta
from typing import Any

import asyncpg
from litestar import Router, get
from litestar.response import Response

from portal.core import clock, db
from portal.core.migrations import pending

_WORKER_SILENT = timedelta(seconds=60)


@get("/health", opt={"public": True}, include_in_schema=False)
async def health() -> dict[str, str]:
    return {"status": "alive"}


@get("/ready", opt={"public": True}, include_in_schema=False)
async def ready() -> Response[dict[str, Any]]:
    """200 when all is well, else 503; says which part is missing."""
    parts: dict[str, str] = {}
    try:
        missing = await pending()
        seen = await db.fetch_value("SELECT max(seen_at) FROM worker_heartbeat")
        parts["database"] = "ok"
        parts["migrations"] = "ok" if not missing else f"{len(missing)} not applied"
        parts["worker"] = "ok" if seen and clock.now() - seen < _WORKER_SILENT else "silent"
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        parts["database"] = type(error).__name__
    well = len(parts) == 3 and set(parts.values()) == {"ok"}
    return Response({"ready": well, **parts}, status_code=200 if well else 503, headers={"Cache-Control": "no-store"})


def router() -> Router:
    return Router("/", route_handlers=[health, ready])
