"""A stand whose team scans badges, at an event that is on, and attendees who wear them.

hall = await scans.hall()                              # Isarwerk exhibits, Amara comes; the event began an hour ago
badge = await hall.attendee("amara@brennhof.example")  # a seat with her name; gives the badge's code
kept = await hall.scan(badge)                          # she agreed
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import clock, db
from portal.core.settings import current
from portal.exhibitors.leads import commands
from portal.exhibitors.leads.rules import digest, usual
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from portal.leads.chain.values import Kept
from portal.payments.buying import Buyer
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.registration.rules.badges import badge_code
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.factories.registration import Shop, make_shop

HOUR = timedelta(hours=1)


class Hall(msgspec.Struct, frozen=True):
    """An event that is on, and one exhibitor at it."""

    shop: Shop
    stand: Stand

    @property
    def address(self) -> str:
        return self.stand.exhibitor.address

    async def attendee(self, email: str = "amara@brennhof.example", name: str = "Amara Okonjo-Reuter") -> str:
        """Somebody comes; the code on their badge."""
        return badge_code(await self.seat(email, name))

    async def seat(self, email: str = "amara@brennhof.example", name: str = "Amara Okonjo-Reuter") -> str:
        """The secret of their place."""
        return await take_place(self.shop, email, name)

    async def scan(self, badge: str, *, read: str | None = None, at: datetime | None = None, who: Actor | None = None,
                   client_id: str | None = None) -> Kept:  # fmt: skip
        """A badge is scanned, and its wearer agrees."""
        now = clock.now()
        return await commands.scan(
            exhibitor=self.stand.exhibitor, actor=who or self.stand.owner, badge=badge,
            read=agreed(self.stand) if read is None else read, at=at or now, now=now, client_id=client_id,
        )  # fmt: skip

    async def rights(self, *rights: Right) -> None:
        """What the organiser gives from now on."""
        await db.execute(
            "UPDATE exhibitor SET rights = $2 WHERE id = $1", self.stand.exhibitor.id, [right.value for right in rights]
        )


def agreed(stand: Stand) -> str:
    """What says that this stand's sentence was read."""
    return digest(usual(current().site_name, stand.exhibitor.company_name))


async def account_of(email: str) -> int:
    """Whose account this is."""
    return int(await db.fetch_value("SELECT id FROM account WHERE email = $1", email))


def sent(by: int, *records: dict[str, Any], clock_says: datetime | None = None) -> dict[str, Any]:
    """What a device of this account sends, whose clock is right unless told otherwise."""
    return {"by": by, "sent_at": (clock_says or clock.now()).isoformat(), "records": list(records)}


async def hall(*, rights: tuple[Right, ...] = tuple(Right), starts_at: datetime | None = None) -> Hall:
    # Announced while it was to come: nobody registers for what is on.
    shop = await make_shop(capacity=500)
    stand = await exhibitors.make(event_id=shop.event_id, rights=rights)
    await begin(shop, starts_at)
    return Hall(shop, await _again(stand))


async def another(shop: Shop, name: str = "Quellmark Single-Use") -> Hall:
    """One more exhibitor of the same event."""
    await begin(shop, clock.now() + 30 * 24 * HOUR)
    stand = await exhibitors.make(name, event_id=shop.event_id, package="Other")
    await begin(shop)
    return Hall(shop, await _again(stand))


async def begin(shop: Shop, starts_at: datetime | None = None) -> None:
    """Let the event be on, since an hour unless told otherwise."""
    start = starts_at or clock.now() - HOUR
    await db.execute(
        "UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $1", shop.event_id, start, start + 8 * HOUR
    )


async def take_place(shop: Shop, email: str, name: str = "Amara Okonjo-Reuter") -> str:
    """A place with somebody's name on it, booked a week before the event; the secret of the seat."""
    early = await db.fetch_value("SELECT starts_at FROM event WHERE id = $1", shop.event_id) - timedelta(days=7)
    held = await hold_seats(event_id=shop.event_id, wanted={shop.tickets["Seat"]: 1}, code="", actor=None, now=early)
    order = await order_by_id(held.order_id)
    assert order is not None
    first, _, last = name.partition(" ")
    await save_details(
        order=order, buyer=Buyer(email=email, name=name, company="Brennhof Pharma GmbH"), draft={}, actor=None, now=early,
        attendees=[Attendee(first, last, email, "Head of filling")], terms=current().terms_url,
    )  # fmt: skip
    secret = await db.fetch_value("SELECT claim_secret FROM seat WHERE seat_order = $1", held.order_id)
    return str(secret)


async def _again(stand: Stand) -> Stand:
    found = await desks.by_id(stand.exhibitor.id)
    assert found is not None
    return msgspec.structs.replace(stand, exhibitor=found)
