"""What the worker does for the crew."""

from portal.accounts.access.commands import notices
from portal.core import clock
from portal.webinars.emails.crew import called_to_desk
from portal.webinars.queries import crew


async def tell_crew(member_id: int) -> None:
    """Tell somebody that a desk is open to them, unless they were taken off it meanwhile."""
    member = await crew.called(member_id)
    if member is not None:
        await notices.send(message=called_to_desk(member), now=clock.now())
