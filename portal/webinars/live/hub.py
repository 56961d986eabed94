"""The open pages of one web process, brought up to date together.

A room is rendered once for all pages that show it, at once after a quiet while and then at most four times a second.
No page has a queue: each compares what it was sent with what there is now, so one that reads slowly skips what is old,
and neither takes memory nor holds up another.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TypeAlias

import asyncpg
import structlog

from portal.core import changes, clock
from portal.core.errors import DomainError, RateLimited
from portal.core.processes import when_told_to_stop
from portal.webinars import announcing
from portal.webinars.commands.polls import open_due
from portal.webinars.commands.states import move_due
from portal.webinars.live import pieces as form
from portal.webinars.live.pieces import Piece
from portal.webinars.live.regions import Audience, Regions, rendered
from portal.webinars.queries import moments, people
from portal.webinars.tables.rooms import CrewRole, RoomState

GATHER_SECONDS = 0.25
_MOST_GATHER_SECONDS = 1.0
_STEPS_OF_A_PAGE = 4
MOST_PAGES_A_SEAT = 6
_KEEP_ALIVE_SECONDS = 20.0
_BLIND_SECONDS = 2.0
_LONGEST_SECONDS = 3600.0
_LINGER_SECONDS = 15.0
_log = structlog.get_logger("rooms")
OUTAGES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DomainError)
_Key: TypeAlias = tuple[int, Audience]
Whose: TypeAlias = int | str
"""Whose page it is: in the room the secret of a seat, which is another once the place goes to another; at the desk an account."""


class OpenRoom:
    """A room that somebody looks at: its regions as they are now, and how pages hear of new ones."""

    def __init__(self, webinar_id: int, audience: Audience) -> None:
        self.webinar_id = webinar_id
        self.audience = audience
        self.pages = 0
        self.seats: Counter[Whose] = Counter()
        self.out: set[Whose] = set()
        self.pieces: dict[str, Piece] = {}
        self.vector = ""
        self.closed = False
        self.due_at: datetime | None = None
        """When the clock changes something: the state, a poll that opens, a resource that is shown."""
        self.moved_at: datetime | None = None
        self.dirty: set[str] | None = None
        """Regions to render anew; None stands for all."""
        self.turn = asyncio.Event()
        self.turn.set()
        self.ready = asyncio.Event()
        self.news = asyncio.Event()
        self.asked = self.woken = time.monotonic()
        self._made: dict[str, bytes] = {}

    def wanted(self) -> bool:
        """Whether somebody looks, or did a moment ago."""
        if self.pages:
            self.asked = time.monotonic()
        return time.monotonic() - self.asked < _LINGER_SECONDS

    def touch(self, region: str | None) -> None:
        """Render a region anew, or everything."""
        if region is None:
            self.dirty = None
        elif self.dirty is not None:
            self.dirty.add(region)
        self.turn.set()

    def wake(self) -> None:
        """Let every page look; those who wait next wait for the next time."""
        self.woken = time.monotonic()
        waiting, self.news = self.news, asyncio.Event()
        waiting.set()

    def take(self, new: dict[str, Piece]) -> None:
        """Keep what was rendered, and wake the pages if any of it is new."""
        changed = form.missing(new, {name: one.digest for name, one in self.pieces.items()})
        if changed:
            self.pieces |= changed
            self.vector = form.vector(self.pieces)
            self._made.clear()
            self.wake()

    def since(self, have: str) -> bytes | None:
        """What brings a page with this vector up to date; None when it is."""
        if have == self.vector:
            return None
        if (made := self._made.get(have)) is None:
            made = form.message(form.missing(self.pieces, form.had(have)), self.vector)
            # Nearly all pages have the same; what a few stragglers need is not kept for long.
            if len(self._made) < 8:
                self._made[have] = made
        return made


class Hub:
    """All open rooms of this process."""

    def __init__(self, regions: Regions, *, most_pages: int) -> None:
        self.regions = regions
        self.most_pages = most_pages
        self.rooms: dict[_Key, OpenRoom] = {}
        self.keepers: dict[_Key, asyncio.Task[None]] = {}
        self.blind = True
        self.stopping = False
        self.pages = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the process lives: hear of changes. At its end every page is let go."""
        self.stopping = False
        async with changes.listening(channel=announcing.CHANNEL, heard=self.heard, connected=self.connected):
            try:
                with when_told_to_stop(self.let_go):
                    yield
            finally:
                await self.stop()

    def let_go(self) -> None:
        """End every stream: pages come back to another process."""
        self.stopping = True
        for room in self.rooms.values():
            room.ready.set()
            room.wake()

    async def stop(self) -> None:
        """End every stream, and what keeps the rooms."""
        self.let_go()
        tasks = list(self.keepers.values())
        self.rooms.clear()
        self.keepers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def heard(self, said: str) -> None:
        """A notice from PostgreSQL."""
        webinar_id, region = announcing.heard(said)
        for audience in Audience:
            if (room := self.rooms.get((webinar_id, audience))) is not None:
                room.touch(region)

    def connected(self, up: bool) -> None:
        """While nothing is heard, rooms look for themselves; after it, all look once."""
        self.blind = not up
        for room in self.rooms.values():
            room.touch(None)

    async def look(self, webinar_id: int, audience: Audience) -> OpenRoom:
        """A room's regions as they are now, for a page that is made, or that asks without a stream."""
        room = self._room((webinar_id, audience))
        room.asked = time.monotonic()
        await room.ready.wait()
        return room

    def admit(self, webinar_id: int, audience: Audience, seat: Whose | None) -> "Place":
        """A place for one more page. `seat` says whose it is: in the room a seat, at the desk an account.

        Raises RateLimited where no other page is taken.
        """
        room = self.rooms.get((webinar_id, audience))
        own = 0 if seat is None or room is None else room.seats[seat]
        if own >= MOST_PAGES_A_SEAT or self.pages >= self.most_pages or self.stopping:
            raise RateLimited("Too many pages are open here. This one looks every few seconds instead.", retry_after=30)
        return Place(self, self._room((webinar_id, audience)), seat)

    async def stream(self, place: "Place", *, have: str, zipped: bool = False) -> AsyncIterator[bytes]:
        """Server-sent events for one page that has the vector `have`, until the room is closed or the page is to leave."""
        room, seat = place.room, place.seat
        sent: Callable[[bytes], bytes] = form.zipped if zipped else bytes
        # Pages that came together come back one by one.
        ends = time.monotonic() + _LONGEST_SECONDS * random.uniform(0.7, 1)  # noqa: S311 (no secret)
        try:
            first = sent(form.retry(random.randrange(1000, 3000, 200)))  # noqa: S311
            yield form.ZIP_BEGINS + first if zipped else first
            await room.ready.wait()
            while not self.stopping and time.monotonic() < ends:
                news = room.news
                if (message := room.since(have)) is not None:
                    have = room.vector
                    yield sent(message)
                elif room.closed or seat in room.out:
                    yield sent(form.BYE)
                    return
                else:
                    await news.wait()
                    if have == room.vector:
                        yield sent(form.KEEP_ALIVE)
        finally:
            place.leave()

    def _room(self, key: _Key) -> OpenRoom:
        if (room := self.rooms.get(key)) is None:
            room = self.rooms[key] = OpenRoom(*key)
            self.keepers[key] = asyncio.create_task(self._keep(room), name=f"room-{key[0]}-{key[1]}")
        return room

    async def _keep(self, room: OpenRoom) -> None:
        """Render what is dirty, gather for a while, and be there when the clock moves the room; end with its last page."""
        while room.wanted():
            try:
                async with asyncio.timeout(self._patience(room)):
                    await room.turn.wait()
            except TimeoutError:
                await self._by_the_clock(room)
                continue
            if room.due_at is not None and room.due_at <= clock.now():
                # Where something changes all the time, the waiting above never ends by the clock.
                await self._by_the_clock(room)
            room.turn.clear()
            names, room.dirty = room.dirty, set()
            await self._render(room, names)
            await asyncio.sleep(await rest())
        key = (room.webinar_id, room.audience)
        if self.rooms.get(key) is room:
            del self.rooms[key], self.keepers[key]

    def _patience(self, room: OpenRoom) -> float:
        """Seconds until somebody has to look without being told."""
        longest = _BLIND_SECONDS if self.blind else _LINGER_SECONDS
        until = [room.woken + _KEEP_ALIVE_SECONDS - time.monotonic()]
        if room.due_at is not None:
            until.append((room.due_at - clock.now()).total_seconds())
        return min(longest, max(0.0, min(until)))

    async def _by_the_clock(self, room: OpenRoom) -> None:
        if time.monotonic() - room.woken >= _KEEP_ALIVE_SECONDS:
            # One clock for all pages: each says that the line is open.
            room.wake()
        if room.due_at is not None and room.due_at <= clock.now():
            # Asked for once; where that does not help, the worker comes round.
            room.moved_at, room.due_at = room.due_at, None
            try:
                await move_due(now=clock.now())
                await open_due(now=clock.now())
                room.touch(None)
            except OUTAGES as error:
                self._again(room, error)
        if self.blind:
            room.touch(None)

    async def _render(self, room: OpenRoom, names: set[str] | None) -> None:
        now = clock.now()
        try:
            found, new = await rendered(self.regions, room.webinar_id, room.audience, now, names)
            due_at = await moments.next_moment(room.webinar_id, now)
            if names is None:
                room.out = await _out(room)
        except OUTAGES as error:
            self._again(room, error)
            return
        room.due_at = due_at if due_at != room.moved_at else None
        room.closed = found.state is RoomState.CLOSED
        room.take(new)
        room.ready.set()
        if room.closed or not room.out.isdisjoint(room.seats):
            room.wake()

    def _again(self, room: OpenRoom, error: Exception) -> None:
        """A database that is away for a while ends no page: everything is rendered again."""
        _log.warning("room not rendered", webinar=room.webinar_id, error=type(error).__name__)
        asyncio.get_running_loop().call_later(_BLIND_SECONDS, room.touch, None)


