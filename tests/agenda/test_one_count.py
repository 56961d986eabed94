"""What a phone that follows somebody’s calendar and a mailbox with their invitations are told of the same event: in whatever
order places are taken, given up, passed on and taken again, and the event moved, called off and put on again, neither tells
something the other’s number would make old.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.commands import ensure_account
from portal.agenda.commands import addresses, keeping
from portal.agenda.commands.opening import Visitor
from portal.agenda.feeds import calendar_of
from portal.agenda.queries import agendas
from portal.agenda.routes import SOURCES
from portal.agenda.tables import Kind
from portal.agenda.values import person
from portal.calendars.commands import feed_address
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.events.tables import EventFormat
from tests.agenda.conftest import AMARA, Reader
from tests.agenda.phones import Phone
from tests.attending import Attending
from tests.factories import events
from tests.factories.registration import Shop, make_shop


class Mailbox:
    """Amara, an event online and on site, another at the same time, and a phone that has all she is told."""

    def __init__(self, attending: Attending, shop: Shop, other: int, account: int) -> None:
        self.attending, self.shop, self.other, self.account = attending, shop, other, account
        self.visitor, self.phone = Visitor(account=account), Phone()
        self.path, self.read_to, self.opened = "", 0, 0

    async def register(self) -> None:
        await db.execute("DELETE FROM rate_limit")
        if (
            not self.path
            and await db.fetch_value("SELECT state FROM event WHERE id = $1", self.shop.event_id) != "cancelled"
        ):
            self.path = await self.attending.register(self.shop)

    async def give_up(self) -> None:
        if self.path:
            await self.attending.client.post(f"{self.path}/seats/1/cancellation")
            self.path = ""

    async def pass_on(self) -> None:
        if self.path:
            bob = {"first_name": "Bob", "last_name": "Vos", "email": "bob@x.example"}
            await self.attending.client.post(f"{self.path}/seats/1", data=bob)
            self.path = ""

    async def move(self) -> None:
        await self.attending.move(self.shop, timedelta(minutes=5))

    async def call_off(self) -> None:
        await self.attending.call_off(self.shop)

    async def put_on_again(self) -> None:
        await self.attending.put_on_again(self.shop)

    async def save(self) -> None:
        for event in (self.shop.event_id, self.other):
            await keeping.save(visitor=self.visitor, kind=Kind.EVENT, item_id=event, now=clock.now())

    async def drop(self) -> None:
        await keeping.drop(visitor=self.visitor, key=(Kind.EVENT, self.shop.event_id), now=clock.now())

    async def second(self) -> None:
        await self.save()
        mine = await agendas.of_account(self.account)
        assert mine is not None
        ids = {one.item: one.id for one in await agendas.entries(mine.id)}
        first, other = ids[self.shop.event_id], ids[self.other]
        await keeping.choose(visitor=self.visitor, entry_id=first, instead_of=other, now=clock.now())

    async def follow(self) -> None:
        """The phone subscribes, or reads the calendar again."""
        feed = person(self.account)
        await feed_address(kind=feed[0], key=feed[1], now=clock.now())
        self.phone.read(await calendar_of(feed, SOURCES, clock.now()))

    async def work(self) -> None:
        """Mails are sent, and read at once."""
        await self.attending.work()
        messages = await self.attending.messages(AMARA)
        for one in messages[self.read_to :]:
            self.phone.open(one)
        self.opened += len(messages) - self.read_to
        self.read_to = len(messages)


ACTS: list[Callable[[Mailbox], Awaitable[None]]] = [
    Mailbox.register, Mailbox.register, Mailbox.give_up, Mailbox.pass_on, Mailbox.move, Mailbox.call_off, Mailbox.put_on_again,
    Mailbox.save, Mailbox.drop, Mailbox.second,
]  # fmt: skip


@pytest.fixture
async def mailbox(attending: Attending) -> Mailbox:
    shop = await make_shop(format=EventFormat.HYBRID, capacity=1000)
    starts_at = await db.fetch_value("SELECT starts_at FROM event WHERE id = $1", shop.event_id)
    other = await events.make("Another", starts_at=starts_at, hours=8)
    account = await ensure_account(email=AMARA, name="Amara", now=clock.now())
    return Mailbox(attending, shop, other, account)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_feed_and_mails_count_together(mailbox: Mailbox, seed: int) -> None:
    """One history: what is left of one example is what the next begins with. Not every change is told by both."""
    order = Random(seed)
    for act in order.choices(ACTS, k=20):
        with suppress(Conflict, Invalid, NotFound):
            await act(mailbox)
        for tell in order.sample([Mailbox.follow, Mailbox.work], k=order.randint(0, 2)):
            await tell(mailbox)


async def test_a_phone_that_subscribes_later_begins_where_mails_are(mailbox: Mailbox) -> None:
    for act in (
        Mailbox.register, Mailbox.work, Mailbox.give_up, Mailbox.work, Mailbox.register, Mailbox.work, Mailbox.follow,
    ):  # fmt: skip
        await act(mailbox)
    assert [number for number, _ in mailbox.phone.drawer.values()] == [2]
    await mailbox.give_up()
    await mailbox.follow()
    await mailbox.work()
    assert [number for number, _ in mailbox.phone.drawer.values()] == [3], "both told the same, with one number"


async def test_what_is_saved_is_in_the_calendar_again_once_the_place_is_given_up(mailbox: Mailbox) -> None:
    """The mail that takes the place back says another thing than the calendar does."""
    feed = person(mailbox.account)
    await feed_address(kind=feed[0], key=feed[1], now=clock.now())
    found = []
    for acts in ((Mailbox.save,), (Mailbox.register, Mailbox.work), (Mailbox.give_up, Mailbox.work)):
        for act in acts:
            await act(mailbox)
        body = await calendar_of(feed, SOURCES, clock.now(), invited=False)
        assert body is not None
        found.append((body.count(b"BEGIN:VEVENT"), body.count(b"STATUS:CANCELLED")))
    assert found == [(2, 0), (1, 0), (2, 0)]


async def test_an_account_has_one_calendar_at_all_its_addresses(attending: Attending) -> None:
    """One that was handed out for an agenda before, too; a new address ends them all."""
    shop = await make_shop()
    await attending.register(shop)
    account = await ensure_account(email=AMARA, name="Amara", now=clock.now())
    await keeping.save(visitor=Visitor(account=account), kind=Kind.EVENT, item_id=shop.event_id, now=clock.now())
    mine = await agendas.of_account(account)
    assert mine is not None
    secrets = [
        await feed_address(kind=kind, key=key, now=clock.now())
        for kind, key in (("agenda", str(mine.id)), person(account))
    ]
    paths = [
        f"/agenda/{secrets[0]}.ics?invited=yes", f"/agenda/{secrets[1]}.ics?invited=yes", f"/calendars/mine/{secrets[1]}.ics",
    ]  # fmt: skip
    await attending.work()
    told = {(await attending.client.get(path)).content for path in paths}
    assert [one.count(b"BEGIN:VEVENT") for one in told] == [1]
    assert b"BEGIN:VEVENT" not in (await attending.client.get(f"/agenda/{secrets[1]}.ics")).content, "mailed"
    await addresses.rotate(visitor=Visitor(account=account), now=clock.now())
    assert [(await attending.client.get(path)).status_code for path in paths] == [404, 404, 404]


async def test_the_calendar_of_an_account_is_behind_its_sign_in(attending: Attending) -> None:
    asked = await attending.client.get("/account/calendar")
    assert asked.headers["location"] == "/account/sign-in?next=%2Faccount%2Fcalendar"
    reader = Reader(attending.client)
    await reader.sign_in(AMARA)
    assert (await attending.client.get("/account/calendar")).headers["location"] == "/agenda/phone?invited=yes"
