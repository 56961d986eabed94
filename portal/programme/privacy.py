"""What programmes know of a person, and forgetting it: places in workshops, and what was asked of them as a speaker."""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.programme.desk import privacy as desk
from portal.programme.tables import PlaceEnd
from portal.speakers.queries import OF_ONE_PERSON

_PLACES = """
SELECT e.title, r.title AS session, p.state, p.since, p.given_at, p.ended_at FROM session_place p
JOIN seat s ON s.id = p.seat JOIN released_session r ON r.session = p.session JOIN event e ON e.id = r.event
WHERE s.email = $1 ORDER BY p.id LIMIT 5000
"""
_APPEARANCES = """
SELECT e.title, a.invited_at, a.opened_at, a.confirmed_at, a.declined_at, nullif(a.declined_why, '') AS declined_why,
    a.answered_availability_at, a.recording_agreed_at, a.recording_refused_at, w.text AS agreed_to,
    nullif(a.note, '') AS note, nullif(concat_ws(E'\n', nullif(a.source_said ->> 'job_title', ''),
        nullif(a.source_said ->> 'company', ''), nullif(a.source_said ->> 'bio', '')), '') AS imported,
    (SELECT string_agg(to_char(v.starts_at AT TIME ZONE e.timezone, 'YYYY-MM-DD HH24:MI') || ' to '
        || to_char(v.ends_at AT TIME ZONE e.timezone, 'YYYY-MM-DD HH24:MI'), ', ' ORDER BY v.starts_at, v.id)
     FROM availability v WHERE v.appearance = a.id) AS available
FROM appearance a JOIN speaker p ON p.id = a.speaker JOIN event e ON e.id = a.event
LEFT JOIN wording_of_consent w ON w.id = a.recording_wording WHERE p.email = $1 ORDER BY a.id LIMIT 5000
"""
LABELS = {
    "title": "Event", "session": "Workshop", "state": "State", "since": "Asked for", "given_at": "Given", "ended_at": "Ended",
    "invited_at": "Asked by mail", "answered_availability_at": "Said when", "recording_agreed_at": "Agreed to be recorded",
    "recording_refused_at": "Asked not to be recorded", "agreed_to": "The words of it", "note": "Your note to the organiser",
    "available": "You can speak", "opened_at": "Last at the desk", "confirmed_at": "Said yes", "declined_at": "Said no",
    "declined_why": "Why not",
    "imported": "As the programme’s source has you", **desk.LABELS,
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Places in workshops and in their lines; at each event, what the organiser and a speaker told each other."""
    found = [{"what": "Workshop", **row} for row in await db.fetch(_PLACES, email)]
    found += [{"what": "You as a speaker at an event", **row} for row in await db.fetch(_APPEARANCES, email)]
    return found + await desk.known_about(email)


async def forget(email: str, now: datetime) -> str:
    """Free the places in workshops for others, and erase what was said about speaking. Nobody is written to."""
    async with db.transaction():
        await desk.forget(email, now)
        await db.execute(f"DELETE FROM appearance WHERE speaker IN ({OF_ONE_PERSON})", email)
        # In the order in which signing up takes locks: the place at the event, then the programme.
        await db.fetch("SELECT id FROM seat WHERE email = $1 ORDER BY id FOR SHARE", email)
        await db.fetch(
            "SELECT p.id FROM programme p WHERE p.event IN (SELECT r.event FROM session_place l JOIN seat s ON s.id = l.seat "
            "JOIN released_session r ON r.session = l.session WHERE s.email = $1) ORDER BY p.id FOR UPDATE",
            email,
        )
        ended = db.affected(
            await db.execute(
                "UPDATE session_place SET state = 'ended', ended_at = $2, end_reason = $3 "
                "WHERE state <> 'ended' AND seat IN (SELECT id FROM seat WHERE email = $1)",
                email, now, PlaceEnd.ERASED.value,
            )
        )  # fmt: skip
    if not ended:
        return "You had no place in a workshop; what was asked of you as a speaker is gone."
    places = "1 place or wait" if ended == 1 else f"{ended} places or waits"
    return f"{places} in workshops went to others; what was asked of you as a speaker is gone."
