"""Background jobs: what a job is, and how one is asked for.

A job exists exactly when the change that wants it is committed, because it is enqueued on the transaction's own
connection. It may run more than once: handlers load by id and call one idempotent command.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from portal.core import db
from portal.core.urgency import Urgency


class Job(msgspec.Struct, frozen=True):
    """A kind of job. `handler` is called with the payload's keys as keyword arguments.

    `at_once` limits how many of it all workers together run at a time; 0 does not.
    """

    name: str
    handler: Callable[..., Awaitable[None]]
    max_attempts: int = 8
    at_once: int = 0


class Recurring(msgspec.Struct, frozen=True):
    """Work done by the clock; `cron` has five fields, or six with seconds last."""

    name: str
    cron: str
    handler: Callable[[], Awaitable[None]]


async def enqueue(
    name: str, /, *, after: timedelta | None = None, urgency: Urgency = Urgency.ORDINARY, **payload: Any
) -> None:
    """Ask for job `name` in the current transaction; raises RuntimeError outside of one."""
    await enqueue_many(name, [payload], after=after, urgency=urgency)


async def withdraw(name: str, /, **payload: Any) -> None:
    """Take back a job that was asked for in the current transaction, by the very same payload."""
    await db.execute(
        "DELETE FROM pgqueuer WHERE entrypoint = $1 AND payload = $2 AND status = 'queued'",
        name,
        msgspec.json.encode(payload),
    )


async def enqueue_many(
    name: str,
    payloads: list[dict[str, Any]],
    *,
    after: timedelta | None = None,
    urgency: Urgency = Urgency.ORDINARY,
) -> None:
    """Ask for one job per payload, in one statement."""
    if not payloads:
        return
    count = len(payloads)
    await Queries(AsyncpgDriver(db.current_connection())).enqueue(
        [name] * count,
        [msgspec.json.encode(payload) for payload in payloads],
        [int(urgency)] * count,
        [after or timedelta()] * count,
    )
