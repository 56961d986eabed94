"""Mails about orders, built from values. Called by jobs only."""

from collections.abc import Callable, Sequence

import msgspec

from portal.core.money import Money
from portal.core.settings import current
from portal.core.times import moment, zone_short
from portal.core.tokens import hashed
from portal.events.queries.history import PastChange
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.payments.documents import NAMES
from portal.payments.queries import Story
from portal.payments.rules import words
from portal.registration.inviting import Invite
from portal.registration.queries.waiting import WaitingPlace
from portal.registration.tables import Watching
from portal.registration.values.companions import DateTold
from portal.registration.values.orders import OrderRecord, SeatRecord, path_for

WaitingMail = Callable[[WaitingPlace], Message]


class WayIn(msgspec.Struct, frozen=True):
    """How somebody gets into the room, or to the recording: a sentence that ends with a colon, and our address."""

    words: str
    path: str


def confirmation(
    order: OrderRecord, seats: Sequence[SeatRecord], tickets: bytes, invite: Invite | None, again: str,
    paid: Story | None = None, papers: Sequence[Part] = (), over: bool = False, on_demand: bool = False,
) -> Message:  # fmt: skip
    """To whoever placed the order, with all tickets; when it was paid for, with what was bought, what went back of it, and
    the invoice. Once the event is `over`, it brings these papers and promises nothing, unless its recording is given out
    `on_demand`.
    """
    closed = over and not on_demand
    return _message(
        "confirmation", order, key=f"order-{order.id}-confirmation{again and '-' + again}", recipient=order.email,
        invite=invite, parts=[Part(f"tickets-{order.number}.pdf", "application/pdf", tickets), *papers], seats=seats,
        open_seats=[seat for seat in seats if seat.named_at is None], paid=paid, names=NAMES,
        method=words.method(paid.purchase.method) if paid else "", over=over, closed=closed,
        opening=_opening(seats, over=over, closed=closed),
        way_in=None if closed or order.own_seat is None else _way_in(order, order.own_seat, over=over),
    )  # fmt: skip


def _opening(seats: Sequence[SeatRecord], *, over: bool, closed: bool) -> str:
    if closed:
        return "This event is over. Here are the papers of your order."
    if over:
        return "The event is over, and its recording is yours to watch."
    return "Your place is confirmed." if len(seats) == 1 else f"Your {len(seats)} places are confirmed."


def _way_in(order: OrderRecord, seat: SeatRecord, *, over: bool) -> WayIn | None:
    """None for an event where one simply goes."""
    if not order.joins:
        return None
    if over:
        said = "Watch the recording:"
    elif seat.watching is Watching.RECORDING:
        said = "You watch the recording, and we write when it is there. If you can make it after all, join here:"
    else:
        said = "To join from afar:" if order.on_site else "Join online:"
    return WayIn(said, seat.join_path)


def requested(order: OrderRecord) -> Message:
    """To whoever asked to come: the places are kept, and somebody looks at it."""
    costs = any(seat.net for seat in order.active_seats)
    return _message("requested", order, key=f"order-{order.id}-requested", recipient=order.email, costs=costs)


def approved(order: OrderRecord, due: Money) -> Message:
    """To whoever may come and has `due` to pay; says until when, and leads to the payment."""
    until = moment(order.holds_until or order.held_at, current().site_timezone, "EEEE d MMMM, HH:mm")
    zone = zone_short(current().site_timezone, order.holds_until or order.held_at)
    return _message(
        "approved", order, key=f"order-{order.id}-approved", recipient=order.email, due=due, until=f"{until} {zone}"
    )


def refused(order: OrderRecord) -> Message:
    """To whoever may not come, with the organiser's words, or was not answered in time."""
    return _message("refused", order, key=f"order-{order.id}-refused", recipient=order.email)


def unpaid(order: OrderRecord) -> Message:
    """To whoever might have come and has not paid in time."""
    return _message("unpaid", order, key=f"order-{order.id}-unpaid", recipient=order.email)


def ticket(order: OrderRecord, seat: SeatRecord, pdf: bytes, invite: Invite | None, over: bool = False) -> Message:
    """To the person on a seat; once the event is `over`, for its recording."""
    named = seat.named_at.timestamp() if seat.named_at else 0
    return _message(
        "ticket", order, key=f"seat-{seat.id}-ticket-{seat.code}-{named}", recipient=seat.email, invite=invite,
        parts=[Part(f"ticket-{order.number}-{seat.position}.pdf", "application/pdf", pdf)], seat=seat, over=over,
        way_in=_way_in(order, seat, over=over),
    )  # fmt: skip


def colleague(order: OrderRecord, seat: SeatRecord) -> Message:
    """To somebody who is asked to fill in a name; each time with a new address for it."""
    key = f"seat-{seat.id}-asked-{hashed(seat.claim_secret)}"
    return _message("colleague", order, key=key, recipient=seat.email, seat=seat)


def companions(
    dates: Sequence[tuple[OrderRecord, SeatRecord]], invites: Sequence[Invite], *, recipient: str, ids: Sequence[int]
) -> Message:
    """The dates that came with a place, in one mail; each with an entry to open."""
    return _about_dates("companions", dates, invites, recipient=recipient, ids=ids)


def companions_gone(
    dates: Sequence[tuple[OrderRecord, SeatRecord]], invites: Sequence[Invite], *, recipient: str, name: str,
    ids: Sequence[int],
) -> Message:  # fmt: skip
    """The dates that somebody no longer has a place at."""
    return _about_dates("companions_gone", dates, invites, recipient=recipient, ids=ids, name=name)


