"""What webinars know of a person’s attendance, tests and certificates, and forgetting it.

A certificate says that a named person was there. Erased, it holds no longer, and whoever checks its number reads that this
was the holder’s wish.
"""

from datetime import datetime
from typing import Any

from portal.core import db

ERASED = "Erased at the holder’s wish."

_SEAT = "JOIN seat s ON s.id = x.seat AND s.email = $1"
_EVENT = "JOIN webinar w ON w.id = x.webinar JOIN event e ON e.id = w.event"
_KNOWN = {
    "Attendance": f"""
        SELECT e.title, x.first_seen, x.last_seen, (span_seconds(x.spans) / 60)::int AS minutes_in_room,
            nullif((span_seconds(x.watching) / 60)::int, 0) AS minutes_of_recording, x.handed_over_at
        FROM webinar_attendance x {_SEAT} {_EVENT}""",
    "Page of a room": f"""
        SELECT e.title, lower(x.spans) AS first_seen, upper(x.spans) AS last_seen,
            (span_seconds(x.spans) / 60)::int AS minutes_in_room
        FROM webinar_attendance_page x {_SEAT} {_EVENT}""",
    "Correction of minutes": f"""
        SELECT e.title, x.minutes, x.reason, x.by_name, x.at FROM webinar_attendance_correction x {_SEAT} {_EVENT}""",
    "Try at a short test": f"""
        SELECT e.title, x.number, x.correct AS answered_right, x.asked, x.at FROM webinar_test_attempt x {_SEAT} {_EVENT}""",
    "Certificate": """
        SELECT title, number, name, company, minutes, nullif(credit, '') AS credit, issued_at, revoked_at,
            nullif(revoked_reason, '') AS reason
        FROM certificate x WHERE email = $1""",
}
"""By kind, what is known of the address $1."""

_GONE = ("webinar_attendance", "webinar_attendance_page", "webinar_attendance_correction", "webinar_test_attempt")
_ERASE = """
UPDATE certificate SET name = '', company = '', email = '', seat = NULL, revoked_at = coalesce(revoked_at, $2),
    revoked_reason = CASE WHEN revoked_at IS NULL THEN $3 ELSE revoked_reason END,
    reason_is_public = reason_is_public OR revoked_at IS NULL
WHERE email = $1
"""
LABELS = {
    "title": "Webinar", "first_seen": "First seen", "last_seen": "Last seen", "handed_over_at": "Sent on to another room",
    "minutes_in_room": "Minutes in the room", "minutes_of_recording": "Minutes with the recording", "by_name": "By",
    "number": "Number", "answered_right": "Right answers", "asked": "Questions", "credit": "Credit",
    "issued_at": "Issued", "revoked_at": "Taken back", "at": "When",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """When they were in which room, what staff corrected, tries at tests, certificates."""
    return [
        {"what": what, **row}
        for what, sql in _KNOWN.items()
        for row in await db.fetch(f"{sql} ORDER BY x.id LIMIT 5000", email)
    ]


async def forget(email: str, now: datetime) -> str:
    """Erase attendance, corrections and tries, and the names of certificates, which hold no longer."""
    async with db.transaction():
        certificates = db.affected(await db.execute(_ERASE, email, now, ERASED))
        gone = 0
        for table in _GONE:
            erased = f"DELETE FROM {table} x USING seat s WHERE s.id = x.seat AND s.email = $1"
            gone += db.affected(await db.execute(erased, email))
    told = "Your time in rooms and your tries at tests are gone." if gone else "No time of yours in a room was known."
    if not certificates:
        return told
    many = "Your certificate holds" if certificates == 1 else f"Your {certificates} certificates hold"
    return f"{told} {many} no longer: whoever checks the number reads that this was the holder’s wish."
