"""What the demo's attendee ordered before the newcomer came: by the ordinary commands, paid at the stand-in's own page."""

from datetime import datetime, timedelta

import httpx

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.jobs import withdraw
from portal.core.settings import current
from portal.demo.seed.people import ACCOUNTS
from portal.payments.buying import Buyer
from portal.payments.flows import Payments
from portal.payments.vat import checked
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries import tickets as queries
from portal.registration.queries.orders import order_by_id

PAID = ("isolator-decontamination-day", "Place")
ONLINE = ("reading-a-tech-transfer-quote", "Live seat")
PAST = ("aseptic-processing-days-hamburg", "Both days")
_CARD = {"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "country": "DE"}


async def seed_orders(*, payments: Payments, now: datetime) -> None:
    """One order to come that was paid, one webinar, one that is over; what is there already is left as it is.

    Only the stand-in is paid at: with a key of Stripe's own the paid order is left out.
    """
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'orders'"):
        return
    actor = await attendee()
    await _order(actor, *ONLINE, now=now)
    async with db.transaction():
        if (past := await _order(actor, *PAST, now=now - timedelta(days=100))) is not None:
            # Its confirmation went out in those days; the mailbox should not begin with news of what is over.
            await withdraw("registration.send_confirmation", order=past)
    if current().stripe_api_base and (order_id := await _order(actor, *PAID, now=now)) is not None:
        await _pay(order_id, actor.name, payments)
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'orders', '{}')",
        now,
    )


async def attendee() -> Actor:
    """The demo’s attendee, as one who acts."""
    amara = ACCOUNTS[0]
    account_id = await db.fetch_value("SELECT id FROM account WHERE email = $1", amara.email)
    return Actor(account_id=account_id, email=amara.email, name=amara.name)


async def _order(actor: Actor, slug: str, ticket: str, *, now: datetime) -> int | None:
    """Take one place and say who comes; the order's id, or None where the attendee had one for the event."""
    event_id = await db.fetch_value("SELECT id FROM event WHERE slug = $1", slug)
    if await db.fetch_value(
        "SELECT 1 FROM seat_order WHERE event = $1 AND account = $2 AND state = 'confirmed'", event_id, actor.account_id
    ):
        return None
    kinds = {kind.name: kind.id for kind in await queries.tickets(event_id, now=now)}
    hold = await hold_seats(event_id=event_id, wanted={kinds[ticket]: 1}, code="", actor=actor, now=now)
    order = await order_by_id(hold.order_id)
    assert order is not None
    vat = checked("DE136695976", "DE")
    assert vat is not None
    buyer = Buyer(
        email=actor.email, name=actor.name, company="Brennhof Pharma GmbH", street="Hafenstrasse 21", postal_code="89077",
        city="Ulm", country="DE", vat_id=vat.compact, vat_check=vat.check, po_number="PO-7781",
    )  # fmt: skip
    first, _, last = actor.name.partition(" ")
    await save_details(
        order=order, buyer=buyer, attendees=[Attendee(first, last, actor.email, "Head of external manufacturing")], draft={},
        actor=actor, now=now, terms=current().terms_url,
    )  # fmt: skip
    return hold.order_id


async def _pay(order_id: int, name: str, payments: Payments) -> None:
    """As a buyer does: with a card, at the payment page."""
    purchase_id = await db.fetch_value("SELECT purchase_id FROM seat_order WHERE id = $1", order_id)
    page = await payments.start(purchase_id)
    async with httpx.AsyncClient(headers={"Sec-Fetch-Site": "same-origin"}) as browser:
        answer = await browser.post(page, data={**_CARD, "name": name})
    assert answer.is_redirect, answer.status_code
    await payments.settle(purchase_id)
