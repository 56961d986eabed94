"""Waiting until the application has heard what PostgreSQL announced.

A change is announced at its commit and reaches each process by its own connection, in the order of the commits: once
the application has heard a marker sent now, it has heard everything before it.
"""

import asyncio

from litestar import Litestar

from portal.core import db


async def settled(app: Litestar) -> None:
    """Return when the application listens, and has heard of every change that is committed."""
    pages = app.state.services.pages
    async with asyncio.timeout(5):
        while not pages.enabled:
            await asyncio.sleep(0)
        before = pages.generations.get("marker", 0)
        await db.execute("SELECT pg_notify('content', 'marker')")
        while pages.generations.get("marker", 0) == before:
            await asyncio.sleep(0)
