"""What waits for a person: counted by packages above accounts (`wiring`), shown around every page of an area.

`around_pages` is the `before_request` of a router; `page` gives its templates what was found.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request

from portal.accounts.actors import Actor
from portal.accounts.guards import actor_of
from portal.core import clock, db
from portal.web.rendering import around


class Queue(msgspec.Struct, frozen=True):
    """A part of the staff's pages; `counts` is the SQL that says how much waits in it, empty where no work does."""

    key: str
    name: str
    address: str
    may: Callable[[Actor | None], bool]
    counts: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """A queue as the navigation shows it; None is for what is no work."""

    key: str
    name: str
    address: str
    count: int | None


class Charge(msgspec.Struct, frozen=True):
    """A company somebody looks after, with what waits there for them."""

    slug: str
    name: str
    organisation_id: int
    enquiries: int
    facts: int

    @property
    def waiting(self) -> int:
        return self.enquiries + self.facts


Found = Callable[[Actor, datetime], Awaitable[Sequence[Any]]]


def around_pages(name: str, find: Found) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """Give every page what `find` gives for whoever is signed in, as `name`."""

    async def before(request: Request[Any, Any, Any]) -> None:
        actor = await actor_of(request)
        if actor is not None:
            around(request)[name] = await find(actor, clock.now())

    return before


def waiting_in(queues: Sequence[Queue]) -> Found:
    """The queues somebody may open, counted in one statement."""

    async def find(actor: Actor, _: datetime) -> list[Waiting]:
        mine = [queue for queue in queues if queue.may(actor)]
        counts = ", ".join(f"({queue.counts}) AS {queue.key}" for queue in mine if queue.counts)
        counted = dict(await db.fetch_one(f"SELECT {counts}") or {}) if counts else {}
        return [Waiting(queue.key, queue.name, queue.address, counted.get(queue.key)) for queue in mine]

    return find
