"""Mails about booths, built from values. Called by jobs only."""

from collections.abc import Sequence

from portal.core.money import Money, written
from portal.core.settings import current
from portal.core.times import moment
from portal.exhibitors.bookings import Booking
from portal.exhibitors.emails import message
from portal.notifications.values import Message, Part
from portal.placements.emails import Told


def booked(k: Booking, *, recipient: str, name: str, papers: Sequence[Part] = (), links: Sequence[str] = ()) -> Message:
    """To whoever bought or was given a booth, with the invoice where there is one."""
    told = Told(
        f"Booked: {k.what} at {k.event_title}",
        (
            f"{k.company_name} stands at booth {k.label}." if k.label else f"The package {k.package} is paid.",
            *((f"The organiser writes: {k.note}",) if k.note else ()),
            *(f"The invoice is attached. You can read it again at {link}." for link in links),
        ),
        _facts(k), "Open your booth",
    )  # fmt: skip
    key = f"booth-{k.id}-booked-{recipient}"
    return message(told, key=key, recipient=recipient, path=k.path, name=name, about=("booth", k.number), parts=papers)


def moved(k: Booking, before: str, at: str, *, recipient: str, name: str) -> Message:
    told = Told(
        f"Your booth is {k.label} now: {k.event_title}",
        (f"The organiser has moved {k.company_name} from booth {before} to booth {k.label}.",
         "Should the two differ in price, the organiser settles that with you apart from this mail."),
        _facts(k), "Open your booth",
    )  # fmt: skip
    key = f"booth-{k.id}-moved-{at}-{recipient}"
    return message(told, key=key, recipient=recipient, path=k.path, name=name, about=("booth", k.number))


def money_returned(k: Booking, refund_id: int, amount: Money, reason: str, email: str) -> list[Message]:
    """Money of no use, to the buyer and to the organiser."""
    said = written(amount.minor, amount.currency, current().site_locale)
    buyer = Told(
        f"Your money goes back: {k.what}, {k.event_title}",
        (f"We received {said} for this booking, but could not use it. {reason}",
         "We have sent the whole amount back the way it was paid; depending on your bank it takes up to ten days."),
        _facts(k), "See what happened",
    )  # fmt: skip
    staff = Told(
        f"Money went back: {k.what}, {k.event_title}",
        (f"{said} from {k.company_name} could not be used and was sent back. {reason}",), _facts(k), "See the exhibitor",
    )  # fmt: skip
    desk = f"/staff/events/{k.event_id}/exhibitors/{k.exhibitor_id}"
    return [
        message(told, key=f"refund-{refund_id}-booth-{who}", recipient=recipient, path=path, name="", about=("booth", k.number))
        for who, told, recipient, path in (
            ("buyer", buyer, email, k.path), ("staff", staff, current().contact_email, desk)
        )
        if recipient
    ]  # fmt: skip


def _facts(k: Booking) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Event", f"{k.event_title}, {moment(k.starts_at, k.timezone, 'd MMMM y')}"),
        ("Company", k.company_name),
        ("Booth", ", ".join(part for part in (k.label, k.size, k.hall) if part)),
        ("Booking", k.number),
    )
    return tuple((label, value) for label, value in rows if value)
