"""Who looks at companies, counted without cookies and without writing while somebody waits.

Pages say what they show (`viewed`, `seen_in_list`, `asked_for`); the page cache keeps that with the page, so that a kept
page counts as a fresh one does. `Audience` stands in front of the cache, holds what came for a few seconds and adds it
to the sums of the day in one statement. A process that crashes loses those seconds; one that is stopped loses nothing.

What is held until then is the request's own headers. What is stored is sums, and for half an hour a hash under a secret
that is thrown away every day.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
import crawleruseragents
import msgspec
import structlog
from litestar.connection import ASGIConnection, Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.accounts.guards import SESSION_COOKIE
from portal.core import clock, times
from portal.core.tokens import hashed
from portal.directory.commands import counting
from portal.directory.commands.counting import Came
from portal.directory.rules.visits import Asked, Sighting, left
from portal.directory.tables.audience import Kind
from portal.web import clients, cookies, page_cache
from portal.web.security import BODILESS

_EVERY_SECONDS = 3.0
_MOST = 20_000
_UNREACHABLE = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)
_log = structlog.get_logger("audience")
_is_crawler = lru_cache(4096)(crawleruseragents.is_crawler)


def viewed(company_id: int, request: Request[Any, Any, Any]) -> None:
    """Say that this answer is the profile of a company."""
    page_cache.note(request, Sighting(Kind.VIEW, (company_id,)))


def seen_in_list(ids: Iterable[int], request: Request[Any, Any, Any]) -> None:
    """Say that this answer is a list or search that shows these companies."""
    if shown := tuple(ids):
        page_cache.note(request, Sighting(Kind.LISTED, shown))


def seen_in_lane(ids: Iterable[int], request: Request[Any, Any, Any]) -> None:
    """Say that this answer shows these companies in places they paid for."""
    if shown := tuple(ids):
        page_cache.note(request, Sighting(Kind.LANE, shown))


def asked_for(kind: Kind, company_id: int, request: Request[Any, Any, Any]) -> None:
    """Say that this answer gives what somebody asked of a company: its website, address, document."""
    page_cache.note(request, Sighting(kind, (company_id,)))


class Seen(msgspec.Struct, frozen=True):
    """A request for a page with companies, as it waits to be counted."""

    at: datetime
    sightings: tuple[Sighting, ...]
    connection: ASGIConnection
    page: str
    bodiless: bool

    def came(self, salt: bytes) -> list[Came]:
        """What is counted of it."""
        connection = self.connection
        agent = connection.headers.get("user-agent", "")
        purpose = " ".join(connection.headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
        reason = left(Asked(agent[:1000], purpose, self.bodiless), is_crawler=_is_crawler)
        day = times.today(self.at)
        if reason is not None:
            return [Came(one.kind, one.companies, day, reason=reason.value) for one in self.sightings]
        secret = cookies.read(connection, SESSION_COOKIE)
        session = hashed(secret) if secret else ""
        # Without the session: anybody can make one up, and would count anew with each.
        who = "\n".join((clients.network(connection), agent, connection.headers.get("accept-language", "")))
        return [
            Came(one.kind, one.companies, day, visit=_visit(salt, who, self.page, one), session=session)
            for one in self.sightings
        ]


def _visit(salt: bytes, who: str, page: str, sighting: Sighting) -> str:
    """One visitor at one page: the same search seen twice is a repeat, another search is not."""
    what = f"{sighting.kind}:{sighting.companies}:{page if sighting.kind is not Kind.VIEW else ''}"
    return hashlib.blake2b(f"{who}\n{what}".encode(), key=salt, digest_size=16).hexdigest()


class Audience:
    """What one process has seen since it last wrote it down."""

    def __init__(self) -> None:
        self._waiting: list[Seen] = []
        self._lost = 0
        self._stopping = asyncio.Event()

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Note every answer whose page says that it shows companies, once it was given."""

        async def front(scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)
            if scope["type"] == ScopeType.HTTP and (noted := page_cache.notes(scope)):
                self._note(scope, noted)

        return front

    def _note(self, scope: Scope, noted: tuple[Any, ...]) -> None:
        if len(self._waiting) >= _MOST:
            self._lost += 1
            return
        page = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"[:2000]
        # Only what counting asks for: the scope itself holds the whole request.
        kept: Any = {"type": "http", "headers": scope["headers"], "client": scope["client"], "state": {}}
        sightings = tuple(one for one in noted if isinstance(one, Sighting))
        bodiless = bool(scope["state"].get(BODILESS))
        self._waiting.append(Seen(clock.now(), sightings, ASGIConnection(kept), page, bodiless))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write down every few seconds what came, and at the end what is left. Inside the pool's block."""
        self._stopping = asyncio.Event()
        task = asyncio.create_task(self._keep_flushing(), name="audience")
        try:
            yield
        finally:
            self._stopping.set()
            await task

    async def _keep_flushing(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _EVERY_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Count what is waiting. While the database is away it waits on; what cannot be counted is told in the log."""
        batch, self._waiting = self._waiting, []
        if self._lost:
            _log.warning("more came than is held", lost=self._lost)
            self._lost = 0
        if not batch:
            return
        now = clock.now()
        try:
            salt = await counting.salt(now=now)
            # Telling programs from people takes a tenth of a millisecond for each new browser.
            await counting.count(await asyncio.to_thread(_together, batch, salt), now=now)
        except _UNREACHABLE as error:
            self._waiting = [*batch, *self._waiting][:_MOST]
            _log.warning("counting waits for the database", error=type(error).__name__)
        except Exception as error:
            _log.error("counting failed", lost=len(batch), error=type(error).__name__, exc_info=error)


def _together(batch: list[Seen], salt: bytes) -> list[Came]:
    """What came, with what is left out added up."""
    people: list[Came] = []
    others: Counter[Came] = Counter()
    for seen in batch:
        for came in seen.came(salt):
            if came.reason:
                others[came] += 1
            else:
                people.append(came)
    return [*people, *(msgspec.structs.replace(came, times=count) for came, count in others.items())]
