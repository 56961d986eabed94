"""All that happened to a booking, in the order in which it did: for the company and for whoever it asks. Pure."""

from collections.abc import Sequence

from portal.exhibitors.bookings import Booking
from portal.exhibitors.tables.plans import BookingState
from portal.notifications.values import MailRecord
from portal.payments.queries import Story
from portal.payments.tables import InvoiceKind
from portal.registration.rules.truth.messages import of_mail
from portal.registration.rules.truth.money import paid_for, sent_back
from portal.registration.rules.truth.values import Step

_SLOW = "The bank needs a few days. The booth is kept meanwhile."


def timeline(booking: Booking, story: Story | None, mails: Sequence[MailRecord], *, locale: str) -> list[Step]:
    """The steps in the order they happened; what is still open comes last."""
    steps = [
        *_held(booking),
        *(paid_for(story, locale=locale, slow=_SLOW, held=False) if story is not None else []),
        *_booked(booking, story),
        *(of_mail(mail) for mail in mails),
        *_ended(booking),
        *(sent_back(story, locale=locale) if story is not None else []),
    ]
    known = [(step.at, n, step) for n, step in enumerate(steps) if step.at is not None]
    return [step for _, _, step in sorted(known)] + [step for step in steps if step.at is None]


def _held(booking: Booking) -> list[Step]:
    if booking.holds_until is None:
        return []
    return [Step(f"{booking.what} held", "Taken out of sale while it is paid for.", booking.held_at)]


def _booked(booking: Booking, story: Story | None) -> list[Step]:
    if booking.booked_at is None:
        return []
    papers = story.invoices if story is not None else []
    bill = next((one.number for one in papers if one.kind is InvoiceKind.INVOICE), "")
    told = f"Invoice {bill} written at the same moment." if bill else "Nothing was collected here."
    return [Step(f"{booking.what} booked", told, booking.booked_at)]


def _ended(booking: Booking) -> list[Step]:
    if booking.ended_at is None:
        return []
    gone = "Back on sale" if booking.state is BookingState.LAPSED else "Given back"
    return [Step(gone, booking.ended, booking.ended_at, "bad")]
