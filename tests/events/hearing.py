"""Waiting until the application has heard what PostgreSQL announced.

A change is announced at its commit and reaches each process by its own connection. A second listener on the same
server gets it in the same order; once that one has heard a marker, what was announced before it is on its way.
"""

import asyncio

from portal.core import db


async def settled() -> None:
    """Return when a notification sent now has come back, and the loop has had a turn to hand on earlier ones."""
    heard = asyncio.Event()
    line = await db.DB.get_new_connection()
    try:
        await line.add_listener("content", lambda *told: heard.set() if told[-1] == "marker" else None)
        await line.execute("SELECT pg_notify('content', 'marker')")
        await asyncio.wait_for(heard.wait(), 5)
        for _ in range(20):
            await asyncio.sleep(0)
    finally:
        await line.close()
