"""What calendars are told about one address at one event. Jobs call it inside the transaction that queues the mail."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.calendars import commands as calendars
from portal.calendars import personal
from portal.calendars import queries as calendar_queries
from portal.calendars.invitations import invitation, parts
from portal.calendars.tables import Method
from portal.calendars.values import Revision, Sent
from portal.core.settings import current
from portal.notifications.values import Part
from portal.registration.queries.people import claim_of_attendee
from portal.registration.rules import inviting
from portal.registration.values.orders import OrderRecord, SeatRecord


class Invite(msgspec.Struct, frozen=True):
    """A calendar message that is due. `known`: the address was sent the same before, and it is not known to be lost."""

    method: Method
    parts: Sequence[Part]
    revision: Revision
    address: str
    known: bool
    raised: int = 0

    async def note(self, mail: int | None, now: datetime) -> None:
        """Write into the ledger that the mail carries it; None stands for a mail that was queued before."""
        if mail is not None:
            await calendars.note_sent(
                item_id=self.revision.item_id, address=self.address, number=self.revision.number, method=self.method,
                mail=mail, now=now, raised=self.raised,
            )  # fmt: skip


async def take_turns(orders: Sequence[OrderRecord], address: str) -> None:
    """For whoever decides about several at once: all turns come before anything `due` holds."""
    for order in orders:
        if revision := await _revision(order):
            await calendars.take_turn(item_id=revision.item_id, address=address)


async def due(order: OrderRecord, address: str, name: str, *, now: datetime) -> Invite | None:
    """The message to send to an address now. Until commit nobody else decides about the same."""
    revision = await _revision(order)
    if revision is None:
        return None
    await calendars.take_turn(item_id=revision.item_id, address=address)
    last = await _last(order, address)
    claim = await claim_of_attendee(order.event_id, address)
    is_on = not revision.entry.cancelled
    method = inviting.due(
        attends=claim is not None, is_on=is_on, last=last.method if last else None, over=order.ends_at <= now
    )
    if method is None:
        return None
    raised = await personal.raised(
        revision=revision, method=method, address=address, before=last.raised if last else 0, joins=order.joins
    )
    made = parts(
        revision, method=method, attendee_email=address, attendee_name=name, organizer=current().mail_from, raised=raised,
        **_own(order, claim if method is Method.REQUEST else None),
    )  # fmt: skip
    known = last is not None and last.method is method and last.newest and not last.lost
    return Invite(method=method, parts=made, revision=revision, address=address, known=known, raised=raised)


async def calendar_file(order: OrderRecord, seat: SeatRecord) -> bytes | None:
    """The invitation of a seat with a name on it, as its mail carries it."""
    revision = await _revision(order)
    if revision is None or seat.named_at is None or not seat.email:
        return None
    last = await _last(order, seat.email)
    method = Method.CANCEL if revision.entry.cancelled else Method.REQUEST
    return invitation(
        revision, method=method, attendee_email=seat.email, attendee_name=seat.name, organizer=current().mail_from,
        raised=last.raised if last else 0, **_own(order, seat.claim_secret if method is Method.REQUEST else None),
    )  # fmt: skip


def _own(order: OrderRecord, claim: str | None) -> dict[str, str]:
    """What only somebody on a seat is told: its page, never the order's (calendars are shared), and our way to the room,
    which stays the same wherever the room is.
    """
    if claim is None:
        return {}
    return {
        "extra_text": f"Your place and ticket: {current().base_url}/seats/{claim}",
        "conference": f"{current().base_url}/join/{claim}" if order.joins else "",
    }


async def _revision(order: OrderRecord) -> Revision | None:
    key = str(order.event_id)
    return (await calendar_queries.current("event", [key])).get(key)


async def _last(order: OrderRecord, address: str) -> Sent | None:
    return next(iter(await calendar_queries.sent_to("event", str(order.event_id), [address])), None)
