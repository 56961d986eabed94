"""What the worker does about orders: mails, invitations, lapsing. Each loads by id and may run twice."""

from portal.calendars import queries as calendar_queries
from portal.calendars.commands import note_sent
from portal.calendars.invitations import parts
from portal.calendars.tables import Method
from portal.calendars.values import Revision
from portal.core import clock, db
from portal.core.jobs import enqueue, enqueue_many
from portal.core.settings import current
from portal.core.urgency import Urgency
from portal.notifications.commands import queue_mail
from portal.notifications.values import Part
from portal.registration import emails, queries
from portal.registration.commands import lapsing, waiting
from portal.registration.documents import ticket_pdf
from portal.registration.tables import OrderState, SeatState
from portal.registration.values import OrderRecord, SeatRecord, path_for


async def lapse_holds() -> None:
    """Recurring: end what is over."""
    await lapsing.lapse_due(now=clock.now())


async def offer_places(ticket_type: int) -> None:
    await waiting.offer_places(ticket_type=ticket_type, now=clock.now())


async def send_confirmation(order: int, again: str = "") -> None:
    """The order's mail to whoever placed it, and a ticket to everybody else on it; `again` makes it a new mail."""
    record = await queries.order_by_id(order)
    if record is None or record.state is not OrderState.CONFIRMED or not record.is_on:
        return
    seats = [seat for seat in record.seats if seat.state is SeatState.CONFIRMED]
    own = [seat for seat in seats if seat.email == record.email]
    tickets = await ticket_pdf(record, seats)
    revision = await _revision(record)
    async with db.transaction():
        now = clock.now()
        calendar = await _invite(record, revision, record.email, record.contact_name) if revision and own else ()
        message = emails.confirmation(record, seats, tickets, calendar, again)
        if await queue_mail(message=message, now=now) is not None and revision and own:
            await note_sent(
                item_id=revision.item_id,
                address=record.email,
                number=revision.number,
                method=Method.REQUEST,
                now=now,
            )
        for seat in seats:
            if seat.email and seat.email != record.email and not again:
                await enqueue(
                    "registration.send_ticket" if seat.named_at else "registration.ask_colleague",
                    seat=seat.id,
                )


async def send_ticket(seat: int) -> None:
    """A ticket with its invitation, to the person whose name is on it."""
    found = await _seat(seat)
    if found is None or not found[1].email or found[1].named_at is None or not found[0].is_on:
        return
    record, place = found
    pdf = await ticket_pdf(record, [place])
    revision = await _revision(record)
    async with db.transaction():
        now = clock.now()
        calendar = await _invite(record, revision, place.email, place.name) if revision else ()
        sent = await queue_mail(message=emails.ticket(record, place, pdf, calendar), now=now)
        if sent is not None and revision:
            await note_sent(
                item_id=revision.item_id,
                address=place.email,
                number=revision.number,
                method=Method.REQUEST,
                now=now,
            )


async def ask_colleague(seat: int) -> None:
    found = await _seat(seat)
    if found is None or not found[1].email or found[1].named_at is not None or not found[0].is_on:
        return
    async with db.transaction():
        await queue_mail(message=emails.colleague(*found), now=clock.now())


async def tell_seat_gone(seat: int, address: str, name: str) -> None:
    """Somebody no longer has this seat: a mail that takes the calendar entry back."""
    order_id = await db.fetch_value("SELECT seat_order FROM seat WHERE id = $1", seat)
    record = await queries.order_by_id(order_id) if order_id else None
    if record is None:
        return
    place = next(s for s in record.seats if s.id == seat)
    still_there = any(s.state is SeatState.CONFIRMED and s.email == address for s in record.seats)
    revision = await _revision(record)
    async with db.transaction():
        now = clock.now()
        calendar = await _uninvite(record, revision, address, name) if revision and not still_there else ()
        sent = await queue_mail(message=emails.seat_gone(record, place, address, name, calendar), now=now)
        if sent is not None and calendar and revision:
            await note_sent(
                item_id=revision.item_id,
                address=address,
                number=revision.number,
                method=Method.CANCEL,
                now=now,
            )


