"""Whatever is saved, booked, moved, cancelled, released and given up, in whatever order: a calendar program that compares
SEQUENCE believes the newest of what it was told.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.agenda.commands import keeping
from portal.agenda.commands.opening import Visitor
from portal.agenda.feeds import calendar_of
from portal.agenda.routes import SOURCES
from portal.agenda.tables import Kind
from portal.agenda.values import person
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.meetings.commands import answering, ending
from portal.programme.commands.places import give_back, sign_up
from portal.programme.values import SessionFacts
from portal.programme.workshops import Guest
from tests.agenda.conftest import AMARA, Reader
from tests.agenda.phones import Phone
from tests.agenda.test_feed import address
from tests.attending import Attending
from tests.factories import meetings
from tests.programme.hands import KEYS, House, make_house


class World:
    """Amara with a calendar, two workshops at once that take one person each, somebody else who wants in, and a meeting."""

    def __init__(
        self, house: House, guests: list[Guest], fair: meetings.Fair, at_fair: meetings.Visitor, account: int
    ) -> None:
        self.house, self.guests, self.fair, self.at_fair, self.account = house, guests, fair, at_fair, account
        self.visitor, self.phone, self.numbers = Visitor(account=account), Phone(), count(1)
        self.gone: dict[str, SessionFacts] = {}
        self.meeting = 0

    async def session(self, key: str) -> int:
        return int(await db.fetch_value(
            "SELECT id FROM programme_session WHERE event = $1 AND source_key = $2", self.house.shop.event_id, key
        ))  # fmt: skip

    async def entry(self, key: str) -> int:
        found = await db.fetch_value(
            "SELECT e.id FROM agenda_entry e JOIN agenda a ON a.id = e.agenda WHERE a.account = $1 AND e.item = $2 "
            "AND e.kind = 'session'",
            self.account, await self.session(key),
        )  # fmt: skip
        return int(found or 0)

    async def save(self, key: str) -> None:
        await keeping.save(visitor=self.visitor, kind=Kind.SESSION, item_id=await self.session(key), now=clock.now())

    async def save_event(self, key: str) -> None:
        await keeping.save(visitor=self.visitor, kind=Kind.EVENT, item_id=self.fair.event_id, now=clock.now())

    async def drop(self, key: str) -> None:
        await keeping.drop(visitor=self.visitor, key=(Kind.SESSION, await self.session(key)), now=clock.now())

    async def drop_event(self, key: str) -> None:
        await keeping.drop(visitor=self.visitor, key=(Kind.EVENT, self.fair.event_id), now=clock.now())

    async def second(self, key: str) -> None:
        for one in KEYS[:2]:
            await self.save(one)
        other = await self.entry("smoke" if key == "isolators" else "isolators")
        await keeping.choose(visitor=self.visitor, entry_id=await self.entry(key), instead_of=other, now=clock.now())

    async def first(self, key: str) -> None:
        await keeping.choose(visitor=self.visitor, entry_id=await self.entry(key), instead_of=None, now=clock.now())

    async def book(self, key: str) -> None:
        await self.put_back(key)
        await sign_up(seat_id=self.guests[0].seat_id, session_id=await self.session(key), now=clock.now(), instead=True)

    async def release(self, key: str) -> None:
        await give_back(seat_id=self.guests[0].seat_id, session_id=await self.session(key), now=clock.now())

    async def other_books(self, key: str) -> None:
        await self.put_back(key)
        await sign_up(seat_id=self.guests[1].seat_id, session_id=await self.session(key), now=clock.now(), instead=True)

    async def other_releases(self, key: str) -> None:
        await give_back(seat_id=self.guests[1].seat_id, session_id=await self.session(key), now=clock.now())

    async def move(self, key: str) -> None:
        if key in self.house.facts:
            later = timedelta(minutes=next(self.numbers) % 20)
            begins = self.house.starts_at + timedelta(hours=1) + later
            await self.house.say(**{key: {"starts_at": begins, "ends_at": begins + timedelta(hours=1)}})

    async def rename(self, key: str) -> None:
        if key in self.house.facts:
            await self.house.say(**{key: {"title": f"{key} {next(self.numbers)}"}})

    async def cancel(self, key: str) -> None:
        if key in self.house.facts:
            self.gone[key] = self.house.facts[key]
            await self.house.say(**{key: None})

    async def put_back(self, key: str) -> None:
        if key not in self.house.facts:
            self.house.facts[key] = self.gone[key]
            await self.house.say()

    async def meet(self, key: str) -> None:
        self.meeting = await self.fair.meet(self.at_fair, 9 + next(self.numbers) % 14 / 2)

    async def move_meeting(self, key: str) -> None:
        slot = await self.fair.key(10 + next(self.numbers) % 12 / 2)
        await answering.move(
            actor=self.fair.owner,
            exhibitor_id=self.fair.exhibitor_id,
            meeting_id=self.meeting,
            key=slot,
            now=clock.now(),
        )

    async def cancel_meeting(self, key: str) -> None:
        await ending.cancel(
            actor=self.fair.owner,
            exhibitor_id=self.fair.exhibitor_id,
            meeting_id=self.meeting,
            words="",
            now=clock.now(),
        )

    async def look(self, key: str) -> None:
        """Nothing happens, but the calendar is read."""


ACTS: list[Callable[[World, str], Awaitable[None]]] = [
    World.save, World.book, World.release, World.second, World.other_books, World.save_event, World.drop,
    World.drop_event, World.first, World.other_releases, World.move, World.rename, World.cancel, World.put_back, World.meet,
    World.move_meeting, World.cancel_meeting, World.look,
]  # fmt: skip


@pytest.fixture
async def world(attending: Attending) -> AsyncIterator[World]:
    house = await make_house(attending, capacity=1)
    guests, fair = await house.guests(2), await meetings.fair()
    reader = Reader(attending.client)
    await reader.sign_in(AMARA)
    await address(reader)
    account = int(await db.fetch_value("SELECT id FROM account WHERE email = $1", AMARA))
    made = World(house, guests, fair, await fair.visitor(AMARA), account)
    yield made
    assert made.phone.rises > 50, "much was told"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_no_order_of_acts_makes_a_sequence_fall_or_hides_a_change(world: World, seed: int) -> None:
    """One history: what is left of one example is what the next begins with, and the phone forgets nothing."""
    order = Random(seed)
    for act in order.choices(ACTS, k=25):
        with suppress(Conflict, Invalid, NotFound):
            await act(world, order.choice(KEYS[:2]))
        if order.random() < 0.6:
            world.phone.read(await calendar_of(person(world.account), SOURCES, clock.now()))