class Place:
    """What an open page counts as, until it leaves; where its stream never began, until it is forgotten."""

    __slots__ = ("hub", "left", "room", "seat")

    def __init__(self, hub: Hub, room: OpenRoom, seat: Whose | None) -> None:
        self.hub, self.room, self.seat, self.left = hub, room, seat, False
        self._count(1)

    def leave(self) -> None:
        if not self.left:
            self.left = True
            self._count(-1)

    __del__ = leave

    def _count(self, change: int) -> None:
        self.hub.pages += change
        self.room.pages += change
        if self.seat is not None:
            self.room.seats[self.seat] += change
            if not self.room.seats[self.seat]:
                del self.room.seats[self.seat]


async def rest() -> float:
    """Seconds to gather changes. Where telling all pages keeps this process busy, long enough that it does as much for
    others meanwhile: who votes must be answered too. All pages still follow within two seconds.
    """
    begun = time.monotonic()
    # Those who were woken come before this: each turn lets them take one step.
    for _ in range(_STEPS_OF_A_PAGE):
        await asyncio.sleep(0)
    return min(_MOST_GATHER_SECONDS, max(GATHER_SECONDS, 2 * (time.monotonic() - begun)))


async def _out(room: OpenRoom) -> set[Whose]:
    """Whose pages end: in the room those who were removed or have no place any more, at the desk those who are not what they
    were.
    """
    if room.audience is Audience.ROOM:
        return {*await people.out(room.webinar_id, [seat for seat in room.seats if isinstance(seat, str)])}
    accounts = [seat for seat in room.seats if isinstance(seat, int)]
    return {*await people.without_role(room.webinar_id, CrewRole(room.audience), accounts)}
