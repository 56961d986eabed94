"""Staff passes: the mail that brings one, and the end of those whose company exhibits no more."""

from portal.core import clock, db
from portal.exhibitors.desks.commands.passes import end_of_gone
from portal.exhibitors.desks.emails import staff_pass
from portal.exhibitors.desks.queries import passes
from portal.registration.documents import ticket_pdf
from portal.registration.jobs.sending import confirmed_seat, send


async def send_pass(made: int, by: str, again: str = "") -> None:
    """The ticket with its invitation, to whoever has the pass now."""
    seat_id = await passes.seat_of(made)
    found = await confirmed_seat(seat_id) if seat_id is not None else None
    if found is None or not found[1].email or not found[0].is_on or found[0].ends_at <= clock.now():
        return
    order, seat = found
    pdf, company = await ticket_pdf(order, [seat]), await passes.company_of(made)
    async with db.transaction():
        await send(
            order, seat.email, seat.name,
            lambda invite: staff_pass(order, seat, pdf, invite, pass_id=made, company=company, by=by, again=again),
        )  # fmt: skip


async def end_passes() -> None:
    """Recurring: nobody keeps a pass of a company that exhibits no more."""
    await end_of_gone(now=clock.now())
