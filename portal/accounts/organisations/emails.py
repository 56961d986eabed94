"""The mail that offers a role. It has no link that acts: the offer is accepted by signing in with the address."""

from portal.accounts.organisations.queries import Invitation
from portal.accounts.tables import MemberRole
from portal.core import times
from portal.core.settings import current
from portal.notifications.composing import compose
from portal.notifications.values import Message

ROLE_WORDS = {
    MemberRole.OWNER: "owner",
    MemberRole.EDITOR: "editor",
    MemberRole.LEADS: "enquiries and leads",
}


def invitation(offer: Invitation) -> Message:
    subject, text, html = compose(
        "accounts/invitation",
        organisation=offer.organisation,
        role=ROLE_WORDS[offer.role],
        invited_by=offer.invited_by,
        email=offer.email,
        until=times.moment(offer.expires_at, current().site_timezone, "d MMMM y"),
    )
    return Message(
        key=f"invitation:{offer.id}:{offer.invited_at.isoformat()}",
        topic="codes",
        recipient=offer.email,
        subject=subject,
        text=text,
        html=html,
    )
