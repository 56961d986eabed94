"""What somebody has a place in: at events and webinars, in workshops, at a table. Each is a source."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.agenda.tables import Kind
from portal.agenda.values import Held, Item, Owner, Place
from portal.core import db
from portal.exhibitors.meetings.queries.meetings import of_address
from portal.exhibitors.tables.meetings import MeetingState

# Of a place without a name and address of its own, which is its buyer’s, nobody joins a room. Whose place was passed on has
# no seat any more, and was sent the end of its invitation.
_PLACES = """
WITH mine AS (
    SELECT s.id, o.event, s.state, s.named_at IS NOT NULL AS joins FROM seat s JOIN seat_order o ON o.id = s.seat_order
    WHERE s.email = $1 AND s.state IN ('confirmed', 'cancelled')
    UNION ALL SELECT s.id, o.event, s.state, false FROM seat_order o JOIN seat s ON s.seat_order = o.id
    WHERE o.email = $1 AND s.email = '' AND s.state IN ('confirmed', 'cancelled')
)
SELECT 'event' AS kind, m.event AS id, true AS given,
    CASE WHEN bool_or(m.joins) AND e.format <> 'in_person' AND e.state IN ('published', 'moved') THEN e.slug END AS online,
    false AS over
FROM mine m JOIN event e ON e.id = m.event WHERE m.state = 'confirmed' GROUP BY m.event, e.id
UNION ALL
SELECT 'session', p.session, bool_or(p.state = 'given'), NULL, false
FROM mine m JOIN session_place p ON p.seat = m.id AND p.state <> 'ended' WHERE m.state = 'confirmed' GROUP BY p.session
UNION ALL (
    SELECT 'event', event, false, NULL, true FROM mine WHERE state = 'cancelled'
    UNION SELECT i.kind, i.key::bigint, false, NULL, true FROM calendar_message m JOIN calendar_item i ON i.id = m.item
    WHERE m.address = $1 AND m.method = 'CANCEL' AND i.kind IN ('event', 'session')
)
LIMIT 3000
"""


async def places(owner: Owner, now: datetime) -> list[Place]:
    """Confirmed places at events and webinars and in workshops, and in the lines of those that are full; those that were
    given up or passed on.
    """
    return [
        Place(
            (row["kind"], row["id"]),
            _words(row),
            f"/events/{row['online']}/join" if row["online"] else "",
            row["given"],
            row["over"],
        )
        for row in await db.fetch(_PLACES, owner.email)
    ]


def _words(row: Mapping[str, Any]) -> str:
    if row["kind"] == Kind.EVENT:
        return "Registered"
    return "You have a place" if row["given"] else "You are in line"


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
