"""What follows a company that is made one with another, besides what the directory itself knows of it: whose sponsorships of
webinars they are, what those offer, whom people let be told of them, where they exhibit,
and the leads they scanned there.

Where both sponsor the same webinar, the kept company's sponsorship is the one that counts; where somebody agreed to both, so
is what they agreed to for it, and at an event of both the kept company's part, with the booths of both; `stands` brings the
rest. The other row waits with the merged company for the two to be parted.
"""

from collections.abc import Mapping
from typing import TypeAlias

from portal.core import db
from portal.leads.chain import commands as leads
from portal.leads.commands import follow_company

_FOLLOWING = ("webinar_sponsor", "webinar_resource", "exhibitor", "booth_booking")
Rows: TypeAlias = dict[str, list[int]]
"""Ids of what moved, by table."""

_SPONSORSHIPS = """
UPDATE webinar_sponsor s SET company = $2 WHERE company = $1 AND ($3::bigint[] IS NULL OR s.id = ANY($3))
    AND NOT EXISTS (SELECT FROM webinar_sponsor o WHERE o.webinar = s.webinar AND o.company = $2) RETURNING s.id
"""
_OFFERS = """
UPDATE webinar_resource r SET sponsor = b.id
FROM webinar_sponsor a JOIN webinar_sponsor b ON b.webinar = a.webinar AND b.company = $2
WHERE a.company = $1 AND r.sponsor = a.id AND ($3::bigint[] IS NULL OR r.id = ANY($3)) RETURNING r.id
"""


_STANDS = """
UPDATE exhibitor x SET company = $2 WHERE company = $1 AND ($3::bigint[] IS NULL OR x.id = ANY($3))
    AND (x.state NOT IN ('applied', 'accepted')
        OR NOT EXISTS (SELECT FROM exhibitor o WHERE o.event = x.event AND o.company = $2 AND o.state IN ('applied', 'accepted')))
RETURNING x.id
"""
# Where both exhibit, the booths are the kept company's, also those that are held or being paid for; a hold that would be its
# second, or would pay for a package that is paid for there, stays with who holds it. What took the place of a booth goes back
# with it.
_BOOTHS = """
WITH RECURSIVE wanted AS (SELECT id FROM booth_booking WHERE id = ANY($3::bigint[])
    UNION SELECT n.id FROM wanted w JOIN booth_booking n ON n.instead_of = w.id)
UPDATE booth_booking k SET exhibitor = t.id FROM exhibitor s JOIN exhibitor t ON t.event = s.event AND t.company = $2
WHERE s.company = $1 AND s.state = 'accepted' AND t.state = 'accepted' AND k.exhibitor = s.id
    AND (k.state IN ('held', 'paying', 'booked')
        OR k.state = 'released' AND EXISTS (SELECT FROM booth_booking n WHERE n.instead_of = k.id))
    AND ($3::bigint[] IS NULL OR k.id IN (SELECT id FROM wanted))
    AND (k.state <> 'held' OR k.instead_of IS NOT NULL OR NOT EXISTS (SELECT FROM booth_booking o WHERE o.exhibitor = t.id
        AND (o.state = 'held' AND o.instead_of IS NULL
            OR k.package_net > 0 AND o.package_net > 0 AND o.state IN ('paying', 'booked'))))
RETURNING k.id
"""
# Both may have paid for a package. Said before they come together, and taken back once they are parted again: of what this merge
# brought, not an earlier one.
_BESIDE = """
UPDATE booth_booking k SET joined = true FROM exhibitor s JOIN exhibitor t ON t.event = s.event AND t.company = $2
WHERE s.company = $1 AND s.state = 'accepted' AND t.state = 'accepted' AND k.exhibitor = s.id
    AND k.package_net > 0 AND k.state IN ('paying', 'booked') AND NOT k.joined RETURNING k.id
"""
# Whoever settles a payment locks the exhibitor before the booking, and so does this.
_EXHIBITORS = """
SELECT id FROM exhibitor WHERE company IN ($1, $2) AND state IN ('accepted', 'joined') ORDER BY id FOR UPDATE
"""
_ALONE = "UPDATE booth_booking SET joined = false WHERE id = ANY($1::bigint[])"


async def hand_over(*, source: int, target: int, rows: Mapping[str, list[int]] | None = None) -> Rows:
    """Give these rows of one company, or all there are, to another; those that went. In the caller's transaction."""
    wanted = {name: None if rows is None else rows.get(name, []) for name in _FOLLOWING}
    await db.execute(_EXHIBITORS, source, target)
    went = {
        "webinar_sponsor": await db.fetch(_SPONSORSHIPS, source, target, wanted["webinar_sponsor"]),
        "webinar_resource": await db.fetch(_OFFERS, source, target, wanted["webinar_resource"]),
        "exhibitor": await db.fetch(_STANDS, source, target, wanted["exhibitor"]),
        "booth_beside": await db.fetch(_BESIDE, source, target) if rows is None else [],
        "booth_booking": await db.fetch(_BOOTHS, source, target, wanted["booth_booking"]),
    }
    if rows is not None:
        await db.execute(_ALONE, rows.get("booth_beside", []))
    moved = {name: sorted(row["id"] for row in found) for name, found in went.items()}
    # Whoever scans, or takes back, holds the chain before the receipt, and so does this.
    chains = await leads.follow_company(
        source=source, target=target, ids=None if rows is None else rows.get("lead_chain", [])
    )
    consents = await follow_company(source=source, target=target, ids=None if rows is None else rows.get("consent", []))
    return {**moved, "consent": consents, "lead_chain": chains}
