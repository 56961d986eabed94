"""Mails about orders, built from values. Called by jobs only."""

from collections.abc import Callable, Sequence

from portal.calendars.values import Entry, Revision
from portal.core.settings import current
from portal.core.times import moment, zone_short
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.registration.queries import WaitingPlace
from portal.registration.values import OrderRecord, SeatRecord, path_for

WaitingMail = Callable[[WaitingPlace], Message]


def confirmation(
    order: OrderRecord, seats: Sequence[SeatRecord], tickets: bytes, calendar: tuple[Part, ...], again: str
) -> Message:
    """To whoever placed the order, with all tickets."""
    return _message(
        "confirmation", order, key=f"order-{order.id}-confirmation{again and '-' + again}", recipient=order.email,
        parts=(*calendar, Part(f"tickets-{order.number}.pdf", "application/pdf", tickets)), seats=seats, when=_when(order),
        open_seats=[seat for seat in seats if seat.named_at is None],
    )  # fmt: skip


def ticket(order: OrderRecord, seat: SeatRecord, pdf: bytes, calendar: tuple[Part, ...]) -> Message:
    """To the person on a seat."""
    return _message(
        "ticket", order, key=f"seat-{seat.id}-ticket-{seat.email}-{int(seat.named_at.timestamp()) if seat.named_at else 0}",
        recipient=seat.email, parts=(*calendar, Part(f"ticket-{order.number}-{seat.position}.pdf", "application/pdf", pdf)),
        seat=seat, when=_when(order),
    )  # fmt: skip


def colleague(order: OrderRecord, seat: SeatRecord) -> Message:
    """To somebody who is asked to fill in a name."""
    return _message(
        "colleague",
        order,
        key=f"seat-{seat.id}-asked-{seat.email}",
        recipient=seat.email,
        seat=seat,
        when=_when(order),
    )


def seat_gone(order: OrderRecord, seat: SeatRecord, address: str, name: str, calendar: tuple[Part, ...]) -> Message:
    """To somebody whose seat was given up or passed on."""
    return _message(
        "seat_gone", order, key=f"seat-{seat.id}-gone-{address}", recipient=address, topic="calendar", parts=calendar,
        seat=seat, name=name, when=_when(order),
    )  # fmt: skip


def event_changed(
    order: OrderRecord,
    revision: Revision,
    before: Entry | None,
    address: str,
    name: str,
    calendar: tuple[Part, ...],
) -> Message:
    """To an attendee: what changed, in words, with the calendar's update. `before` is what they hold."""
    entry = revision.entry
    return _message(
        "event_changed", order, key=f"event-{order.event_id}-revision-{revision.number}-{address}", recipient=address,
        topic="calendar", parts=calendar, name=name, entry=entry, before=before, when=entry_when(entry),
        when_before=entry_when(before) if before else "", number=revision.number,
    )  # fmt: skip


def money_returned(order: OrderRecord) -> list[Message]:
    """Late money, to the buyer and to the organiser."""
    return [
        _message("money_returned", order, key=f"order-{order.id}-money-returned", recipient=order.email, when=_when(order)),
        _message(
            "money_returned_staff", order, key=f"order-{order.id}-money-returned-staff", recipient=current().contact_email,
            when=_when(order),
        ),
    ]  # fmt: skip


def waiting_joined(place: WaitingPlace) -> Message:
    return _waiting("waiting_joined", place, key=f"waiting-{place.id}-joined")


def waiting_offer(place: WaitingPlace) -> Message:
    return _waiting("waiting_offer", place, key=f"waiting-{place.id}-offer")


def _waiting(template: str, place: WaitingPlace, *, key: str) -> Message:
    until = f"{moment(place.offer_until, current().site_timezone)} " if place.offer_until else ""
    subject, text, html = compose(f"registration/{template}", place=place, until=until.strip())
    return Message(
        key=key, topic="waiting", recipient=place.email, subject=subject, text=text, html=html, about_kind="waiting",
        about_key=str(place.id),
    )  # fmt: skip


def _message(
    template: str, order: OrderRecord, *, key: str, recipient: str, topic: str = "orders", parts: tuple[Part, ...] = (),
    **facts: object,
) -> Message:  # fmt: skip
    subject, text, html = compose(f"registration/{template}", order=order, path=path_for(order, recipient), **facts)
    return Message(
        key=key[:200], topic=topic, recipient=recipient, subject=subject, text=text, html=html, parts=parts,
        about_kind="order", about_key=str(order.id), reply_to=current().contact_email,
    )  # fmt: skip


def _when(order: OrderRecord) -> str:
    if order.all_day:
        return moment(order.starts_at, order.timezone, "EEEE d MMMM y")
    return f"{moment(order.starts_at, order.timezone, 'EEEE d MMMM y, HH:mm')} {zone_short(order.timezone, order.starts_at)}"


def entry_when(entry: Entry) -> str:
    """When an entry is, in the event's own zone, in words."""
    if entry.all_day:
        return moment(entry.starts_at, entry.timezone, "EEEE d MMMM y")
    start = moment(entry.starts_at, entry.timezone, "EEEE d MMMM y, HH:mm")
    return f"{start} {zone_short(entry.timezone, entry.starts_at)}"
