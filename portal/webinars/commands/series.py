"""Series with one registration: a place at one webinar is a place at all that are to come, those added later too; a free
place is one at all that are free.
"""

from datetime import datetime

from portal.core import db
from portal.registration.commands.companions import Pair, bring_along, keep_companions

# A place that was brought brings none itself, a free one none that has a price, and one that nobody decided about, or with
# whatever address, none that asks for more. Where nothing is on offer yet, there is nothing to give.
_MISSING = """
WITH date AS MATERIALIZED (
    SELECT r.id AS series, r.title, w.event, e.starts_at > $1 AND e.kind = 'own' AND e.state IN ('published', 'moved') AS ahead,
        (SELECT t.price FROM ticket_type t WHERE t.event = w.event AND t.active AND NOT t.by_code_only AND NOT t.extra
         ORDER BY t.position, t.id LIMIT 1) AS price,
        coalesce(g.approval, false) AS decided, coalesce(g.company_mail_only, false) AS companies
    FROM series r JOIN webinar w ON w.series = r.id JOIN event e ON e.id = w.event
    LEFT JOIN registration_rule g ON g.event = w.event WHERE r.one_registration
)
SELECT s.id AS leader, d.event, d.title
FROM date d JOIN date first ON first.series = d.series AND first.event <> d.event
    AND first.decided >= d.decided AND first.companies >= d.companies
JOIN seat_order o ON o.event = first.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type k ON k.id = s.ticket_type
WHERE d.ahead AND (d.price = 0 OR (d.price > 0 AND k.price > 0))
    AND NOT EXISTS (SELECT FROM companion c WHERE c.leader = s.id AND c.event = d.event)
    AND NOT EXISTS (SELECT FROM companion c WHERE c.seat = s.id)
ORDER BY s.id, d.event LIMIT 2000
"""


async def keep_series(*, now: datetime) -> None:
    """Bring everybody with a place to the other dates of the series, and keep those places in line with the first."""
    pairs = [Pair(**dict(row)) for row in await db.fetch(_MISSING, now)]
    if pairs:
        await bring_along(pairs=pairs, now=now)
    await keep_companions(now=now)