async def event_changed(event: int) -> None:
    """An event moved or was called off: one job per attendee, so that one bad address holds nobody up."""
    if await db.fetch_value("SELECT state NOT IN ('published', 'moved') FROM event WHERE id = $1", event):
        await lapsing.end_holds(event_id=event, now=clock.now())
    people = await queries.attendees_of_event(event)
    async with db.transaction():
        await enqueue_many(
            "registration.tell_attendee",
            [{"order": p["order_id"], "address": p["address"], "name": p["name"]} for p in people],
            urgency=Urgency.ONE_OF_MANY,
        )


async def tell_attendee(order: int, address: str, name: str) -> None:
    """Send one attendee the calendar's newest revision, unless they hold it."""
    record = await queries.order_by_id(order)
    if record is None:
        return
    revision = await _revision(record)
    if revision is None:
        return
    held = await calendar_queries.held_entry(revision.item_id, address)
    if held is not None and held[0] >= revision.number:
        return
    before = held[1] if held is not None else None
    method = Method.CANCEL if revision.entry.cancelled else Method.REQUEST
    async with db.transaction():
        now = clock.now()
        calendar = await _invite(record, revision, address, name)
        message = emails.event_changed(record, revision, before, address, name, calendar)
        await queue_mail(message=message, now=now)
        await note_sent(item_id=revision.item_id, address=address, number=revision.number, method=method, now=now)


async def tell_money_returned(order: int) -> None:
    """Late money: buyer and organiser hear that it goes back."""
    record = await queries.order_by_id(order)
    if record is None:
        return
    async with db.transaction():
        for message in emails.money_returned(record):
            await queue_mail(message=message, now=clock.now())


async def tell_waiting_joined(entry: int) -> None:
    await _tell_waiting(entry, emails.waiting_joined)


async def tell_waiting_offer(entry: int) -> None:
    await _tell_waiting(entry, emails.waiting_offer)


async def _tell_waiting(entry: int, compose: emails.WaitingMail) -> None:
    secret = await db.fetch_value("SELECT secret FROM waiting_entry WHERE id = $1", entry)
    place = await queries.waiting_place(secret) if secret else None
    if place is None or place.left_at is not None:
        return
    async with db.transaction():
        await queue_mail(message=compose(place), now=clock.now())


async def _seat(seat_id: int) -> tuple[OrderRecord, SeatRecord] | None:
    order_id = await db.fetch_value("SELECT seat_order FROM seat WHERE id = $1 AND state = 'confirmed'", seat_id)
    record = await queries.order_by_id(order_id) if order_id else None
    if record is None:
        return None
    return record, next(seat for seat in record.seats if seat.id == seat_id)


async def _invite(record: OrderRecord, revision: Revision, address: str, name: str) -> tuple[Part, ...]:
    """The calendar's parts of a mail: an invitation, or the cancellation of a cancelled event."""
    return parts(
        revision,
        method=Method.CANCEL if revision.entry.cancelled else Method.REQUEST,
        attendee_email=address,
        attendee_name=name,
        organizer=current().mail_from,
        extra_text=f"Your place and ticket: {current().base_url}{path_for(record, address)}",
        conference=record.online_url,
        raised=await calendar_queries.raised(revision.item_id, address),
    )


async def _uninvite(record: OrderRecord, revision: Revision, address: str, name: str) -> tuple[Part, ...]:
    return parts(
        revision,
        method=Method.CANCEL,
        attendee_email=address,
        attendee_name=name,
        organizer=current().mail_from,
        raised=await calendar_queries.raised(revision.item_id, address),
    )


async def _revision(record: OrderRecord) -> Revision | None:
    key = str(record.event_id)
    return (await calendar_queries.current("event", [key])).get(key)