def _about_dates(
    template: str, dates: Sequence[tuple[OrderRecord, SeatRecord]], invites: Sequence[Invite], *, recipient: str,
    ids: Sequence[int], **facts: object,
) -> Message:  # fmt: skip
    """A mail that lists dates, with a calendar file for each that is to be told. A calendar acts by itself on one message
    of a mail only, so here none is another form of the mail's text.
    """
    listed: dict[int, list[tuple[OrderRecord, SeatRecord]]] = {}
    for order, seat in dates:
        listed.setdefault(order.event_id, []).append((order, seat))
    rows = [DateTold(these[0][0], tuple(seat for _, seat in these)) for these in listed.values()]
    files = [part for invite in invites for part in invite.parts if not part.alternative]
    first = dates[0][0]
    subject, text, html = compose(
        f"registration/{template}", rows=rows, files=len(files), first=first.comes_with,
        title=first.comes_with.title if first.comes_with else first.event_title, **facts,
    )  # fmt: skip
    told = hashed(",".join(f"{one}" for one in sorted(ids)) + ",".join(seat.claim_secret for _, seat in dates))
    return Message(
        key=f"{template}-{told}", topic="orders", recipient=recipient, subject=subject, text=text, html=html,
        parts=tuple(msgspec.structs.replace(part, filename=f"{n}-{part.filename}") for n, part in enumerate(files, 1)),
        about_kind="order", about_key=str(first.comes_with.id if first.comes_with else first.id),
        reply_to=current().contact_email,
    )  # fmt: skip


def seat_gone(
    order: OrderRecord, seat: SeatRecord, address: str, name: str, code: str, invite: Invite | None
) -> Message:
    """To somebody whose seat was given up or passed on; `code` is the ticket that has ended."""
    return _message(
        "seat_gone", order, key=f"seat-{seat.id}-gone-{code}", recipient=address, topic="calendar", invite=invite,
        seat=seat, name=name, code=code,
    )  # fmt: skip


def order_moved(order: OrderRecord, address: str, codes: Sequence[str], invite: Invite | None) -> Message:
    """To the address an order had before; it is not told the new one."""
    key = f"order-{order.id}-moved-{hashed(order.secret)}"
    return _message("order_moved", order, key=key, recipient=address, invite=invite, codes=codes)


def event_changed(
    order: OrderRecord, changes: Sequence[PastChange], address: str, name: str, invite: Invite | None, money: str = ""
) -> Message:
    """To somebody who planned with the event: what changed, in the words staff saw, with the calendar's update.

    `money` of a buyer is `paid`, and not all sent back yet, or `coming`.
    """
    return _message(
        "event_changed", order, key=f"event-{order.event_id}-told-{changes[-1].version}-{address}", recipient=address,
        topic="calendar", invite=invite, name=name, changes=[change.words for change in changes], money=money,
    )  # fmt: skip


def money_returned(
    order: OrderRecord, refund_id: int, amount: str, reason: str, *, over: bool = False
) -> list[Message]:
    """Money of no use, to the buyer and to the organiser."""
    return [
        _message(
            template,
            order,
            key=f"refund-{refund_id}-{template}",
            recipient=recipient,
            amount=amount,
            reason=reason,
            over=over,
        )
        for template, recipient in (("money_returned", order.email), ("money_returned_staff", current().contact_email))
        if recipient
    ]


def waiting_joined(place: WaitingPlace, again: str = "") -> Message:
    return _waiting("waiting_joined", place, key=f"waiting-{place.id}-joined{again and '-' + again}")


def waiting_offer(place: WaitingPlace) -> Message:
    return _waiting("waiting_offer", place, key=f"waiting-{place.id}-offer")


def waiting_changed(place: WaitingPlace, changes: Sequence[PastChange]) -> Message:
    """To somebody in line: what changed about the event, in the words staff saw."""
    return _waiting(
        "waiting_changed", place, key=f"waiting-{place.id}-told-{changes[-1].version}",
        changes=[change.words for change in changes],
    )  # fmt: skip


def _waiting(template: str, place: WaitingPlace, *, key: str, **facts: object) -> Message:
    until = f"{moment(place.offer_until, current().site_timezone)} " if place.offer_until else ""
    subject, text, html = compose(f"registration/{template}", place=place, until=until.strip(), **facts)
    return Message(
        key=key, topic="waiting", recipient=place.email, subject=subject, text=text, html=html, about_kind="waiting",
        about_key=str(place.id),
    )  # fmt: skip


def _message(
    template: str, order: OrderRecord, *, key: str, recipient: str, topic: str = "orders", parts: Sequence[Part] = (),
    invite: Invite | None = None, **facts: object,
) -> Message:  # fmt: skip
    """A mail about an order. Templates know `order`, the reader's `path`, and `calendar`: the method of what is attached,
    REQUEST or CANCEL, or nothing.
    """
    subject, text, html = compose(
        f"registration/{template}", order=order, path=path_for(order, recipient),
        calendar=invite.method.value if invite else "", **facts,
    )  # fmt: skip
    return Message(
        key=key, topic=topic, recipient=recipient, subject=subject, text=text, html=html,
        parts=(*(invite.parts if invite else ()), *parts), about_kind="order", about_key=str(order.id),
        reply_to=current().contact_email,
    )  # fmt: skip
