"""A draft to work on, and what pages and tables say of it."""

import re
from typing import Any

import httpx

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands import rooms, sessions
from portal.programme.commands.saving import save_programme
from portal.programme.editing import Facts, Place
from portal.programme.values import ProgrammeFacts, SessionFacts
from tests.factories import events
from tests.programme.test_pages import NINE, held

DAY = "2027-02-09"


async def make(*them: SessionFacts, **more: Any) -> int:
    """An event of two days in Vienna with this draft, not released."""
    event_id = await events.make("Forum", **{"starts_at": NINE, "hours": 32, "timezone": "Europe/Vienna", **more})
    facts = them or (held("1", "First air"), held("2", "Fees", room="Raum Prater"))
    rooms = dict.fromkeys(one.room for one in facts if one.room)
    tracks = tuple(dict.fromkeys(one.track for one in facts if one.track))
    programme = ProgrammeFacts(source="test", rooms=rooms, tracks=tracks, sessions=facts)
    await save_programme(actor=PORTAL, event_id=event_id, facts=programme, now=clock.now())
    return event_id


async def add(event_id: int, title: str, **more: Any) -> int:
    """A session made here, and its number."""
    facts = Facts(title=title, place=more.pop("place", Place()), **more)
    return await sessions.add_session(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())


async def room(event_id: int, name: str, capacity: int | None = None) -> int:
    return await rooms.save_room(actor=PORTAL, event_id=event_id, name=name, capacity=capacity, now=clock.now())


async def row(event_id: int, title: str) -> Any:
    found = await db.fetch_one(
        "SELECT s.*, r.name AS room_name FROM programme_session s LEFT JOIN programme_room r ON r.id = s.room "
        "WHERE s.event = $1 AND s.title = $2",
        event_id, title,
    )  # fmt: skip
    assert found is not None
    return found


async def room_id(event_id: int, name: str) -> int:
    return int(await db.fetch_value("SELECT id FROM programme_room WHERE event = $1 AND name = $2", event_id, name))


def fault(page: httpx.Response, field: str) -> str:
    found = re.search(rf'id="f-{field}-e">.*?<span>(.*?)</span>', page.text, re.S)
    return found[1] if found else ""
