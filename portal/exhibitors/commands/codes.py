"""The codes of exhibitors' guests follow what exhibitors may give; `desks` makes them."""

from datetime import datetime

from portal.core import db
from portal.exhibitors.queries.desks import OURS

# Fewer than were used cannot be allowed. A code that was ended stays so. One of a part that was joined to another goes on with
# that: customers have it already.
_FOLLOW = f"""
UPDATE promo_code c SET max_uses = greatest(w.guests, c.used), percent_off = w.discount,
    valid_until = CASE WHEN w.open THEN c.valid_until ELSE least(c.valid_until, $1) END
FROM (SELECT x.guest_code, coalesce(x.guests, p.guests) AS guests, p.guest_discount AS discount,
        EXISTS (SELECT FROM exhibitor k WHERE k.state = 'accepted' AND 'passes' = ANY(k.rights) AND (k.id = x.id
            OR x.state = 'joined' AND k.event = x.event AND x.company IN {OURS.format(company="k.company")})) AS open
    FROM exhibitor x JOIN exhibition_package p ON p.id = x.package
    WHERE x.guest_code IS NOT NULL AND ($2::bigint IS NULL OR x.id = $2)) w
WHERE w.guest_code = c.id AND (c.max_uses <> greatest(w.guests, c.used) OR c.percent_off IS DISTINCT FROM w.discount
    OR NOT w.open AND (c.valid_until IS NULL OR c.valid_until > $1))
"""


async def follow_codes(*, now: datetime, exhibitor_id: int | None = None) -> None:
    """Bring codes to what exhibitors may give now, and end those of whom may give none any more."""
    await db.execute(_FOLLOW, now, exhibitor_id)
