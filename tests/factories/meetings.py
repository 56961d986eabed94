"""Meetings for tests, made through the real commands.

fair = await meetings.fair()                        # an event two months ahead, 09:00 to 17:00 UTC, and a host with times
amara = await fair.visitor("amara@brennhof.example")
await fair.ask(amara, 9, 10)                        # at nine and at ten o'clock
await fair.meet(amara, 9)                           # asked and accepted
"""

from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec

from portal.accounts import commands as accounts
from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.tokens import readable, secret
from portal.exhibitors.meetings.commands import answering, asking, publishing
from portal.exhibitors.meetings.queries import openings, requests, visitors
from portal.exhibitors.meetings.values import MeetingRecord, Visitor
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from tests.factories import events, exhibitors
from tests.factories.exhibitors import Stand

_numbers = count(1)
_ORDER = """
INSERT INTO seat_order (number, secret, event, state, email, contact_name, held_at, confirmed_at, end_reason, source,
    decision_note, terms_url) VALUES ($1, $2, $3, 'confirmed', $4, $5, $6, $6, '', '', '', '') RETURNING id
"""
_TICKET = """
INSERT INTO ticket_type (event, position, name, description, price, currency, tax_rate, by_code_only, extra)
VALUES ($1, 1, 'Seat', '', 0, 'EUR', 19, false, false) RETURNING id
"""
_SEAT = """
INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name, email,
    job_title, company, named_at) VALUES ($1, $2, 1, 'confirmed', 0, 0, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""


class Fair(msgspec.Struct, frozen=True):
    """An event with an exhibitor whose owner can be met."""

    stand: Stand
    day: datetime
    """When it begins; slots are told by the hour."""

    @property
    def event_id(self) -> int:
        return self.stand.exhibitor.event_id

    @property
    def exhibitor_id(self) -> int:
        return self.stand.exhibitor.id

    @property
    def owner(self) -> Actor:
        return self.stand.owner

    def at(self, hour: float) -> datetime:
        """`9.5` is half past nine on the fair's day."""
        return self.day.replace(hour=0) + timedelta(hours=hour)

    async def member(self, email: str = "leni@isarwerk.example", role: MemberRole = MemberRole.LEADS) -> Actor:
        """Somebody else of the company."""
        account_id = await accounts.ensure_account(email=email, name="Leni Leads", now=clock.now())
        await db.execute(
            "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING",
            self.stand.organisation_id, account_id, role.value,
        )  # fmt: skip
        return Actor(
            account_id=account_id, email=email, name="Leni Leads", timezone="UTC",
            memberships={self.stand.organisation_id: role},
        )  # fmt: skip

    async def publish(self, actor: Actor, first: float = 9, last: float = 17, slot: int = 30, pause: int = 0) -> int:
        boxes = [self.at(first) + timedelta(minutes=30 * n) for n in range(int((last - first) * 2))]
        return await publishing.publish_times(
            actor=actor, exhibitor_id=self.exhibitor_id, account_id=actor.account_id, boxes=boxes, slot_minutes=slot,
            pause_minutes=pause, now=clock.now(),
        )  # fmt: skip

    async def visitor(self, email: str = "amara@brennhof.example", name: str = "Amara Okonjo") -> Visitor:
        """Somebody with a confirmed place in their name."""
        now, number = clock.now(), next(_numbers)
        first, _, last = name.partition(" ")
        ticket = await db.fetch_value("SELECT id FROM ticket_type WHERE event = $1", self.event_id)
        ticket = ticket or await db.fetch_value(_TICKET, self.event_id)
        order = await db.fetch_value(_ORDER, f"M-{number}", secret(), self.event_id, email, name, now)
        claim = secret()
        await db.fetch_value(
            _SEAT, order, ticket, readable(10), claim, first, last, email, "Head of Supply", "Brennhof Pharma", now
        )
        found = await visitors.by_claim(claim)
        assert found is not None
        return found

    async def key(self, hour: float, actor: Actor | None = None, minutes: int = 30) -> str:
        """The slot's name in forms."""
        people = await openings.hosts(self.exhibitor_id)
        host = next(one for one in people if one.account_id == (actor or self.owner).account_id)
        return f"{host.id}-{int(self.at(hour).timestamp())}"

    async def ask(
        self, visitor: Visitor, *hours: float, actor: Actor | None = None, topic: str = "Prefilled syringes"
    ) -> int:
        keys = [await self.key(hour, actor) for hour in hours]
        return await asking.ask(
            visitor=visitor, exhibitor_id=self.exhibitor_id, keys=keys, topic=topic, now=clock.now()
        )

    async def accept(
        self, request_id: int, place: int = 0, actor: Actor | None = None, table_id: int | None = None
    ) -> int:
        found = await requests.by_id(request_id)
        assert found is not None
        return await answering.accept(
            actor=actor or self.owner, exhibitor_id=self.exhibitor_id, request_id=request_id,
            offer_id=found.offers[place].id, table_id=table_id, now=clock.now(),
        )  # fmt: skip

    async def meet(self, visitor: Visitor, hour: float, actor: Actor | None = None) -> int:
        return await self.accept(await self.ask(visitor, hour, actor=actor), actor=actor)

    async def tables(self, names: int) -> list[int]:
        """More tables of the company; gives the ids of all."""
        for number in range(names):
            await publishing.add_table(
                actor=self.owner, exhibitor_id=self.exhibitor_id, name=f"Table {number + 1}", place="", now=clock.now()
            )
        return [one.id for one in await openings.tables(self.exhibitor_id, clock.now())]


async def fair(*, rights: tuple[Right, ...] = tuple(Right), publish: bool = True, days: int = 1) -> Fair:
    """The event begins at nine, UTC, and lasts eight hours (on the last of its days)."""
    day = events.ahead(60, timezone="UTC").astimezone(UTC)
    event_id = await events.make("Fill & Finish Forum", timezone="UTC", starts_at=day, hours=8 + 24 * (days - 1))
    stand = await exhibitors.make(rights=rights, event_id=event_id)
    made = Fair(stand, day)
    if publish:
        await made.publish(made.owner)
    return made


async def set_rights(fair: Fair, *rights: Right) -> None:
    """What the organiser gives, from now on."""
    await db.execute(
        "UPDATE exhibitor SET rights = $2 WHERE id = $1", fair.exhibitor_id, [right.value for right in rights]
    )
    assert await desks.by_id(fair.exhibitor_id) is not None


def shown(meeting: MeetingRecord) -> tuple[str, float, float]:
    """State, and from when to when in hours of the day."""
    first = meeting.starts_at.hour + meeting.starts_at.minute / 60
    return meeting.state.value, first, first + meeting.minutes / 60


def as_member(actor: Actor, stand: Stand) -> Actor:
    """The same person, an owner of another company too."""
    return msgspec.structs.replace(actor, memberships={**actor.memberships, stand.organisation_id: MemberRole.OWNER})
