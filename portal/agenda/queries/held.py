"""What somebody has a place in: at events and webinars, and in workshops. Each is a source that wiring puts together."""

from datetime import datetime

from portal.agenda.queries import items
from portal.agenda.tables import Kind
from portal.agenda.values import Held, Owner
from portal.core import db
from portal.registration.queries.people import feed_of_person

_WORKSHOPS = """
SELECT p.session, bool_or(p.state = 'given') AS given
FROM session_place p JOIN seat s ON s.id = p.seat JOIN seat_order o ON o.id = s.seat_order
WHERE coalesce(nullif(s.email, ''), o.email) = $1 AND s.state = 'confirmed' AND p.state <> 'ended'
GROUP BY p.session ORDER BY p.session LIMIT 500
"""


async def seats(owner: Owner, now: datetime) -> list[Held]:
    """Confirmed places at events and webinars."""
    places = await feed_of_person(owner.account_id)
    known = await items.by_keys((Kind.EVENT.value, int(key)) for key in places.keys)
    return [
        Held(known[f"event-{key}"], "Registered", f"/events/{places.online[key]}/join" if key in places.online else "")
        for key in places.keys
        if f"event-{key}" in known
    ]


async def workshops(owner: Owner, now: datetime) -> list[Held]:
    """Places in workshops, and in the lines of those that are full."""
    given = {row["session"]: row["given"] for row in await db.fetch(_WORKSHOPS, owner.email)}
    known = await items.by_keys((Kind.SESSION.value, id_) for id_ in given)
    return [
        Held(known[f"session-{id_}"], "You have a place" if has else "You are in line", given=has)
        for id_, has in given.items()
        if f"session-{id_}" in known
    ]
