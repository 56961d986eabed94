"""The worker process: runs jobs and recurring work until it is told to stop, then finishes what it began."""

import asyncio
import os
import signal
import socket
from datetime import timedelta

import msgspec
import structlog
from pgqueuer import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import Schedule
from pgqueuer.queries import Queries
from pgqueuer.types import QueueEntrypoint, QueueExecutionMode

from portal import wiring
from portal.core import clock, db, logs
from portal.core.jobs import Job, Recurring
from portal.core.settings import Settings

_log = structlog.get_logger("worker")
_BEAT_EVERY = timedelta(seconds=10)


class JobFailed(Exception):
    """What the queue's own log is told of a failed job: it outlives the erasure of whatever the error's text quoted."""


def _register(queue: PgQueuer, job: Job) -> None:
    async def run(queued: QueuedJob) -> None:
        payload = msgspec.json.decode(queued.payload or b"{}")
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(job=job.name, job_id=int(queued.id))
        try:
            await job.handler(**payload)
        except Exception as error:
            _log.error("job failed", error=type(error).__name__, attempt=queued.attempts, exc_info=error)
            raise JobFailed(logs.in_a_line(error)) from None
        _log.info("job done")

    queue.entrypoint(
        job.name,
        concurrency_limit=job.at_once,
        on_failure="hold",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters, max_attempts=job.max_attempts, initial_delay=timedelta(seconds=2), max_delay=timedelta(hours=1)
        ),
    )(run)


def _schedule(queue: PgQueuer, work: Recurring) -> None:
    async def run(_: Schedule) -> None:
        structlog.contextvars.bind_contextvars(job=work.name)
        try:
            await work.handler()
        except Exception as error:
            _log.error("recurring work failed", error=type(error).__name__, exc_info=error)

    queue.schedule(work.name, work.cron, clean_old=True)(run)


class _DueNow(Queries):
    """The queue without the jobs that are due later, so that draining ends although some wait."""

    async def queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        return await self.eligible_queued_work(entrypoints)


def build(connection: object, made: wiring.Services, *, with_schedule: bool = True) -> PgQueuer:
    """A queue runner with every job of the portal on `connection` (asyncpg, of its own)."""
    driver = AsyncpgDriver(connection)
    queue = PgQueuer(driver, queries=Queries(driver) if with_schedule else _DueNow(driver))
    for job in wiring.jobs(made):
        _register(queue, job)
    if with_schedule:
        for work in wiring.recurring(made):
            _schedule(queue, work)
    return queue


async def drain(made: wiring.Services) -> None:
    """Run every job that is due now, then return. For the demo's seeding and for tests."""
    connection = await db.DB.get_new_connection()
    try:
        queue = build(connection, made, with_schedule=False)
        await queue.qm.run(mode=QueueExecutionMode.drain, dequeue_timeout=timedelta(seconds=1))
    finally:
        await connection.close()


async def run(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM."""
    logs.set_up(settings)
    db.configure(settings.database_url)
    made = wiring.services(settings)
    async with db.pool(size=settings.database_pool_size):
        connection = await db.DB.get_new_connection()
        queue = build(connection, made)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, queue.shutdown.set)
        beating = asyncio.create_task(beat(every=_BEAT_EVERY), name="heartbeat")
        _log.info("worker started", jobs=len(wiring.jobs(made)))
        try:
            await queue.run(shutdown_on_listener_failure=True, max_concurrent_tasks=40, batch_size=10)
        finally:
            beating.cancel()
            await connection.close()
            _log.info("worker stopped")


async def beat(*, every: timedelta) -> None:
    """Write down that this worker lives, again and again; a beat that fails is logged and the next one comes."""
    name = f"{socket.gethostname()}:{os.getpid()}"[:80]
    while True:
        try:
            await db.execute(
                "INSERT INTO worker_heartbeat (worker, seen_at, note) VALUES ($1, $2, '') "
                "ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at",
                name, clock.now(),
            )  # fmt: skip
            await db.execute("DELETE FROM worker_heartbeat WHERE seen_at < $1", clock.now() - timedelta(days=1))
        except Exception as error:
            _log.warning("heartbeat failed", error=type(error).__name__, exc_info=error)
        await asyncio.sleep(every.total_seconds())
