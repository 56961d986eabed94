"""What becomes of the sessions of an event that is cancelled, moved or put on again: in calendars and in public."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import commands
from portal.programme.commands import sessions
from portal.programme.commands.releasing import release
from tests.attending import Attending
from tests.events.hearing import settled
from tests.factories import events
from tests.paying import text_of
from tests.programme.editing.making import make, row
from tests.programme.editing.test_places import entry
from tests.programme.test_pages import NINE, PROGRAMME, held


async def released() -> int:
    event_id = await make(held("1", "First air"), held("2", "Second day", hours=25))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    return event_id


async def version(event_id: int) -> int:
    return int(await db.fetch_value("SELECT version FROM event WHERE id = $1", event_id))


async def move(event_id: int, by: timedelta, **more: Any) -> None:
    await commands.move_event(
        actor=PORTAL, event_id=event_id, version=await version(event_id), starts_at=NINE + by,
        ends_at=NINE + by + timedelta(hours=32), timezone="Europe/Vienna", now=clock.now(),
        **({"venue": events.GHENT} | more),
    )  # fmt: skip


async def entries(event_id: int) -> list[tuple[int, str, bool]]:
    return [await entry((await row(event_id, title))["id"]) for title in ("First air", "Second day")]


PLACE = "Saal Lobau, Oude Vismijn, Ghent"


async def test_cancelled_and_on_again(client: httpx.AsyncClient, app: Litestar, attending: Attending) -> None:
    event_id = await released()
    assert await entries(event_id) == [(0, PLACE, False)] * 2
    await commands.cancel_event(actor=PORTAL, event_id=event_id, version=await version(event_id), now=clock.now())
    await attending.work()
    assert await entries(event_id) == [(1, PLACE, True)] * 2
    await settled(app)
    assert "This event is cancelled" in (await client.get(PROGRAMME)).text
    assert "This event is cancelled" in (await client.get(f"{PROGRAMME}/first-air")).text
    feed = (await client.get(f"{PROGRAMME}/calendar.ics")).text
    assert (feed.count("STATUS:CANCELLED"), feed.count("SEQUENCE:1")) == (2, 2)
    await commands.reinstate_event(actor=PORTAL, event_id=event_id, version=await version(event_id), now=clock.now())
    await attending.work()
    assert await entries(event_id) == [(2, PLACE, False)] * 2


async def test_withdrawn(client: httpx.AsyncClient, attending: Attending) -> None:
    event_id = await released()
    await commands.withdraw_event(actor=PORTAL, event_id=event_id, version=await version(event_id), now=clock.now())
    await attending.work()
    assert await entries(event_id) == [(1, PLACE, True)] * 2
    await commands.publish_event(actor=PORTAL, event_id=event_id, now=clock.now())
    await attending.work()
    assert await entries(event_id) == [(2, PLACE, False)] * 2


async def test_another_house(client: httpx.AsyncClient, attending: Attending) -> None:
    event_id = await released()
    await move(event_id, timedelta(), venue=events.VIENNA)
    await attending.work()
    assert await entries(event_id) == [(1, "Saal Lobau, Donauhalle, Vienna", False)] * 2


async def test_moved_the_draft_goes_along_and_the_public_is_told(
    editor: httpx.AsyncClient, client: httpx.AsyncClient, app: Litestar, attending: Attending
) -> None:
    event_id = await released()
    week = timedelta(days=7)
    await move(event_id, week)
    await attending.work()
    # On the old days nothing takes place any more, and nobody knows yet when it does.
    assert await entries(event_id) == [(1, PLACE, True)] * 2
    await settled(app)
    assert "those of before" in (await client.get(PROGRAMME)).text
    assert "those of before" in (await client.get(f"{PROGRAMME}/first-air")).text
    here = f"/staff/events/{event_id}/programme"
    page = text_of(await editor.get(here))
    assert "All of them can be moved along by as much as the event was, 7 days on." in page
    assert (await editor.post(f"{here}/along")).status_code == 303
    assert (await row(event_id, "First air"))["starts_at"] == NINE + week
    assert "Move all sessions along" not in (await editor.get(here)).text
    await attending.work()
    assert await entries(event_id) == [(1, PLACE, True)] * 2
    made = await release(actor=PORTAL, event_id=event_id, now=clock.now())
    assert made is not None
    assert [one.kind.value for one in made.changes] == ["moved"] * 2
    assert await entries(event_id) == [(2, PLACE, False)] * 2
    await settled(app)
    assert "those of before" not in (await client.get(PROGRAMME)).text
    assert await sessions.move_along(actor=PORTAL, event_id=event_id, now=clock.now()) == 0


async def test_moved_by_a_day_what_still_lies_within_stands(client: httpx.AsyncClient, attending: Attending) -> None:
    event_id = await released()
    await move(event_id, timedelta(days=1))
    await attending.work()
    assert await entries(event_id) == [(1, PLACE, True), (0, PLACE, False)]


@pytest.mark.parametrize("moved_by_hand", [False, True])
async def test_the_times_are_meant_as_they_are(
    editor: httpx.AsyncClient, attending: Attending, moved_by_hand: bool
) -> None:
    event_id = await released()
    await move(event_id, timedelta(days=7))
    await attending.work()
    if moved_by_hand:
        await sessions.move_along(actor=PORTAL, event_id=event_id, now=clock.now())
        await db.execute("UPDATE programme SET placed_for = released_for WHERE event = $1", event_id)
    assert (await editor.post(f"/staff/events/{event_id}/programme/times-kept")).status_code == 303
    await attending.work()
    # Where the public reads other times than the draft has, it waits for the release.
    assert await entries(event_id) == ([(1, PLACE, True)] * 2 if moved_by_hand else [(2, PLACE, False)] * 2)
    assert "They stand where they should" not in (await editor.get(f"/staff/events/{event_id}/programme")).text
