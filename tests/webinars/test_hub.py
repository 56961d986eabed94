"""Open pages are brought up to date together, at most four times a second, and none holds up another."""

import asyncio
import re
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from portal.core import clock, db
from portal.core.errors import RateLimited
from portal.webinars.announcing import touch, touch_all
from portal.webinars.live.hub import GATHER_SECONDS, Hub, rest
from portal.webinars.live.pieces import BYE, had
from portal.webinars.live.regions import Audience, Regions
from portal.webinars.rules.states import HostAction
from portal.webinars.values import Room
from tests.factories import webinars

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


class Board:
    """Regions that show what a test writes, and count how often they were made."""

    def __init__(self) -> None:
        self.said = {"state": "", "questions": "none"}
        self.made = 0

    def regions(self) -> Regions:
        async def state(room: Room, _: datetime) -> str:
            return str(room.state)

        async def questions(_: Room, __: datetime) -> str:
            self.made += 1
            return self.said["questions"]

        return {Audience.ROOM: {"state": state, "questions": questions}, Audience.HOST: {"state": state}}


class Page:
    """One open page: what it was sent, and its vector."""

    def __init__(self, hub: Hub, webinar_id: int, *, seat: int | None = None, have: str = "") -> None:
        self.events = hub.stream(hub.admit(webinar_id, Audience.ROOM, seat), have=have)
        self.have = have
        self.shows: dict[str, str] = {}
        self.messages = 0

    async def next(self) -> bool:
        """Read until something is new; False once it was told to go."""
        async for raw in self.events:
            if raw == BYE:
                return False
            if found := re.search(rb"^id: (.*)$", raw, re.M):
                self.have = found[1].decode()
                self.shows |= dict(re.findall(r'data-region="(\w+)">([^<]*)<', raw.decode()))
                self.messages += 1
                return True
        return False

    async def until(self, region: str, words: str) -> None:
        while self.shows.get(region) != words:
            assert await asyncio.wait_for(self.next(), 10)


@asynccontextmanager
async def running(board: Board, **options: int) -> AsyncIterator[Hub]:
    hub = Hub(board.regions(), **{"most_pages": 1000, **options})
    async with hub.running():
        yield hub


async def say(webinar_id: int, board: Board, words: str) -> None:
    board.said["questions"] = words
    async with db.transaction():
        await touch(webinar_id, "questions")


async def test_a_page_is_told_everything_and_then_what_changes() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        page = Page(hub, made.webinar_id)
        await page.next()
        assert page.shows == {"state": "lobby", "questions": "none"}
        assert set(had(page.have)) == {"state", "questions"}
        page.shows.clear()
        await say(made.webinar_id, board, "Is one strategy enough?")
        await page.until("questions", "Is one strategy enough?")
        assert page.shows == {"questions": "Is one strategy enough?"}


async def test_the_host_s_button_is_seen_within_two_seconds_in_every_process() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as one, running(board) as other:
        pages = [Page(one, made.webinar_id), Page(other, made.webinar_id)]
        for page in pages:
            await page.until("state", "lobby")
        async with asyncio.timeout(2):
            await webinars.go(made, HostAction.GO_LIVE)
            for page in pages:
                await page.until("state", "live")


async def test_the_clock_moves_an_open_room_without_a_worker() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        page = Page(hub, made.webinar_id)
        await page.until("state", "lobby")
        soon = clock.now() + timedelta(seconds=0.5)
        await db.execute("UPDATE event SET starts_at = $2 WHERE id = $1", made.event_id, soon)
        async with asyncio.timeout(3):
            await page.until("state", "live")


async def test_what_the_clock_brings_is_seen_while_others_never_stop_voting() -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    await webinars.go(made, HostAction.GO_LIVE)
    await webinars.resource(made, shows_after=1)

    async def resources(room: Room, now: datetime) -> str:
        assert room.live_at is not None
        return "shown" if now >= room.live_at + timedelta(seconds=1) else "none"

    async def questions(_: Room, now: datetime) -> str:
        return now.isoformat()

    hub = Hub({Audience.ROOM: {"resources": resources, "questions": questions}}, most_pages=10)
    async with hub.running(), asyncio.timeout(10):
        page = Page(hub, made.webinar_id)
        while page.shows.get("resources") != "shown":
            hub.heard(f"{made.webinar_id}:questions")
            await page.next()


