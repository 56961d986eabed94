"""Staff write to the people of a workshop."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden
from portal.core.tokens import hashed
from portal.notifications.commands.outbox import queue_mail
from portal.programme import emails
from portal.programme.permissions import can_edit_programme
from portal.programme.queries import places as queries
from portal.programme.tables import PlaceState
from portal.programme.workshops import Workshop


async def write_to_participants(
    *, actor: Actor, workshop: Workshop, subject: str, body: str, waiting: bool, now: datetime
) -> int:
    """One mail to each address with a place, and to those in line if they are meant too; gives how many were written.

    The same words sent twice reach everybody once. Raises Conflict where there is nobody to write to.
    """
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors write to participants.")
    wanted = {PlaceState.GIVEN, PlaceState.WAITING} if waiting else {PlaceState.GIVEN}
    async with db.transaction():
        people = await queries.participants(workshop.id)
        addresses = sorted({one.email.lower() for one in people if one.email and PlaceState(one.state) in wanted})
        if not addresses:
            raise Conflict("Nobody has a place in this workshop yet.")
        words = hashed(f"{subject}\n{body}")[:24]
        queued = [
            await queue_mail(
                message=emails.to_participant(
                    workshop=workshop, subject=subject, body=body, address=address,
                    key=f"workshop-letter-{workshop.id}-{words}-{address}",
                ),
                now=now,
            )
            for address in addresses
        ]  # fmt: skip
        await audit.record(
            actor=actor.label, verb="write to participants", kind="event", key=workshop.event_id, now=now,
            session=workshop.id, people=len(addresses),
        )  # fmt: skip
    return sum(mail is not None for mail in queued)
