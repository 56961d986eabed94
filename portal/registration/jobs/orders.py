"""Confirmations, tickets, and what becomes of places and money afterwards."""

from portal.core import clock, db
from portal.core.jobs import enqueue
from portal.core.money import written
from portal.core.settings import current
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Part
from portal.payments import queries as payment_queries
from portal.payments.documents import invoice_pdf
from portal.payments.queries import Story
from portal.payments.tables import PurchaseState
from portal.registration import emails
from portal.registration.documents import ticket_pdf
from portal.registration.jobs.sending import confirmed_seat, order_of, send
from portal.registration.queries.orders import order_by_id
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord


async def send_confirmation(order: int, again: str = "") -> None:
    """The order's mail to whoever placed it, and a ticket to everybody else on it; `again` makes it a new mail."""
    record = await order_by_id(order)
    if record is None or record.state is not OrderState.CONFIRMED or not record.is_on:
        return
    seats = [seat for seat in record.seats if seat.state is SeatState.CONFIRMED]
    tickets = await ticket_pdf(record, seats)
    now, paid = clock.now(), await _paid(record)
    over, on_demand = record.ends_at <= now, record.open_until > now
    papers = [
        Part(f"{paper.number}.pdf", "application/pdf", await invoice_pdf(paper))
        for paper in (paid.invoices if paid else [])
    ]
    async with db.transaction():
        await send(
            record, record.email, record.contact_name,
            lambda invite: emails.confirmation(record, seats, tickets, invite, again, paid, papers, over, on_demand),
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
    found = await confirmed_seat(seat)
    if found is None or not found[1].email or found[1].named_at is None or not found[0].is_on:
        return
    record, place = found
    pdf, over = await ticket_pdf(record, [place]), record.ends_at <= clock.now()
    async with db.transaction():
        await send(record, place.email, place.name, lambda invite: emails.ticket(record, place, pdf, invite, over))


async def ask_colleague(seat: int) -> None:
    found = await confirmed_seat(seat)
    if found is None or not found[1].email or found[1].named_at is not None or not found[0].is_on:
        return
    async with db.transaction():
        await queue_mail(message=emails.colleague(*found), now=clock.now())


async def tell_seat_gone(seat: int, address: str, name: str, code: str) -> None:
    """Somebody no longer has this seat, nor the ticket `code`: a mail, which takes the calendar entry back."""
    record = await order_of(seat)
    if record is None:
        return
    place = next(s for s in record.seats if s.id == seat)
    async with db.transaction():
        await send(record, address, name, lambda invite: emails.seat_gone(record, place, address, name, code, invite))


async def tell_order_moved(order: int, address: str, codes: list[str]) -> None:
    """The order is no longer looked after from this address; `codes` are the tickets that ended with it."""
    record = await order_by_id(order)
    if record is None:
        return
    async with db.transaction():
        await send(
            record, address, record.contact_name, lambda invite: emails.order_moved(record, address, codes, invite)
        )


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
