"""Reactions added up."""

from portal.core import db
from portal.webinars.rules.reactions import Reaction


async def given(webinar_id: int) -> dict[Reaction, int]:
    """How often each was given in a room."""
    rows = await db.fetch(
        "SELECT reaction, sum(given) AS given FROM webinar_reaction_count WHERE webinar = $1 GROUP BY reaction",
        webinar_id,
    )
    found = {row["reaction"]: int(row["given"]) for row in rows}
    return {reaction: found.get(reaction, 0) for reaction in Reaction}
