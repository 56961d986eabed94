"""Which events a company organises, for its profile in the directory."""

from portal.core import db
from portal.directory.values import Appearance, Party
from portal.events.tables import EventState

MOST = 60
# By the organisation that owns both, or by a name as it is written; each half has an index of its own.
_ORGANISED = f"""
SELECT slug, title, starts_on, ends_on, state, format, city, country FROM (
    SELECT e.id, e.slug, e.title, e.starts_on, e.ends_on, e.state, e.format, v.city, v.country
    FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE e.state <> 'draft' AND e.organisation = $1
    UNION
    SELECT e.id, e.slug, e.title, e.starts_on, e.ends_on, e.state, e.format, v.city, v.country
    FROM event e LEFT JOIN venue v ON v.id = e.venue
    WHERE e.state <> 'draft' AND lower(e.organiser_name) = ANY ($2::text[]) AND e.organiser_name <> '') found
ORDER BY starts_on DESC, id LIMIT {MOST}
"""


async def organised_by(party: Party) -> list[Appearance]:
    """The newest of them, past ones too, cancelled ones marked."""
    rows = await db.fetch(_ORGANISED, party.organisation_id, [name.lower() for name in party.names])
    return [
        Appearance(
            on=row["starts_on"],
            until=row["ends_on"],
            title=row["title"],
            address=f"/events/{row['slug']}",
            role="Organiser",
            note="Online" if row["format"] == "online" else row["city"] or "",
            cancelled=row["state"] == EventState.CANCELLED,
        )
        for row in rows
    ]
