"""Writing down how often reactions were given."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from portal.core import db
from portal.webinars.announcing import touch
from portal.webinars.rules.reactions import Reaction

Given: TypeAlias = tuple[int, Reaction, datetime]
"""Room, reaction, and the ten seconds it fell into."""
# In one order, so that two processes never wait for each other.
_COUNT = """
INSERT INTO webinar_reaction_count AS c (webinar, reaction, at, given)
SELECT x.webinar, x.reaction, x.at, x.given FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::int[])
    AS x (webinar, reaction, at, given) JOIN webinar w ON w.id = x.webinar ORDER BY x.webinar, x.reaction, x.at
ON CONFLICT (webinar, reaction, at) DO UPDATE SET given = c.given + excluded.given
"""


async def count(*, given: Mapping[Given, int]) -> None:
    """Add what has gathered, in one statement. What is given to a room that is gone is not counted."""
    async with db.transaction():
        rooms, reactions, moments = zip(*given, strict=True)
        await db.execute(_COUNT, list(rooms), list(reactions), list(moments), list(given.values()))
        for webinar_id in sorted(set(rooms)):
            await touch(webinar_id, "reactions")
