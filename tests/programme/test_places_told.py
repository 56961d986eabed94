"""Whoever has a place in a workshop is told what becomes of it, and their calendar with them: once."""

from datetime import timedelta

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.places import give_back, sign_up
from portal.programme.commands.releasing import release
from portal.registration.commands.attending import cancel_seat, name_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.queries.orders import order_by_claim
from tests.attending import Attending
from tests.programme.hands import House, address, make_house

AMARA, BOB = "amara@brennhof.example", address(2)


async def take(house: House, seat_id: int, key: str = "late") -> None:
    await sign_up(seat_id=seat_id, session_id=(await house.workshop(key)).id, now=clock.now())
    await house.attending.work()


async def test_a_place_comes_with_its_calendar_entry(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await take(house, amara.seat_id)
    assert await house.told(AMARA) == ["Your place: Late"]
    (entry,) = [
        one.walk("VEVENT")[0]
        for one in await attending.messages(AMARA)
        if str(one.walk("VEVENT")[0]["SUMMARY"]) == "Late"
    ]
    assert (entry["DTSTART"].dt, str(entry["LOCATION"])) == (
        (house.starts_at + timedelta(hours=3)).astimezone(entry["DTSTART"].dt.tzinfo), "Lab, Donauhalle, Vienna",
    )  # fmt: skip
    assert f"/seats/{amara.claim}/workshops" in str(entry["DESCRIPTION"])
    # Nothing is told twice, whatever the clock does.
    await house.tick()
    await house.tick()
    assert await house.calendar(AMARA, "late") == ["REQUEST"]


async def test_moving_up_is_told_and_leaving_takes_the_entry_back(attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    await take(house, amara.seat_id)
    await take(house, bob.seat_id)
    assert await house.told(BOB) == []
    await give_back(seat_id=amara.seat_id, session_id=(await house.workshop("late")).id, now=clock.now())
    await attending.work()
    assert await house.told(BOB) == ["A place became free for you: Late"]
    assert await house.told(AMARA) == ["Your place: Late", "No longer yours: Late"]
    assert "You gave it back." in await attending.text_to(AMARA)
    assert await house.calendar(AMARA, "late") == ["REQUEST", "CANCEL"]


async def test_taking_another_one_and_coming_back(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await take(house, amara.seat_id, "isolators")
    workshop = await house.workshop("smoke")
    await sign_up(seat_id=amara.seat_id, session_id=workshop.id, now=clock.now(), instead=True)
    await attending.work()
    assert sorted((await house.told(AMARA))[1:]) == ["No longer yours: Isolators", "Your place: Smoke"]
    workshop = await house.workshop("isolators")
    await sign_up(seat_id=amara.seat_id, session_id=workshop.id, now=clock.now(), instead=True)
    await attending.work()
    assert await house.calendar(AMARA, "isolators") == ["REQUEST", "CANCEL", "REQUEST"]
    assert sorted((await house.told(AMARA))[-2:]) == ["No longer yours: Smoke", "Your place: Isolators"]


async def test_moved_cancelled_and_on_again(attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    await take(house, amara.seat_id)
    await take(house, bob.seat_id)
    later = house.starts_at + timedelta(hours=5)
    await house.say(late={"starts_at": later, "ends_at": later + timedelta(hours=1)})
    await house.tick()
    assert (await house.told(AMARA))[1:] == ["Changed: Late"]
    assert "give it back" in await attending.text_to(AMARA)
    await house.say(late={"cancelled": True})
    await house.tick()
    # Whoever waited waits no more, and is told so.
    assert (await house.told(AMARA))[2:] == ["Cancelled: Late"]
    assert (await house.told(BOB), await house.state(bob)) == (["Cancelled: Late"], {})
    await house.say(late={"cancelled": False})
    await house.tick()
    assert (await house.told(AMARA))[3:] == ["It takes place after all: Late"]
    assert await house.state(amara) == {"late": "given"}
    assert await house.calendar(AMARA, "late") == ["REQUEST", "REQUEST", "CANCEL", "REQUEST"]


async def test_taken_out_of_the_programme(attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    await take(house, amara.seat_id)
    await take(house, bob.seat_id)
    await db.execute("DELETE FROM programme_session WHERE source_key = 'late'")
    await release(actor=PORTAL, event_id=house.shop.event_id, now=clock.now())
    await house.tick()
    assert (await house.told(AMARA))[1:] == ["Cancelled: Late"]
    assert await house.told(BOB) == ["Cancelled: Late"]
    assert await house.calendar(AMARA, "Late") == ["REQUEST", "CANCEL"]


async def test_a_changed_text_is_not_written_about(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await take(house, amara.seat_id)
    await house.say(late={"abstract": "Bring a notebook."})
    await house.tick()
    assert await house.told(AMARA) == ["Your place: Late"]


async def test_the_event_called_off_ends_the_workshop_in_calendars(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await take(house, amara.seat_id)
    await attending.call_off(house.shop)
    await house.tick()
    assert (await house.told(AMARA))[1:] == ["Cancelled: Late"]
    assert await house.calendar(AMARA, "late") == ["REQUEST", "CANCEL"]
    await house.tick()
    assert len(await house.told(AMARA)) == 2


async def test_the_place_goes_along_with_the_place_at_the_event(attending: Attending) -> None:
    house = await make_house(attending)
    amara, bob = await house.guests(2)
    await take(house, bob.seat_id)
    found = await order_by_claim(bob.claim)
    assert found is not None
    await name_seat(
        order=found[0], seat=found[1], attendee=Attendee("Cleo", "Vos", "cleo@brennhof.example", "", None, None), company="",
        now=clock.now(),
    )  # fmt: skip
    await attending.work()
    await house.tick()
    assert (await house.told(BOB))[1:] == ["No longer yours: Late"]
    assert "was passed on, and this one went along" in await attending.text_to(BOB)
    assert await house.told("cleo@brennhof.example") == ["Your place: Late"]
    assert (await house.workshop("late")).taken == 1
    assert await house.state(amara) == {}


async def test_a_given_up_place_at_the_event_takes_the_entry_back(attending: Attending) -> None:
    house = await make_house(attending)
    _, bob = await house.guests(2)
    await take(house, bob.seat_id)
    found = await order_by_claim(bob.claim)
    assert found is not None
    await cancel_seat(order=found[0], seat=found[1], now=clock.now())
    await house.tick()
    assert (await house.told(BOB))[1:] == ["No longer yours: Late"]
    assert "Your place at the event has ended" in await db.fetch_value(
        "SELECT text FROM mail WHERE recipient = $1 AND about_kind = 'workshop' ORDER BY id DESC LIMIT 1", BOB
    )
