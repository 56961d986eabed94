"""Workshops whose places are given away, by the real commands: who has one keeps the first choice, others get their second."""

from portal.agenda import jobs
from portal.core import clock, db
from portal.programme.commands.places import give_back, sign_up
from tests.agenda.conftest import AMARA, Open, Reader
from tests.attending import Attending
from tests.programme.hands import address, make_house


async def test_who_has_the_place_keeps_it_and_others_move_up(attending: Attending, another: Open) -> None:
    house = await make_house(attending, capacity=1)
    await house.say()
    amara, guest = await house.guests(2)
    isolators, smoke = await house.workshop("isolators"), await house.workshop("smoke")
    mine, theirs = Reader(attending.client), await another()
    await mine.sign_in(AMARA)
    await theirs.sign_in(address(2))
    for reader in (mine, theirs):
        for one in (isolators, smoke):
            await reader.save(f"session-{one.id}")
    rows = await db.fetch("SELECT id, agenda, item FROM agenda_entry ORDER BY id")
    for reader, agenda in zip((mine, theirs), sorted({row["agenda"] for row in rows}), strict=True):
        entries = {row["item"]: row["id"] for row in rows if row["agenda"] == agenda}
        data = {"instead_of": str(entries[isolators.id])}
        await reader.client.post(f"/agenda/entries/{entries[smoke.id]}/rank", data=data)
    await sign_up(seat_id=amara.seat_id, session_id=isolators.id, now=clock.now())
    await jobs.look_for_full()
    await attending.work()
    assert "You have a place" in await mine.page()
    assert "It moved up" not in await mine.page()
    assert "It moved up to be your first choice: “Isolators” is full." in await theirs.page()
    await sign_up(seat_id=guest.seat_id, session_id=isolators.id, now=clock.now())
    assert "You are in line" in await theirs.page()
    assert "SUMMARY:Second choice: Isolators" in (await theirs.client.get("/agenda/calendar.ics")).text
    await give_back(seat_id=amara.seat_id, session_id=isolators.id, now=clock.now())
    await attending.work()
    assert "You have a place" in await theirs.page()
    assert "You have a place" not in await mine.page()


async def test_read_is_read_when_others_fill_the_workshop_meanwhile(attending: Attending, another: Open) -> None:
    house = await make_house(attending, capacity=2)
    await house.say()
    amara, guest = await house.guests(2)
    isolators = await house.workshop("isolators")
    mine, theirs = Reader(attending.client), await another()
    await mine.sign_in(AMARA)
    await theirs.sign_in(address(3))
    await sign_up(seat_id=amara.seat_id, session_id=isolators.id, now=clock.now())
    for reader in (mine, theirs):
        await reader.save(f"session-{isolators.id}")
    await house.say(isolators={"title": "Gloves"})
    await attending.work()
    opened = [await reader.page() for reader in (mine, theirs)]
    assert ["It is called “Gloves” now" in page for page in opened] == [True, True]
    await sign_up(seat_id=guest.seat_id, session_id=isolators.id, now=clock.now())
    for reader, page in zip((mine, theirs), opened, strict=True):
        await reader.read_news(page)
    # Whoever has no place has not read that there is none left.
    after = [await reader.page() for reader in (mine, theirs)]
    assert ["It is called “Gloves” now" in page for page in after] == [False, True]
    assert ["It is full" in page for page in after] == [False, True]
