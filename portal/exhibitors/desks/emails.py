"""The mail that brings a staff pass."""

from portal.core.settings import current
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.registration.inviting import Invite
from portal.registration.values.orders import OrderRecord, SeatRecord


def staff_pass(
    order: OrderRecord, seat: SeatRecord, pdf: bytes, invite: Invite | None, *, pass_id: int, company: str, by: str,
    again: str = "",
) -> Message:  # fmt: skip
    """To whoever has the pass, with ticket and calendar entry; each holder, and each wish, is a mail of its own."""
    named = seat.named_at.timestamp() if seat.named_at else 0
    subject, text, html = compose(
        "exhibitors/pass", order=order, seat=seat, company=company, by=by, path=order.path,
        calendar=invite.method.value if invite else "",
    )  # fmt: skip
    return Message(
        key=f"exhibitor-pass-{pass_id}-{seat.code}-{named}{again and '-' + again}", topic="orders", recipient=seat.email,
        subject=subject, text=text, html=html, about_kind="order", about_key=str(order.id),
        reply_to=current().contact_email,
        parts=(*(invite.parts if invite else ()), Part(f"pass-{order.number}.pdf", "application/pdf", pdf)),
    )  # fmt: skip
