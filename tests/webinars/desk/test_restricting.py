"""Muting and removing: with a reason, on record, and felt in every process within two seconds."""

import asyncio
from datetime import datetime

import pytest

from portal.core import clock, db
from portal.core.errors import Invalid, NotFound
from portal.webinars.commands.restricting import lift, restrict
from portal.webinars.live.hub import GATHER_SECONDS, Hub
from portal.webinars.live.pieces import BYE
from portal.webinars.live.regions import Audience
from portal.webinars.queries import people as queries
from portal.webinars.tables.rooms import CrewRole, Restriction
from portal.webinars.values import Participant, Room
from tests.factories import webinars
from tests.webinars.desk.hands import MARIT, live, named, people

pytestmark = pytest.mark.usefixtures("database")
MUTED, REMOVED = Restriction


async def restricted(made: webinars.Webinar, who: Participant, kind: Restriction, reason: str = "Rude.") -> None:
    await restrict(
        webinar_id=made.webinar_id, seat_id=who.seat_id, kind=kind, reason=reason, actor=MARIT, now=clock.now()
    )


async def state_of(who: Participant) -> tuple[bool, bool]:
    found = await queries.by_seat(who.seat_id)
    assert found is not None
    return found.muted, found.removed


async def test_muted_and_removed_until_it_is_lifted_with_all_of_it_on_record() -> None:
    made = await live()
    anna, ben = await people(made, 2)
    await restricted(made, anna, MUTED, "")
    await restricted(made, anna, REMOVED)
    await restricted(made, anna, REMOVED, "Again?")
    assert (await state_of(anna), await state_of(ben)) == ((True, True), (False, False))
    rows = await db.fetch("SELECT id, kind, reason FROM room_restriction ORDER BY id")
    assert [(row["kind"], row["reason"]) for row in rows] == [("muted", ""), ("removed", "Rude.")]
    for row in (*rows, *rows):
        await lift(webinar_id=made.webinar_id, restriction_id=row["id"], actor=MARIT, now=clock.now())
    assert await state_of(anna) == (False, False)
    audit = await db.fetch("SELECT actor, verb, key FROM audit_entry WHERE kind = 'seat' ORDER BY id")
    assert [tuple(row) for row in audit] == [
        ("Marit Solheim", verb, str(anna.seat_id)) for verb in ("muted", "removed", "un-muted", "un-removed")
    ]


async def test_nobody_is_removed_without_a_reason_or_from_elsewhere() -> None:
    made, other = await live(), await live()
    [anna] = await people(made, 1)
    with pytest.raises(Invalid):
        await restricted(made, anna, REMOVED, "")
    with pytest.raises(NotFound):
        await restricted(other, anna, REMOVED)
    assert await state_of(anna) == (False, False)


async def _state(room: Room, _: datetime) -> str:
    return room.state


async def settled(hub: Hub, *, pages: int) -> None:
    """Until it listens, has so many pages, and has nothing left to render."""
    while hub.blind or hub.pages < pages or not all(room.vector and room.dirty == set() for room in hub.rooms.values()):
        await asyncio.sleep(0.01)
    await asyncio.sleep(GATHER_SECONDS)


async def bye(events: object) -> None:
    async for raw in events:  # type: ignore[attr-defined]
        if raw == BYE:
            return


async def test_a_removal_ends_open_pages_in_every_process_within_two_seconds() -> None:
    made = await live()
    anna, ben = await people(made, 2)
    regions = {Audience.ROOM: {"state": _state}}
    one, other = Hub(regions, most_pages=10), Hub(regions, most_pages=10)
    async with one.running(), other.running():
        hers = [hub.stream(hub.admit(made.webinar_id, Audience.ROOM, anna.claim), have="") for hub in (one, other)]
        his = other.stream(other.admit(made.webinar_id, Audience.ROOM, ben.claim), have="")
        waiting = [asyncio.create_task(bye(page)) for page in (*hers, his)]
        await settled(one, pages=1)
        await settled(other, pages=2)
        async with asyncio.timeout(2):
            await restricted(made, anna, REMOVED)
            await asyncio.gather(*waiting[:2])
        assert not waiting[2].done()
        waiting[2].cancel()
        await asyncio.wait(waiting)


async def test_who_leaves_the_crew_or_gets_another_role_loses_the_open_desk() -> None:
    made = await live()
    for email, role in (("gone@a.example", CrewRole.MODERATOR), ("other@a.example", CrewRole.MODERATOR),
                        ("stays@a.example", CrewRole.MODERATOR)):  # fmt: skip
        await named(made, email, role)
    rows = await db.fetch("SELECT id, email FROM account WHERE email LIKE '%@a.example'")
    by = {row["email"].partition("@")[0]: row["id"] for row in rows}
    hub = Hub({Audience.MODERATOR: {"state": _state}}, most_pages=10)
    async with hub.running():
        waiting = {
            name: asyncio.create_task(bye(hub.stream(hub.admit(made.webinar_id, Audience.MODERATOR, account), have="")))
            for name, account in by.items()
        }
        await settled(hub, pages=3)
        await db.execute("DELETE FROM webinar_crew WHERE email = 'gone@a.example'")
        await db.execute("UPDATE webinar_crew SET role = 'speaker' WHERE email = 'other@a.example'")
        async with asyncio.timeout(2):
            [anna] = await people(made, 1)
            await restricted(made, anna, MUTED)
            await asyncio.gather(waiting["gone"], waiting["other"])
        assert not waiting["stays"].done()
        waiting["stays"].cancel()
        await asyncio.wait(waiting.values())
        assert await queries.without_role(made.webinar_id, CrewRole.HOST, []) == set()
