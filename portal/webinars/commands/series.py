"""Series with one registration: a place at one webinar is a place at all that are to come, those added later too; a free
place is one at all that are free.
"""

from datetime import datetime

from portal.core import db
from portal.registration.commands.companions import Pair, bring_along, keep_companions

# A place that was brought brings none itself, a free one none that has a price, and one that nobody decided about, or with
# whatever address, none that asks for more. Where nothing is on offer yet, there is nothing to give.
_MISSING = """
SELECT s.id AS leader, w.event, r.title
FROM series r JOIN webinar w ON w.series = r.id JOIN event e ON e.id = w.event
JOIN webinar first ON first.series = r.id AND first.event <> w.event
JOIN seat_order o ON o.event = first.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type k ON k.id = s.ticket_type
CROSS JOIN LATERAL (SELECT t.price FROM ticket_type t WHERE t.event = w.event AND t.active AND NOT t.by_code_only
    AND NOT t.extra ORDER BY t.position, t.id LIMIT 1) given
LEFT JOIN registration_rule own ON own.event = first.event LEFT JOIN registration_rule its ON its.event = w.event
WHERE r.one_registration AND e.kind = 'own' AND e.state IN ('published', 'moved') AND e.starts_at > $1
    AND (k.price > 0 OR given.price = 0)
    AND coalesce(own.approval, false) >= coalesce(its.approval, false)
    AND coalesce(own.company_mail_only, false) >= coalesce(its.company_mail_only, false)
    AND NOT EXISTS (SELECT FROM companion c WHERE c.leader = s.id AND c.event = w.event)
    AND NOT EXISTS (SELECT FROM companion c WHERE c.seat = s.id)
ORDER BY s.id, w.event LIMIT 2000
"""


async def keep_series(*, now: datetime) -> None:
    """Bring everybody with a place to the other dates of the series, and keep those places in line with the first."""
    pairs = [Pair(**dict(row)) for row in await db.fetch(_MISSING, now)]
    if pairs:
        await bring_along(pairs=pairs, now=now)
    await keep_companions(now=now)
