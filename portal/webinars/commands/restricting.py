"""Muting people, showing them the door, and taking that back."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.webinars.announcing import touch_all
from portal.webinars.commands.people import one_at_a_time
from portal.webinars.tables.rooms import Restriction

_RESTRICT = """
INSERT INTO room_restriction (webinar, seat, kind, reason, by, at)
SELECT w.id, s.id, $3, $4, $5, $6
FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id WHERE w.id = $1 AND s.id = $2
ON CONFLICT (webinar, seat, kind) WHERE lifted_at IS NULL DO NOTHING RETURNING id
"""
_STANDS = """
SELECT id FROM room_restriction WHERE webinar = $1 AND seat = $2 AND kind = $3 AND lifted_at IS NULL
"""
_LIFT = """
UPDATE room_restriction SET lifted_at = $3 WHERE id = $2 AND webinar = $1 AND lifted_at IS NULL RETURNING seat, kind
"""


async def restrict(
    *, webinar_id: int, seat_id: int, kind: Restriction, reason: str, actor: Actor, now: datetime
) -> None:
    """Mute somebody, who can still watch, vote and answer polls; or remove somebody, whose open pages end within moments.

    What stands already stays as it is. Raises Invalid without a reason for a removal, NotFound for who has no place here.
    """
    if kind is Restriction.REMOVED and not reason:
        raise Invalid({"reason": "Please say why: the crew reads it, and so do you when somebody asks."})
    async with db.transaction():
        await one_at_a_time(seat_id)
        by = actor.account_id or None
        made = await db.fetch_value(_RESTRICT, webinar_id, seat_id, kind.value, reason, by, now)
        if made is None:
            if await db.fetch_value(_STANDS, webinar_id, seat_id, kind.value) is None:
                raise NotFound("Nobody with this place is registered for this webinar.")
            return
        # Why stands with the restriction, where it can be forgotten.
        await audit.record(actor=actor.label, verb=kind.value, kind="seat", key=seat_id, now=now, webinar=webinar_id)
        await touch_all(webinar_id)


async def lift(*, webinar_id: int, restriction_id: int, actor: Actor, now: datetime) -> None:
    """Let somebody speak, or come in, again. Lifted already, nothing happens."""
    async with db.transaction():
        row = await db.fetch_one(_LIFT, webinar_id, restriction_id, now)
        if row is None:
            return
        await audit.record(
            actor=actor.label, verb=f"un-{row['kind']}", kind="seat", key=row["seat"], now=now, webinar=webinar_id
        )
        await touch_all(webinar_id)
