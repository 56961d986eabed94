"""What certificates of a webinar asked for, version by version."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.preparing import RuleDraft


class Version(msgspec.Struct, frozen=True):
    """A rule with the moment it began, and how many places it holds for."""

    number: int
    since: datetime
    rule: RuleDraft
    places: int


_VERSIONS = """
SELECT c.version AS number, c.since, c.minutes, c.polls, c.test_percent, c.replay_counts, c.credit, c.offered,
    (SELECT count(*) FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN webinar w ON w.event = o.event
     WHERE w.id = c.webinar AND s.state = 'confirmed' AND o.confirmed_at >= c.since AND NOT EXISTS (
        SELECT FROM certificate_rule n WHERE n.webinar = c.webinar AND n.version > c.version AND n.since <= o.confirmed_at)
    ) AS places
FROM certificate_rule c WHERE c.webinar = $1 ORDER BY c.version DESC LIMIT 50
"""


async def versions(webinar_id: int) -> list[Version]:
    """The newest first."""
    rows = await db.fetch(_VERSIONS, webinar_id)
    return [
        Version(
            row["number"],
            row["since"],
            RuleDraft(**{name: row[name] for name in RuleDraft.__struct_fields__}),
            row["places"],
        )
        for row in rows
    ]