async def test_a_storm_is_gathered() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        pages = [Page(hub, made.webinar_id) for _ in range(50)]
        for page in pages:
            await page.next()
        began, before = asyncio.get_running_loop().time(), board.made
        for number in range(300):
            await say(made.webinar_id, board, f"{number} votes")
        await asyncio.gather(*(page.until("questions", "299 votes") for page in pages))
        most = (asyncio.get_running_loop().time() - began) / GATHER_SECONDS + 2
        assert board.made - before <= most
        assert max(page.messages for page in pages) - 1 <= most


async def test_a_page_that_reads_slowly_is_sent_the_newest_and_holds_up_nobody() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        slow, quick = Page(hub, made.webinar_id), Page(hub, made.webinar_id)
        await slow.next()
        await quick.next()
        for number in range(5):
            await say(made.webinar_id, board, f"{number}")
            await quick.until("questions", f"{number}")
        await slow.next()
        assert (slow.shows["questions"], slow.messages) == ("4", 2)


async def test_whoever_comes_back_to_another_process_misses_nothing() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as first:
        page = Page(first, made.webinar_id)
        await page.next()
    await say(made.webinar_id, board, "approved while away")
    async with running(board) as second:
        again = Page(second, made.webinar_id, have=page.have)
        await again.next()
        assert again.shows == {"questions": "approved while away"}


async def test_who_is_shown_out_is_told_to_go_and_others_stay() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        anna, ben = await webinars.join(made, "anna@a.example"), await webinars.join(made, "ben@a.example")
        out, stays = (Page(hub, made.webinar_id, seat=one.claim) for one in (anna, ben))
        await out.next()
        await stays.next()
        async with db.transaction():
            await db.execute(
                "INSERT INTO room_restriction (webinar, seat, kind, at) VALUES ($1, $2, 'removed', now())",
                made.webinar_id, anna.seat_id,
            )  # fmt: skip
            await touch_all(made.webinar_id)
        assert not await asyncio.wait_for(out.next(), 5)
        await say(made.webinar_id, board, "still here")
        await stays.until("questions", "still here")


async def test_a_zipped_stream_says_the_same_and_is_made_once_for_all() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        open_pages = [
            hub.stream(hub.admit(made.webinar_id, Audience.ROOM, None), have="", zipped=True) for _ in range(2)
        ]
        sent = [[await anext(page), await anext(page)] for page in open_pages]
        await say(made.webinar_id, board, "once more, once more, once more")
        for page, parts in zip(open_pages, sent, strict=True):
            parts.append(await asyncio.wait_for(anext(page), 5))
        assert all(one is other for one, other in zip(sent[0][1:], sent[1][1:], strict=True))
        browser = zlib.decompressobj(16 + zlib.MAX_WBITS)
        retry, first, second = [browser.decompress(part).decode() for part in sent[0]]
        assert re.fullmatch(r"retry: \d+\n\n", retry)
        assert re.findall(r'data-region="(\w+)">([^<]*)<', first) == [("state", "lobby"), ("questions", "none")]
        assert re.findall(r'data-region="(\w+)">([^<]*)<', second) == [("questions", "once more, once more, once more")]


async def test_a_process_that_is_busy_telling_pages_gathers_for_longer() -> None:
    async def busy() -> None:
        time.sleep(0.2)

    task = asyncio.create_task(busy())
    assert await rest() >= 0.4
    await task
    tasks = [asyncio.create_task(busy()) for _ in range(8)]
    assert await rest() == 1
    await asyncio.gather(*tasks)


async def test_nobody_opens_a_room_without_end() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board, most_pages=8) as hub:
        mine = [Page(hub, made.webinar_id, seat=7) for _ in range(6)]
        for page in mine:
            await page.next()
        with pytest.raises(RateLimited):
            hub.admit(made.webinar_id, Audience.ROOM, 7)
        hub.admit(made.webinar_id, Audience.ROOM, 8)
        await mine[0].events.aclose()  # type: ignore[attr-defined]
        hub.admit(made.webinar_id, Audience.ROOM, 7)
        assert hub.pages == 5


async def test_a_closed_room_lets_its_pages_go() -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        page = Page(hub, made.webinar_id)
        await page.next()
        await webinars.go(made, HostAction.GO_LIVE, HostAction.END, HostAction.CLOSE)
        await page.until("state", "closed")
        assert not await asyncio.wait_for(page.next(), 5)


async def test_a_line_that_is_lost_hides_nothing_for_long(database: str) -> None:
    made, board = await webinars.make(starts_in=10 * MINUTE), Board()
    async with running(board) as hub:
        page = Page(hub, made.webinar_id)
        await page.next()
        hub.connected(False)
        board.said["questions"] = "said while nobody listened"
        await page.until("questions", "said while nobody listened")
