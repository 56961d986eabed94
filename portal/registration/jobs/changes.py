"""An event changes: everybody who plans with it hears why."""

from portal.calendars.queries import sent_to
from portal.core import clock, db
from portal.core.jobs import enqueue_many
from portal.core.urgency import Urgency
from portal.events.queries.history import changed_since
from portal.payments import queries as payment_queries
from portal.payments.tables import PurchaseState
from portal.registration import emails
from portal.registration.commands import lapsing, waiting
from portal.registration.jobs.sending import send
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.people import audience
from portal.registration.tables import SeatState
from portal.registration.values.orders import OrderRecord


async def event_changed(event: int, version: int) -> None:
    """An event moved or was called off: one job per address, so that one bad address holds nobody up."""
    off = await db.fetch_value("SELECT state NOT IN ('published', 'moved') FROM event WHERE id = $1", event)
    people = await audience(event)
    async with db.transaction():
        in_line = await waiting.follow_event(event_id=event, now=clock.now())
        await enqueue_many(
            "registration.tell_waiting_changed",
            [{"version": version, "entry": entry} for entry in in_line],
            urgency=Urgency.ONE_OF_MANY,
        )
        await enqueue_many(
            "registration.tell_attendee",
            [{"version": version, "order": one["order_id"], "seat": one["seat_id"]} for one in people],
            urgency=Urgency.ONE_OF_MANY,
        )
    if off:
        await lapsing.end_holds(event_id=event, now=clock.now())


async def tell_attendee(version: int, order: int, seat: int | None) -> None:
    """Tell one address what has changed since the event's `version`, with its calendar's update.

    Whoever was sent the newest state already, by a later job or with a fresh ticket, is not told again.
    """
    record = await order_by_id(order)
    if record is None or not record.counted_on:
        return
    place = next((s for s in record.seats if s.id == seat and s.state is SeatState.CONFIRMED), None)
    address, name = (place.email, place.name) if place and place.email else (record.email, record.contact_name)
    # Of several changes at once the later job may run first: it tells what happened since this address was last told.
    told = await sent_to("event", str(record.event_id), [address])
    last = max((one.sent_at for one in told), default=None)
    changes = await changed_since(record.event_id, 0, after=last) if last else []
    changes = changes or await changed_since(record.event_id, version - 1, after=record.confirmed_at or record.held_at)
    if not changes or not address:
        return
    money = await _money(record) if address == record.email else ""
    async with db.transaction():
        await send(
            record, address, name,
            lambda invite: None if invite and invite.known else
            emails.event_changed(record, changes, address, name, invite, money),
        )  # fmt: skip


async def _money(record: OrderRecord) -> str:
    """What its buyer has given for an order: `paid` while not all of it went back, `coming`, or nothing."""
    purchase = await payment_queries.purchase(record.purchase_id) if record.purchase_id is not None else None
    if purchase is not None and purchase.state is PurchaseState.PROCESSING:
        return "coming"
    return "paid" if purchase and purchase.state is PurchaseState.PAID and purchase.refunded < purchase.total else ""
