"""What meetings know of a person, on either side, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.exhibitors.meetings.commands.ending import call_off
from portal.exhibitors.meetings.commands.following import GIVEN_UP, LEFT
from portal.exhibitors.meetings.commands.turns import turn

_MEETINGS = """
SELECT c.name AS company, e.title, m.starts_at, m.ends_at, m.state, m.topic, m.end_reason, a.email = $1 AS as_host
FROM meeting m JOIN exhibitor x ON x.id = m.exhibitor JOIN company c ON c.id = x.company JOIN event e ON e.id = m.event
JOIN account a ON a.id = m.account WHERE m.email = $1 OR a.email = $1 ORDER BY m.starts_at, m.id LIMIT 5000
"""
_REQUESTS = """
SELECT c.name AS company, e.title, r.topic, r.state, r.asked_at, r.answered_at, r.words FROM meeting_request r
JOIN exhibitor x ON x.id = r.exhibitor JOIN company c ON c.id = x.company JOIN event e ON e.id = r.event
WHERE r.email = $1 ORDER BY r.asked_at, r.id LIMIT 5000
"""
_TIMES = """
SELECT c.name AS company, e.title, h.about, v.starts_at, v.ends_at FROM exhibitor_host h JOIN account a ON a.id = h.account
JOIN exhibitor x ON x.id = h.exhibitor JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event
JOIN meeting_availability v ON v.host = h.id WHERE a.email = $1 ORDER BY v.starts_at, v.id LIMIT 5000
"""
_OPEN = """
SELECT e.title, o.about, o.since FROM open_to_meetings o JOIN event e ON e.id = o.event WHERE o.email = $1
ORDER BY o.id LIMIT 5000
"""
_PLANNED = """
SELECT m.id, m.event, m.email = $1 AS as_attendee FROM meeting m JOIN account a ON a.id = m.account
WHERE m.state = 'planned' AND m.ends_at > $2 AND (m.email = $1 OR a.email = $1) ORDER BY m.event, m.id
"""

_WISH = ("Open to meetings", _OPEN)

LABELS = {
    "title": "Event", "topic": "What it was about", "end_reason": "Why it ended", "as_host": "For the company",
    "asked_at": "Asked", "answered_at": "Answered", "words": "Their words", "starts_at": "From", "ends_at": "Until",
    "about": "What to talk about", "since": "Since",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Meetings on either side, requests, and when somebody could be met."""
    found: list[dict[str, Any]] = []
    for what, sql in (("Meeting", _MEETINGS), ("Request for a meeting", _REQUESTS), ("Time to be met", _TIMES), _WISH):
        found += [{"what": what, **row} for row in await db.fetch(sql, email)]
    return found


async def forget(email: str, now: datetime) -> str:
    """Call off what is to come, end what is open, and take address and words out of the rest. The other side is told that it
    does not take place.
    """
    async with db.transaction():
        for row in await db.fetch(_PLANNED, email, now):
            async with turn(row["event"]):
                await call_off([row["id"]], by="", words=GIVEN_UP if row["as_attendee"] else LEFT, now=now)
        await db.execute(
            "UPDATE meeting_request SET state = 'cancelled', answered_at = $2 WHERE email = $1 AND state = 'asked'",
            email,
            now,
        )
        await db.execute("DELETE FROM open_to_meetings WHERE email = $1", email)
        asked = await db.execute("UPDATE meeting_request SET email = '', topic = '' WHERE email = $1", email)
        met = await db.execute(
            "UPDATE meeting SET email = '', topic = '', end_reason = CASE WHEN ended_by = 'attendee' THEN '' ELSE end_reason END "
            "WHERE email = $1",
            email,
        )
        hosts = "host IN (SELECT h.id FROM exhibitor_host h JOIN account a ON a.id = h.account WHERE a.email = $1)"
        await db.execute(f"DELETE FROM meeting_availability WHERE {hosts}", email)
        await db.execute(
            "UPDATE exhibitor_host h SET about = '' FROM account a WHERE a.id = h.account AND a.email = $1", email
        )
    count = db.affected(asked) + db.affected(met)
    return f"Meetings to come are called off; {count} meetings and requests are kept without address and words."
