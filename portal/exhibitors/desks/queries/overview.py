"""What the first page of a desk says: the event’s practical side, and the company’s booths."""

import msgspec

from portal.core import db


class Practical(msgspec.Struct, frozen=True, kw_only=True):
    """What the organiser tells every exhibitor, and whom to ask."""

    contact_email: str = ""
    practical: str = ""
    practical_html: str = ""
    venue: str = ""
    booths: tuple[str, ...] = ()


_OF_EXHIBITOR = """
SELECT n.contact_email, n.practical, n.practical_html,
    concat_ws(', ', nullif(v.name, ''), nullif(v.street, ''), nullif(trim(v.postal_code || ' ' || v.city), '')) AS venue,
    coalesce((SELECT array_agg(b.label ORDER BY b.label) FROM booth_booking k JOIN booth b ON b.id = k.booth
        WHERE k.exhibitor = x.id AND k.state = 'booked'), '{}') AS booths
FROM exhibitor x JOIN exhibition n ON n.event = x.event JOIN event e ON e.id = x.event LEFT JOIN venue v ON v.id = e.venue
WHERE x.id = $1
"""


async def of_exhibitor(exhibitor_id: int) -> Practical:
    row = await db.fetch_one(_OF_EXHIBITOR, exhibitor_id)
    return Practical() if row is None else msgspec.convert(dict(row), Practical)


async def practical(event_id: int) -> str | None:
    """What every exhibitor is told, as it was written; None where no exhibition is set up."""
    found: str | None = await db.fetch_value("SELECT practical FROM exhibition WHERE event = $1", event_id)
    return found
