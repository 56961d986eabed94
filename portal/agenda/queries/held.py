"""What somebody has a place in: at events and webinars, in workshops, at a table. Each is a source for wiring."""

from datetime import datetime

from portal.agenda.queries import items
from portal.agenda.tables import Kind
from portal.agenda.values import Held, Item, Owner
from portal.core import db
from portal.exhibitors.meetings.queries.meetings import of_address
from portal.exhibitors.tables.meetings import MeetingState
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


async def meetings(owner: Owner, now: datetime) -> list[Held]:
    """Meetings with exhibitors, on either side; whoever is not there any more has none."""
    found = []
    for one in await of_address(owner.email):
        if one.state is MeetingState.NO_SHOW:
            continue
        hosts = one.account_id == owner.account_id
        where = one.desk if hosts else f"/seats/{one.claim}/meetings" if one.claim else ""
        item = Item(
            kind="meeting", id=one.id, event_id=one.event_id, event=one.event_title, timezone=one.timezone, place=one.where,
            title=f"Meeting with {one.who or 'an attendee'}" if hosts else f"Meeting with {one.company_name}",
            starts_at=one.starts_at, ends_at=one.ends_at, people="" if hosts else one.host_name, address=where,
            off="" if one.is_planned else "cancelled", label="Meeting",
        )  # fmt: skip
        found.append(Held(item, "Agreed", given=one.is_planned))
    return found
