"""The companies somebody looks after, with what waits for them there."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.accounts.duties import Charge
from portal.core import db, times
from portal.directory import permissions
from portal.directory.enquiries.queries.supplier import OPEN, VIEWS
from portal.directory.rules.freshness import ASKED_AFTER

_CHARGES = f"""
SELECT c.slug, c.name, c.organisation AS organisation_id,
    (SELECT count(*) FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry
     WHERE r.company = c.id AND e.sent_at IS NOT NULL AND {VIEWS[OPEN]}) AS enquiries,
    (SELECT count(*) FROM fact f WHERE f.company = c.id AND f.source = 'company' AND f.confirmed_on < $3
     AND c.organisation = ANY($2::bigint[])) AS facts
FROM company c WHERE c.organisation = ANY($1::bigint[]) AND c.state <> 'merged' ORDER BY c.name_key, c.id LIMIT 200
"""


async def charges(actor: Actor, now: datetime) -> list[Charge]:
    """By name. Facts count for those who may confirm them."""
    if not actor.memberships:
        return []
    editing = [organisation for organisation in actor.memberships if permissions.can_edit(actor, organisation)]
    rows = await db.fetch(_CHARGES, list(actor.memberships), editing, times.today(now) - ASKED_AFTER)
    return [Charge(**row) for row in rows]
