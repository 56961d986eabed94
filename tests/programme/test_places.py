"""Places in workshops: taken once, waited for in order, given back, swapped, and never one too many."""

import asyncio
from datetime import timedelta

import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, NotFound
from portal.programme.commands.places import give_back, sign_up
from portal.programme.tables import PlaceState
from portal.registration.commands.attending import cancel_seat
from portal.registration.queries.orders import order_by_claim
from portal.registration.tables import Watching
from portal.registration.values.offers import QuotaOffer, TicketOffer
from tests.attending import Attending
from tests.factories.registration import rule
from tests.programme.hands import House, make_house


async def take(house: House, seat_id: int, key: str, **more: bool) -> PlaceState:
    workshop = await house.workshop(key)
    return await sign_up(seat_id=seat_id, session_id=workshop.id, now=clock.now(), **more)


async def leave(house: House, seat_id: int, key: str) -> None:
    await give_back(seat_id=seat_id, session_id=(await house.workshop(key)).id, now=clock.now())


async def test_forty_at_once_for_ten_places(attending: Attending) -> None:
    house = await make_house(attending, capacity=10)
    guests = await house.guests(40)
    states = await asyncio.gather(*(take(house, one.seat_id, "isolators") for one in guests))
    assert (states.count(PlaceState.GIVEN), states.count(PlaceState.WAITING)) == (10, 30)
    now = await house.workshop("isolators")
    assert (now.taken, now.waiting, now.left) == (10, 30, 0)
    # All of them leave at once: everybody who waits moves up, and nobody comes in twice.
    given = [one for one, state in zip(guests, states, strict=True) if state is PlaceState.GIVEN]
    await asyncio.gather(*(leave(house, one.seat_id, "isolators") for one in given))
    now = await house.workshop("isolators")
    assert (now.taken, now.waiting) == (10, 20)


async def test_one_person_at_two_workshops_of_one_time_at_once(attending: Attending) -> None:
    house = await make_house(attending, capacity=5)
    (amara,) = await house.guests(1)
    tried = await asyncio.gather(
        *(take(house, amara.seat_id, key) for key in ("isolators", "smoke") * 3), return_exceptions=True
    )
    assert {type(one) for one in tried} == {PlaceState, Conflict}
    assert len(await house.state(amara)) == 1


async def test_the_database_refuses_one_too_many(attending: Attending) -> None:
    house = await make_house(attending, capacity=1)
    first, second = await house.guests(2)
    await take(house, first.seat_id, "late")
    workshop = await house.workshop("late")
    with pytest.raises(Exception, match="no place is left"):
        await db.execute(
            "INSERT INTO session_place (session, seat, state, since, given_at, end_reason) VALUES ($1, $2, 'given', $3, $3, '')",
            workshop.id, second.seat_id, clock.now(),
        )  # fmt: skip


async def test_the_line_moves_up_in_its_order(attending: Attending) -> None:
    house = await make_house(attending)
    first, second, third = await house.guests(3)
    for one in (first, second, third):
        await take(house, one.seat_id, "late")
    assert await house.state(third) == {"late": "waiting"}
    await leave(house, first.seat_id, "late")
    assert (await house.state(second), await house.state(third)) == ({"late": "given"}, {"late": "waiting"})
    # Whoever left and asks again stands at the end.
    assert await take(house, first.seat_id, "late") is PlaceState.WAITING
    await leave(house, second.seat_id, "late")
    assert (await house.state(third), await house.state(first)) == ({"late": "given"}, {"late": "waiting"})


async def test_asking_twice_changes_nothing(attending: Attending) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    assert [await take(house, amara.seat_id, "late") for _ in range(2)] == [PlaceState.GIVEN] * 2
    assert (await house.workshop("late")).taken == 1
    await leave(house, amara.seat_id, "late")
    with pytest.raises(Conflict, match="no place"):
        await leave(house, amara.seat_id, "late")


async def test_two_at_the_same_time(attending: Attending) -> None:
    house = await make_house(attending)
    first, second = await house.guests(2)
    await take(house, first.seat_id, "isolators")
    with pytest.raises(Conflict, match="“Isolators” at the same time"):
        await take(house, first.seat_id, "smoke")
    # What is given up for another goes to whoever waits for it.
    await take(house, second.seat_id, "isolators")
    assert await take(house, first.seat_id, "smoke", instead=True) is PlaceState.GIVEN
    assert (await house.state(first), await house.state(second)) == ({"smoke": "given"}, {"isolators": "given"})


async def test_waiting_for_one_while_having_the_other(attending: Attending) -> None:
    """Whoever waits keeps what they have, until what they wait for is theirs."""
    house = await make_house(attending)
    first, second, third = await house.guests(3)
    await take(house, first.seat_id, "isolators")
    await take(house, second.seat_id, "smoke")
    assert await take(house, second.seat_id, "isolators") is PlaceState.WAITING
    await take(house, third.seat_id, "smoke")
    with pytest.raises(Conflict, match="in line for “Smoke”"):
        await take(house, third.seat_id, "isolators")
    await leave(house, first.seat_id, "isolators")
    assert await house.state(second) == {"isolators": "given"}
    assert await house.state(third) == {"smoke": "given"}


