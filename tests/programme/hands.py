"""An event with workshops that people sign up for, and those people."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.jobs import keep_places
from portal.programme.queries import places
from portal.programme.tables import SessionKind
from portal.programme.values import ProgrammeFacts, SessionFacts
from portal.programme.workshops import Guest, Workshop
from tests.attending import Attending, named
from tests.factories.registration import Shop, make_shop

KEYS = ("isolators", "smoke", "late")


class House:
    """A forum with workshops: `isolators` and `smoke` at the same time, `late` after them."""

    def __init__(self, shop: Shop, attending: Attending, starts_at: datetime) -> None:
        self.shop = shop
        self.attending = attending
        self.client = attending.client
        self.starts_at = starts_at
        self.facts: dict[str, SessionFacts] = {}

    async def say(self, note: str = "", **changed: dict[str, Any] | None) -> None:
        """Change sessions by key, or take them out with None, and release."""
        for key, changes in changed.items():
            if changes is None:
                del self.facts[key]
            else:
                self.facts[key] = msgspec.structs.replace(self.facts[key], **changes)
        facts = ProgrammeFacts(source="test", rooms={"Lab": None}, sessions=tuple(self.facts.values()))
        await save_programme(actor=PORTAL, event_id=self.shop.event_id, facts=facts, now=clock.now())
        await release(actor=PORTAL, event_id=self.shop.event_id, now=clock.now(), note=note)

    async def guests(self, count: int) -> list[Guest]:
        """People with confirmed places in their own names, in one order; what they are mailed of it is sent."""
        details = {key: value for n in range(2, count + 1) for key, value in named(n, address(n)).items()}
        path = await self.attending.register(self.shop, count, **details)
        await self.attending.work()
        found = [await places.guest_by_seat(seat["id"]) for seat in await self.attending.seats(path)]
        return [one for one in found if one is not None]

    async def workshop(self, key: str) -> Workshop:
        found = await places.workshop(self.shop.slug, key)
        assert found is not None
        return found

    async def send(self, guest: Guest, key: str, **fields: str) -> Any:
        """Press the button on the page of the place’s own link."""
        return await self.client.post(f"{guest.path}/{key}", data=fields)

    async def state(self, guest: Guest) -> dict[str, str]:
        """What somebody has, by workshop."""
        return {one.slug: one.state.value for one in await places.own(guest.seat_id)}

    async def tick(self) -> None:
        """What the worker does by the clock, and all that follows."""
        await keep_places()
        await self.attending.work()

    async def told(self, recipient: str) -> list[str]:
        """Subjects of the mails about workshops, the oldest first."""
        rows = await db.fetch(
            "SELECT subject FROM mail WHERE recipient = $1 AND about_kind = 'workshop' ORDER BY id", recipient
        )
        return [row["subject"] for row in rows]

    async def calendar(self, recipient: str, key: str) -> list[str]:
        """The methods of the calendar messages about a workshop, the oldest first."""
        title = self.facts[key].title if key in self.facts else key
        return [
            str(one["METHOD"])
            for one in await self.attending.messages(recipient)
            if str(one.walk("VEVENT")[0]["SUMMARY"]) == title
        ]


def address(number: int) -> str:
    return f"guest{number}@brennhof.example"


async def make_house(attending: Attending, *, capacity: int = 1, **shop: Any) -> House:
    made = await make_shop(**shop)
    starts_at = await db.fetch_value("SELECT starts_at FROM event WHERE id = $1", made.event_id)
    house = House(made, attending, starts_at)
    for key, hours in zip(KEYS, (1, 1, 3), strict=True):
        begins = starts_at + timedelta(hours=hours)
        house.facts[key] = SessionFacts(
            key=key, title=key.capitalize(), kind=SessionKind.WORKSHOP, room="" if key == "smoke" else "Lab", capacity=capacity,
            starts_at=begins, ends_at=begins + timedelta(hours=1),
        )  # fmt: skip
    await house.say()
    return house
