"""What the worker does about placements. Each loads by id and may run twice."""

from portal.core import clock, db
from portal.core.money import Money
from portal.core.settings import current
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Part
from portal.payments import queries as payment_queries
from portal.payments.documents import invoice_pdf
from portal.payments.subscriptions import queries as subscription_queries
from portal.placements import emails
from portal.placements.commands import booking as booking_commands
from portal.placements.commands import subscribing
from portal.placements.queries import sponsors
from portal.placements.values import Notice


async def tell_plan(notice: int) -> None:
    """The mail of a notice about a plan."""
    row = await db.fetch_one("SELECT subscription, what FROM plan_notice WHERE id = $1", notice)
    record = await subscription_queries.record(row["subscription"]) if row else None
    if row is None or record is None or not record.email:
        return
    message = emails.plan_notice(record, Notice(row["what"]), notice)
    if message is not None:
        async with db.transaction():
            await queue_mail(message=message, now=clock.now())


async def tell_booked(booking: int) -> None:
    """Sponsorships are paid: what was booked, with the invoice."""
    record = await sponsors.booking_by_id(booking)
    if record is None or record.purchase_id is None:
        return
    buyer = await payment_queries.buyer_of(record.purchase_id)
    bought = await payment_queries.purchase(record.purchase_id)
    assert bought is not None
    issued = await payment_queries.invoices(record.purchase_id)
    papers = [Part(f"{paper.number}.pdf", "application/pdf", await invoice_pdf(paper)) for paper in issued]
    links = [f"{current().base_url}/sponsorships/{bought.public_id}/{paper.number}.pdf" for paper in issued]
    if buyer is not None and buyer.email:
        async with db.transaction():
            await queue_mail(message=emails.booked(record, buyer.email, buyer.name, papers, links), now=clock.now())


async def tell_money_returned(booking: int, refund: int) -> None:
    """Money that was of no use: buyer and publisher hear that it goes back, and why."""
    record = await sponsors.booking_by_id(booking)
    row = await db.fetch_one(
        "SELECT r.id, r.amount, r.reason, p.currency, p.email FROM refund r JOIN purchase p ON p.id = r.purchase "
        "WHERE r.id = $1",
        refund,
    )
    if record is None or row is None:
        return
    amount = Money(row["amount"], row["currency"])
    async with db.transaction():
        for message in emails.money_returned(record, row["id"], amount, row["reason"], row["email"]):
            await queue_mail(message=message, now=clock.now())


async def lapse_holds() -> None:
    """Recurring: sponsorships that were not paid in time are on sale again."""
    await booking_commands.lapse_due(now=clock.now())


async def remind() -> None:
    """Recurring: renewals to come, and plans that are still to be paid."""
    await subscribing.remind(now=clock.now())
