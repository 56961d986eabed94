"""What every act at a desk asks first: whether the company takes part, whether it has the right, and whether this person may."""

from typing import Any

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Forbidden, NotFound
from portal.exhibitors.permissions import can_apply, can_work
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right

_LOCK = """
SELECT x.id, x.event, x.state, x.rights, x.passes, coalesce(x.guests, p.guests) AS guests, x.package,
    x.version, x.guest_code, c.id AS company_id,
    c.slug AS company, c.name AS company_name, c.organisation, coalesce(nullif(x.badge_name, ''), c.name) AS badge,
    e.state AS event_state, e.ends_at
FROM exhibitor x JOIN company c ON c.id = x.company JOIN exhibition_package p ON p.id = x.package JOIN event e ON e.id = x.event
WHERE x.id = $1 FOR UPDATE OF x
"""


async def locked(actor: Actor, exhibitor_id: int, *, right: Right | None = None, editing: bool = True) -> Any:
    """The exhibitor, held until the transaction ends: what it has is counted and given by one at a time.

    Raises NotFound for what is not in this person’s care, Forbidden for what neither the organiser nor their role opens.
    """
    row = await db.fetch_one(_LOCK, exhibitor_id)
    if row is None or not can_work(actor, row["organisation"]):
        raise NotFound("There is no such exhibitor, or it is not in your care.")
    if editing and not can_apply(actor, row["organisation"]):
        raise Forbidden("Only owners and editors of a company change this.")
    if row["state"] != ExhibitorState.ACCEPTED:
        raise Forbidden("This opens when the organiser has accepted your company.")
    if right is not None and right.value not in row["rights"]:
        raise Forbidden("The organiser has not opened this part for your company at this event.")
    return row
