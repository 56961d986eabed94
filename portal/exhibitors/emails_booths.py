"""Mails about booths, built from values. Called by jobs only."""

from collections.abc import Sequence

from portal.core.money import Money, written
from portal.core.settings import current
from portal.core.times import moment
from portal.exhibitors.bookings import Booking, Difference
from portal.exhibitors.emails import message
from portal.notifications.values import Message, Part
from portal.placements.emails import Told


def booked(k: Booking, *, recipient: str, name: str, papers: Sequence[Part] = (), links: Sequence[str] = ()) -> Message:
    """To whoever bought or was given a booth, with the invoice where there is one."""
    told = Told(
        f"Booked: {k.what} at {k.event_title}",
        (
            f"{k.company_name} stands at booth {k.label}{f' instead of {k.before}' if k.before else ''}."
            if k.label
            else f"The package {k.package} is paid.",
            *((f"The organiser writes: {k.note}",) if k.note else ()),
            *(f"The invoice is attached. You can read it again at {link}." for link in links),
        ),
        _facts(k), "Open your booth",
    )  # fmt: skip
    key = f"booth-{k.id}-booked-{recipient}"
    return message(told, key=key, recipient=recipient, path=k.path, name=name, about=("booth", k.number), parts=papers)


def moved(
    k: Booking, before: str, at: str, *, by_organiser: bool, difference: Difference, recipient: str, name: str
) -> Message:
    money = (
        f"The new booth costs less: {difference.amount} net, and the VAT on it, go back the way you paid. The credit note stands "
        "on the page of your booking."
    )
    who = "The organiser has moved" if by_organiser else "Your team has moved"
    told = Told(
        f"Your booth is {k.label} now: {k.event_title}",
        (f"{who} {k.company_name} from booth {before} to booth {k.label}.", *((money,) if difference.minor else ())),
        _facts(k), "Open your booth",
    )  # fmt: skip
    return _to_company(told, k, f"moved-{at}", recipient, name)


def offered(k: Booking, before: Booking, *, recipient: str, name: str) -> Message:
    """The organiser keeps a dearer booth; `before` is what the company has until it pays."""
    assert k.holds_until is not None
    until = moment(k.holds_until, current().site_timezone, "d MMMM y, HH:mm")
    told = Told(
        f"Booth {k.label} is kept for you until {until}: {k.event_title}",
        (f"The organiser would move {k.company_name} from booth {before.label} to booth {k.label}. It costs "
         f"{Difference(k.net, k.currency).amount} net more than what you have paid.",
         f"Pay the difference until {until}, and the booth is yours. Until then, and if you do not want it, {before.what} stays "
         "yours as it is."),
        _facts(k), "Pay the difference",
    )  # fmt: skip
    return _to_company(told, k, "offered", recipient, name)


def offer_over(k: Booking, *, recipient: str, name: str) -> Message:
    """Nobody paid the difference for what the organiser kept."""
    told = Told(
        f"Booth {k.label} is no longer kept for you: {k.event_title}",
        (f"The difference was not paid in time, so booth {k.label} is free for others again. Booth {k.before} stays yours.",),
        _facts(k), "Open your booth",
    )  # fmt: skip
    return _to_company(told, k, "offer-over", recipient, name)


def renamed(k: Booking, before: str, at: str, *, recipient: str, name: str) -> Message:
    told = Told(
        f"Your booth is called {k.label} now: {k.event_title}",
        (f"The organiser calls your booth {before} {k.label} from now on. It stands on the plan under this name.",),
        _facts(k), "Open your booth",
    )  # fmt: skip
    return _to_company(told, k, f"renamed-{at}", recipient, name)


def wish_refused(k: Booking, wish: str, note: str, at: str, *, recipient: str, name: str) -> Message:
    told = Told(
        f"Booth {wish} cannot be yours: {k.event_title}",
        (f"You asked for booth {wish}. The organiser cannot give it to you; {k.what} stays yours.",
         *((f"The organiser writes: {note}",) if note else ())),
        _facts(k), "Open your booth",
    )  # fmt: skip
    return _to_company(told, k, f"wish-{at}", recipient, name)


def to_organiser(k: Booking, told: Told, at: str, recipient: str) -> Message:
    path = f"/staff/events/{k.event_id}/exhibitors/{k.exhibitor_id}/booths"
    key = f"booth-{k.id}-organiser-{at}"
    return message(told, key=key, recipient=recipient, path=path, name="", about=("booth", k.number))


def wished(k: Booking) -> Told:
    """For the organiser: an exhibitor asks for another booth."""
    return Told(
        f"{k.company_name} asks for booth {k.wish}: {k.event_title}",
        (f"It has {k.what} and would rather stand at booth {k.wish}. Nothing is held for it meanwhile. What the two differ by in "
         "price stands on the page where you decide.",), _facts(k), "Decide",
    )  # fmt: skip


def not_taken(k: Booking) -> Told:
    """For the organiser: what was kept for an exhibitor is free again."""
    return Told(
        f"{k.company_name} stays at {k.before}: {k.event_title}",
        (f"You kept booth {k.label} for it. It has not taken it ({k.end_reason}), and the booth is free for others again.",),
        _facts(k), "See its booths",
    )  # fmt: skip


def moved_itself(k: Booking, before: str, paid: Difference | None = None) -> Told:
    """For the organiser: an exhibitor has gone to a booth of the same price, or paid the difference to a dearer one."""
    how = f"and has paid the difference, {paid.amount} net." if paid else "which costs the same."
    return Told(
        f"{k.company_name} stands at {k.label} now: {k.event_title}",
        (f"It has moved from booth {before} to booth {k.label}, {how}",), _facts(k), "See its booths",
    )  # fmt: skip


def _to_company(told: Told, k: Booking, what: str, recipient: str, name: str) -> Message:
    key = f"booth-{k.id}-{what}-{recipient}"
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
