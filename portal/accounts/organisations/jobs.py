"""What the worker does for organisations."""

from portal.accounts.access.commands import notices
from portal.accounts.organisations import commands, emails, queries
from portal.core import clock


async def send_invitation(*, invitation_id: int) -> None:
    """Queue the mail of an offer, unless it was taken back meanwhile."""
    offer = await queries.invitation(invitation_id)
    if offer is not None:
        await notices.send(message=emails.invitation(offer), now=clock.now())


async def sweep() -> None:
    """Recurring: drop invitations that ran out long ago."""
    await commands.sweep(now=clock.now())
