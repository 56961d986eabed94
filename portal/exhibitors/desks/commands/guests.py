"""Codes by which an exhibitor's customers get tickets, as many as its package has."""

from datetime import datetime
from decimal import Decimal

from portal.accounts.actors import PORTAL, Actor
from portal.core import audit, db
from portal.core.errors import Conflict
from portal.core.tokens import readable
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.tables.exhibiting import Right
from portal.registration.commands.giving import hidden_ticket
from portal.registration.commands.promoting import save_code
from portal.registration.values.setup import CodeFacts

GUEST_TICKET = "Guest of an exhibitor"


async def make_guest_code(*, actor: Actor, exhibitor_id: int, now: datetime) -> str:
    """Make the code for the company’s guests, once; the code. One ticket to an order, as many orders as the package has.

    Raises Conflict when the package has none, or the event sells no tickets.
    """
    async with db.transaction():
        here = await locked(actor, exhibitor_id, right=Right.PASSES)
        if here["guests"] == 0:
            raise Conflict("Your package has no tickets for guests.")
        known = await db.fetch_value("SELECT code FROM promo_code WHERE id = $1", here["guest_code"])
        if known is not None:
            return str(known)
        discount = await db.fetch_value("SELECT guest_discount FROM exhibition_package WHERE id = $1", here["package"])
        code = f"{here['company'].partition('-')[0][:16].upper()}-{readable(8)}"
        facts = CodeFacts(
            code=code, label=f"Guests of {here['company_name']}"[:120], percent_off=Decimal(discount),
            max_uses=here["guests"], tickets=(await _guest_ticket(here["event"], now),),
        )  # fmt: skip
        made = await save_code(actor=PORTAL, event_id=here["event"], facts=facts, now=now)
        await db.execute("UPDATE exhibitor SET guest_code = $2 WHERE id = $1", exhibitor_id, made)
        await audit.record(actor=actor.label, verb="make guest code", kind="exhibitor", key=exhibitor_id, now=now)
    return code


async def _guest_ticket(event_id: int, now: datetime) -> int:
    row = await db.fetch_one("SELECT guest_ticket, currency FROM exhibition WHERE event = $1 FOR UPDATE", event_id)
    assert row is not None, "an exhibitor applied to it"
    if row["guest_ticket"] is not None:
        return int(row["guest_ticket"])
    made = await hidden_ticket(
        event_id=event_id, name=GUEST_TICKET, description="With the code of the exhibitor who invites you.",
        currency=row["currency"], as_ordinary=True, now=now,
    )  # fmt: skip
    await db.execute("UPDATE exhibition SET guest_ticket = $2 WHERE event = $1", event_id, made)
    return made
