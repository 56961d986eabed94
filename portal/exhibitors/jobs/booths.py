"""Telling exhibitors of their booths, and freeing what was not paid in time."""

from collections.abc import Callable, Sequence
from functools import partial

from portal.core import clock, db
from portal.core.money import Money
from portal.core.settings import current
from portal.exhibitors import emails_booths as emails
from portal.exhibitors.bookings import Booking, Difference
from portal.exhibitors.commands import booking as commands
from portal.exhibitors.jobs.telling import organiser_of, readers
from portal.exhibitors.queries import bookings, desks
from portal.exhibitors.tables.plans import BookingState
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message, Part
from portal.payments import queries as payment_queries
from portal.payments.documents import invoice_pdf


async def tell_booked(booking: int) -> None:
    """A booth is booked: to the contact and the owners, and with the invoice to whoever is billed."""
    k = await bookings.by_id(booking)
    at = await desks.by_id(k.exhibitor_id) if k is not None else None
    if k is None or at is None or k.state is not BookingState.BOOKED:
        return
    told = await readers(at, contact=(k.contact_email, k.contact_name))
    papers, links = [], list[str]()
    buyer = await payment_queries.buyer_of(k.purchase_id) if k.purchase_id is not None else None
    if k.purchase_id is not None and buyer is not None:
        issued = await payment_queries.invoices(k.purchase_id)
        papers = [Part(f"{paper.number}.pdf", "application/pdf", await invoice_pdf(paper)) for paper in issued]
        bought = await payment_queries.purchase(k.purchase_id)
        assert bought is not None
        links = [f"{current().base_url}/booths/{bought.public_id}/{paper.number}.pdf" for paper in issued]
        told[buyer.email.lower()] = buyer.name
    await _send(
        [
            emails.booked(
                k, recipient=address, name=name, papers=papers if billed else (), links=links if billed else ()
            )
            for address, name in told.items()
            for billed in (buyer is not None and address == buyer.email.lower(),)
        ]
    )
    if k.before:
        moved = emails.moved_itself(k, k.before, Difference(k.net, k.currency))
        await _send([emails.to_organiser(k, moved, "exchanged", await organiser_of(k.event_id))])


async def tell_moved(booking: int, before: str, at: str, organiser: bool = True, back: int = 0) -> None:
    """A booth was exchanged: to the company, and to the organiser what the company did by itself."""
    k = await bookings.by_id(booking)
    if k is None:
        return
    made = Difference(-back, k.currency)
    await _tell(k, partial(emails.moved, k, before, at, by_organiser=organiser, difference=made))
    if not organiser:
        await _send([emails.to_organiser(k, emails.moved_itself(k, before), at, await organiser_of(k.event_id))])


async def tell_offer(booking: int, number: str) -> None:
    """The organiser keeps a dearer booth for an exhibitor; no mail once that is over."""
    k = await bookings.by_id(booking)
    offered = await bookings.by_number(k.exhibitor_id, number) if k is not None else None
    if k is not None and offered is not None and offered.held(clock.now()):
        await _tell(offered, partial(emails.offered, offered, k))


async def tell_offer_over(booking: int) -> None:
    """What the organiser kept was not taken: to the organiser, and to the company where it merely let the time pass."""
    k = await bookings.by_id(booking)
    if k is None or k.state is not BookingState.LAPSED:
        return
    await _send([emails.to_organiser(k, emails.not_taken(k), "offer-over", await organiser_of(k.event_id))])
    if k.end_reason == commands.LATE:
        await _tell(k, partial(emails.offer_over, k))


async def tell_renamed(booking: int, before: str, at: str) -> None:
    k = await bookings.by_id(booking)
    if k is not None:
        await _tell(k, partial(emails.renamed, k, before, at))


async def tell_wish(booking: int, at: str) -> None:
    """An exhibitor asks for another booth; no mail once that is answered."""
    k = await bookings.by_id(booking)
    if k is not None and k.wish:
        await _send([emails.to_organiser(k, emails.wished(k), at, await organiser_of(k.event_id))])


async def tell_wish_refused(booking: int, wish: str, note: str, at: str) -> None:
    k = await bookings.by_id(booking)
    if k is not None:
        await _tell(k, partial(emails.wish_refused, k, wish, note, at))


async def _tell(k: Booking, write: Callable[..., Message]) -> None:
    """To the contact and the owners of the company."""
    of = await desks.by_id(k.exhibitor_id)
    if of is not None:
        told = await readers(of, contact=(k.contact_email, k.contact_name))
        await _send([write(recipient=address, name=name) for address, name in told.items()])


async def tell_money_returned(booking: int, refund: int) -> None:
    """Money that was of no use: buyer and organiser hear that it goes back, and why."""
    k = await bookings.by_id(booking)
    row = await db.fetch_one(
        "SELECT r.id, r.amount, r.reason, p.currency, p.email FROM refund r JOIN purchase p ON p.id = r.purchase "
        "WHERE r.id = $1",
        refund,
    )
    if k is None or row is None:
        return
    amount = Money(row["amount"], row["currency"])
    await _send(emails.money_returned(k, row["id"], amount, row["reason"], row["email"]))


async def lapse_holds() -> None:
    """Recurring: booths that were not paid in time are free again."""
    await commands.lapse_due(now=clock.now())


async def _send(messages: Sequence[Message]) -> None:
    async with db.transaction():
        for message in messages:
            await queue_mail(message=message, now=clock.now())
