"""Rooms move at once and once, whoever notices: worker, hub, host, or the event itself."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.events import commands as events
from portal.events.tables import EventFormat
from portal.webinars.commands.making import save_settings
from portal.webinars.commands.states import move_due, press
from portal.webinars.queries import people, rooms
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import RoomState, VideoSource
from portal.webinars.values import Room, RoomSettings
from tests.factories import webinars

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


async def room(made: webinars.Webinar) -> Room:
    found = await rooms.by_id(made.webinar_id)
    assert found is not None
    return found


async def test_a_room_made_late_is_where_it_belongs() -> None:
    assert (await room(await webinars.make(starts_in=-5 * MINUTE))).state is RoomState.LIVE
    assert (await room(await webinars.make(starts_in=5 * MINUTE))).state is RoomState.LOBBY
    assert (await room(await webinars.make())).state is RoomState.SCHEDULED


async def test_the_worker_moves_what_is_due_and_nothing_else() -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    assert await move_due(now=clock.now()) == 0
    assert await move_due(now=clock.now() + 11 * MINUTE) == 1
    found = await room(made)
    assert (found.state, found.live_at, found.due_at) == (RoomState.LIVE, found.starts_at, found.ends_at)


async def test_a_moved_event_moves_its_room() -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    row = await db.fetch_one("SELECT version, starts_at FROM event WHERE id = $1", made.event_id)
    assert row is not None
    await events.move_event(
        actor=PORTAL, event_id=made.event_id, version=row["version"], starts_at=row["starts_at"] + timedelta(days=7),
        ends_at=row["starts_at"] + timedelta(days=7, hours=1), timezone="Europe/Vienna", now=clock.now(),
        **await _as_it_was(made),
    )  # fmt: skip
    assert await move_due(now=clock.now()) == 1
    found = await room(made)
    assert (found.state, found.due_at) == (RoomState.SCHEDULED, found.starts_at - 30 * MINUTE)


async def _as_it_was(made: webinars.Webinar) -> dict[str, object]:
    row = await db.fetch_one("SELECT all_day, format, online_url FROM event WHERE id = $1", made.event_id)
    assert row is not None
    return {**row, "format": EventFormat(row["format"]), "venue": None, "tell_over": False}


async def test_two_hosts_press_at_once() -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    both = [
        press(webinar_id=made.webinar_id, action=HostAction.GO_LIVE, actor=PORTAL, now=clock.now()) for _ in range(2)
    ]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "NoneType"]
    assert (await room(made)).state is RoomState.LIVE
    verbs = await db.fetch("SELECT verb FROM audit_entry WHERE kind = 'webinar' ORDER BY id")
    assert [row["verb"] for row in verbs] == ["made", "go_live"]


async def test_every_open_page_can_hear_of_it(database: str) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    heard: asyncio.Queue[str] = asyncio.Queue()
    line = await asyncpg.connect(database)
    await line.add_listener("room", lambda _c, _pid, _channel, said: heard.put_nowait(str(said)))
    await webinars.go(made, HostAction.GO_LIVE)
    assert await asyncio.wait_for(heard.get(), 5) == f"{made.webinar_id}:*"
    await line.close()


async def test_settings_of_somebody_faster_are_not_overwritten() -> None:
    made = await webinars.make()
    version = (await room(made)).version
    mine = RoomSettings(source=VideoSource.HLS, source_url="/static/clip/live.m3u8")
    await save_settings(webinar_id=made.webinar_id, version=version, settings=mine, actor=PORTAL, now=clock.now())
    with pytest.raises(Conflict):
        await save_settings(
            webinar_id=made.webinar_id, version=version, settings=RoomSettings(), actor=PORTAL, now=clock.now()
        )
    assert (await room(made)).source_url == "/static/clip/live.m3u8"


async def test_a_place_opens_the_room_until_it_is_cancelled() -> None:
    made = await webinars.make()
    anna = await webinars.join(made, "anna@brennhof.example")
    assert (anna.name, anna.webinar_id, anna.muted, anna.removed) == ("Anna Lindqvist", made.webinar_id, False, False)
    assert await people.by_claim(anna.claim) == anna
    await db.execute("UPDATE seat SET state = 'cancelled' WHERE id = $1", anna.seat_id)
    assert await people.by_claim(anna.claim) is None