async def test_a_place_at_the_event_given_up_frees_its_workshops(attending: Attending) -> None:
    house = await make_house(attending)
    first, second = await house.guests(2)
    await take(house, second.seat_id, "late")
    await take(house, first.seat_id, "late")
    found = await order_by_claim(second.claim)
    assert found is not None
    await cancel_seat(order=found[0], seat=found[1], now=clock.now())
    assert (await house.workshop("late")).taken == 0
    await house.tick()
    assert await house.state(first) == {"late": "given"}
    with pytest.raises(NotFound):
        await take(house, second.seat_id, "smoke")


async def test_giving_up_and_signing_up_at_once_end_in_one_of_two(attending: Attending) -> None:
    house = await make_house(attending, capacity=20)
    guests = await house.guests(12)
    orders = [await order_by_claim(one.claim) for one in guests]
    acts = [take(house, one.seat_id, "late") for one in guests]
    acts += [cancel_seat(order=found[0], seat=found[1], now=clock.now()) for found in orders if found]  # type: ignore[misc]
    tried = await asyncio.gather(*acts, return_exceptions=True)
    assert not [one for one in tried if isinstance(one, Exception) and not isinstance(one, NotFound)]
    counted = await db.fetch_value("SELECT count(*) FROM session_place WHERE state = 'given'")
    assert (counted, (await house.workshop("late")).taken) == (0, 0)


async def test_fewer_places_than_are_taken(attending: Attending) -> None:
    house = await make_house(attending, capacity=3)
    first, second, third, fourth = await house.guests(4)
    for one in (first, second, third, fourth):
        await take(house, one.seat_id, "late")
    await house.say(late={"capacity": 2})
    now = await house.workshop("late")
    assert (now.taken, now.capacity, now.left) == (3, 2, 0)
    # Nobody moves up into a place that is no more.
    await leave(house, first.seat_id, "late")
    await house.tick()
    assert await house.state(fourth) == {"late": "waiting"}
    await leave(house, second.seat_id, "late")
    assert await house.state(fourth) == {"late": "given"}
    # More places let everybody in.
    await take(house, first.seat_id, "late")
    await house.say(late={"capacity": 5})
    await house.tick()
    assert await house.state(first) == {"late": "given"}


async def test_who_may(attending: Attending) -> None:
    tickets = (TicketOffer("Seat", 0, ("Hall",)), TicketOffer("Dinner", 0, ("Hall",), extra=True))
    house = await make_house(attending, tickets=tickets, quotas=(QuotaOffer("Hall", 50),), capacity=9)
    await rule(house.shop, recording_choice=True)
    first, second, dinner, nameless = await house.guests(4)
    await db.execute("UPDATE seat SET watching = $2 WHERE id = $1", second.seat_id, Watching.RECORDING.value)
    await db.execute("UPDATE seat SET ticket_type = $2 WHERE id = $1", dinner.seat_id, house.shop.tickets["Dinner"])
    await db.execute("UPDATE seat SET named_at = NULL WHERE id = $1", nameless.seat_id)
    assert await take(house, first.seat_id, "late") is PlaceState.GIVEN
    for one, why in ((second, "recording"), (dinner, "extra"), (nameless, "name")):
        with pytest.raises(Conflict, match=why):
            await take(house, one.seat_id, "late")
    other = await make_house(attending)
    with pytest.raises(NotFound, match="at this event"):
        await sign_up(seat_id=first.seat_id, session_id=(await other.workshop("late")).id, now=clock.now())


@pytest.mark.parametrize("state", ["held", "paying", "cancelled"])
async def test_only_confirmed_orders(attending: Attending, state: str) -> None:
    house = await make_house(attending)
    (amara,) = await house.guests(1)
    await db.execute("UPDATE seat_order SET state = $1", state)
    with pytest.raises(NotFound):
        await take(house, amara.seat_id, "late")


async def test_what_has_begun_or_does_not_take_place(attending: Attending) -> None:
    house = await make_house(attending)
    first, second = await house.guests(2)
    later = house.starts_at + timedelta(hours=1, minutes=1)
    workshop = await house.workshop("isolators")
    with pytest.raises(Conflict, match="has begun"):
        await sign_up(seat_id=first.seat_id, session_id=workshop.id, now=later)
    await house.say(late={"cancelled": True})
    with pytest.raises(Conflict, match="does not take place"):
        await take(house, first.seat_id, "late")
    await attending.call_off(house.shop)
    with pytest.raises(Conflict, match="does not take place"):
        await take(house, second.seat_id, "isolators")
