"""The worker process: its heart goes on after a hiccup of the database, and it finishes what it began when told to stop."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

import asyncpg
import httpx
import structlog

from portal import worker
from portal.core import clock, db
from portal.notifications.commands.outbox import queue_mail
from tests.notifications.conftest import message
from tests.notifications.receiver import Receiver


async def beats() -> int:
    """How many workers were seen since the last look; none when the look itself met a line that was cut."""
    try:
        return len(await db.fetch("DELETE FROM worker_heartbeat RETURNING worker"))
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return 0


async def until_seen() -> None:
    async with asyncio.timeout(5):
        while not await beats():
            await asyncio.sleep(0.01)


async def test_the_heart_goes_on_after_a_hiccup_of_the_database(
    altered_database: str, client: httpx.AsyncClient
) -> None:
    heart = asyncio.create_task(worker.beat(every=timedelta(milliseconds=5)))
    await until_seen()
    with structlog.testing.capture_logs() as logged:
        await db.execute("ALTER TABLE worker_heartbeat RENAME TO away")
        async with asyncio.timeout(5):
            while not logged:
                await asyncio.sleep(0.01)
    assert {line["event"] for line in logged} == {"heartbeat failed"}
    await db.execute("ALTER TABLE away RENAME TO worker_heartbeat")
    await until_seen()
    await db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    await until_seen()
    async with asyncio.timeout(5):
        while (await client.get("/ready")).status_code != 200:
            await asyncio.sleep(0.01)
    heart.cancel()


async def test_told_to_stop_it_finishes_the_mail_in_hand(database: str) -> None:
    receiver = Receiver()
    await receiver.start()
    environment = {"DATABASE_URL": database, "SMTP_URL": receiver.url, "LOG_FORMAT": "json"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portal", "worker", env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip

    async def stop_it() -> None:
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)

    receiver.before_answer = stop_it
    async with db.transaction():
        await queue_mail(message=message(), now=clock.now())
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
        await receiver.stop()
    assert process.returncode == 0, said.decode()
    assert len(receiver.taken) == 1
    assert await db.fetch_value("SELECT state FROM mail") == "accepted"
    assert said.decode().count('"worker stopped"') == 1
    assert "amara" not in said.decode().lower()
