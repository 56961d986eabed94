"""What the worker does about orders: mails, invitations, lapsing. Each loads by id and may run twice."""

from collections.abc import Callable
from functools import partial

from portal.calendars.queries import sent_to
from portal.core import clock, db
from portal.core.jobs import enqueue, enqueue_many
from portal.core.money import written
from portal.core.settings import current
from portal.core.urgency import Urgency
from portal.events.queries.history import changed_since
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message, Part
from portal.payments import queries as payment_queries
from portal.payments.documents import invoice_pdf
from portal.payments.queries import Story
from portal.payments.tables import PurchaseState
from portal.registration import emails
from portal.registration.commands import lapsing, offering, waiting
from portal.registration.documents import ticket_pdf
from portal.registration.inviting import Invite, due
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.people import audience
from portal.registration.queries.waiting import waiting_place_by_id
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord


async def lapse_holds() -> None:
    """Recurring: end what is over."""
    await lapsing.lapse_due(now=clock.now())


async def offer_places(event: int) -> None:
    await waiting.offer_places(event_id=event, now=clock.now())


async def offer_everywhere() -> None:
    """Recurring: nobody waits beside a free seat."""
    await waiting.offer_everywhere(now=clock.now())


async def follow_sales() -> None:
    """Recurring: no list names a price that is over, nor one of tickets that are gone."""
    await offering.follow_sales(now=clock.now())


async def send_confirmation(order: int, again: str = "") -> None:
    """The order's mail to whoever placed it, and a ticket to everybody else on it; `again` makes it a new mail."""
    record = await order_by_id(order)
    if record is None or record.state is not OrderState.CONFIRMED or not record.is_on:
        return
    seats = [seat for seat in record.seats if seat.state is SeatState.CONFIRMED]
    tickets = await ticket_pdf(record, seats)
    paid, over = await _paid(record), record.ends_at <= clock.now()
    papers = [
        Part(f"{paper.number}.pdf", "application/pdf", await invoice_pdf(paper))
        for paper in (paid.invoices if paid else [])
    ]
    async with db.transaction():
        await _send(
            record, record.email, record.contact_name,
            lambda invite: emails.confirmation(record, seats, tickets, invite, again, paid, papers, over),
        )  # fmt: skip
        for seat in seats:
            if seat.email and seat.email != record.email and not again:
                await enqueue(
                    "registration.send_ticket" if seat.named_at else "registration.ask_colleague",
                    seat=seat.id,
                )


async def _paid(record: OrderRecord) -> Story | None:
    """What was paid for an order; None for one that cost nothing."""
    story = await payment_queries.story(record.purchase_id) if record.purchase_id is not None else None
    return story if story is not None and story.purchase.state is PurchaseState.PAID else None


async def send_ticket(seat: int) -> None:
    """A ticket with its invitation, to the person whose name is on it."""
    found = await _seat(seat)
    if found is None or not found[1].email or found[1].named_at is None or not found[0].is_on:
        return
    record, place = found
    pdf = await ticket_pdf(record, [place])
    async with db.transaction():
        await _send(record, place.email, place.name, lambda invite: emails.ticket(record, place, pdf, invite))


async def ask_colleague(seat: int) -> None:
    found = await _seat(seat)
    if found is None or not found[1].email or found[1].named_at is not None or not found[0].is_on:
        return
    async with db.transaction():
        await queue_mail(message=emails.colleague(*found), now=clock.now())


async def tell_seat_gone(seat: int, address: str, name: str, code: str) -> None:
    """Somebody no longer has this seat, nor the ticket `code`: a mail, which takes the calendar entry back."""
    record = await _order_of(seat)
    if record is None:
        return
    place = next(s for s in record.seats if s.id == seat)
    async with db.transaction():
        await _send(record, address, name, lambda invite: emails.seat_gone(record, place, address, name, code, invite))


async def tell_order_moved(order: int, address: str, codes: list[str]) -> None:
    """The order is no longer looked after from this address; `codes` are the tickets that ended with it."""
    record = await order_by_id(order)
    if record is None:
        return
    async with db.transaction():
        await _send(
            record, address, record.contact_name, lambda invite: emails.order_moved(record, address, codes, invite)
        )


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
    if record is None or record.state not in (OrderState.CONFIRMED, OrderState.PAYING):
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
        await _send(
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


async def _send(
    record: OrderRecord, address: str, name: str, compose: Callable[[Invite | None], Message | None]
) -> None:
    """Queue a mail with the calendar message that is due to its reader, and write that into the ledger."""
    now = clock.now()
    invite = await due(record, address, name)
    message = compose(invite)
    if message is None:
        return
    mail = await queue_mail(message=message, now=now)
    if invite is not None:
        await invite.note(mail, now)


async def tell_money_returned(order: int, refund: int) -> None:
    """Money that was of no use: buyer and organiser hear that it goes back, and why."""
    record = await order_by_id(order)
    row = await db.fetch_one(
        "SELECT r.id, r.amount, r.reason, p.currency FROM refund r JOIN purchase p ON p.id = r.purchase WHERE r.id = $1",
        refund,
    )
    if record is None or row is None:
        return
    amount, now = written(row["amount"], row["currency"], current().site_locale), clock.now()
    async with db.transaction():
        for message in emails.money_returned(record, row["id"], amount, row["reason"], over=record.ends_at <= now):
            await queue_mail(message=message, now=now)


async def tell_waiting_joined(entry: int, again: str = "") -> None:
    """`again` makes it a new mail, one a day, for somebody who joins although they stand in line."""
    await _tell_waiting(entry, partial(emails.waiting_joined, again=again))


async def tell_waiting_offer(entry: int) -> None:
    await _tell_waiting(entry, emails.waiting_offer)


async def tell_waiting_changed(version: int, entry: int) -> None:
    """Somebody in line hears what has changed since the event's `version`, or that there is nothing to wait for.

    Not so who has left meanwhile, nor who is paying: that order's mail says it.
    """
    place = await waiting_place_by_id(entry)
    if place is None or (place.left_at is not None and not place.called_off) or place.offer_state == OrderState.PAYING:
        return
    changes = await changed_since(place.event_id, version - 1, after=place.joined_at)
    if not changes:
        return
    async with db.transaction():
        await queue_mail(message=emails.waiting_changed(place, changes), now=clock.now())


async def _tell_waiting(entry: int, compose: emails.WaitingMail) -> None:
    place = await waiting_place_by_id(entry)
    if place is None or place.left_at is not None:
        return
    async with db.transaction():
        await queue_mail(message=compose(place), now=clock.now())


async def _seat(seat_id: int) -> tuple[OrderRecord, SeatRecord] | None:
    record = await _order_of(seat_id)
    seat = next((seat for seat in record.seats if seat.id == seat_id), None) if record else None
    if record is None or seat is None or seat.state is not SeatState.CONFIRMED:
        return None
    return record, seat


async def _order_of(seat_id: int) -> OrderRecord | None:
    order_id = await db.fetch_value("SELECT seat_order FROM seat WHERE id = $1", seat_id)
    return await order_by_id(order_id) if order_id else None
