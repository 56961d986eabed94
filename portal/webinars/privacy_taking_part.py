"""What rooms know of a person who took part in them or worked at their desk, and forgetting it.

What others saw and answered to stays without a name; what nobody but the crew saw goes, and so does all chat.
"""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.webinars.announcing import touch_all

CREW = "The crew"
"""Who wrote or decided something, once nobody may say so by name."""

_ROOM = "JOIN webinar w ON w.id = x.webinar JOIN event e ON e.id = w.event"
_SEAT = "x.seat IN (SELECT id FROM seat WHERE email = $1)"
_ACCOUNT = "x.account IN (SELECT id FROM account WHERE email = $1)"
_KNOWN = {
    "Question": f"""
        SELECT e.title, x.text, x.anonymous, x.state, x.asked_at AS at, nullif(x.answer, '') AS answer
        FROM webinar_question x {_ROOM} WHERE {_SEAT} OR x.written_by = $1""",
    "Vote for a question": f"""
        SELECT e.title, q.text, x.at FROM webinar_question_vote x JOIN webinar_question q ON q.id = x.question
            JOIN webinar w ON w.id = q.webinar JOIN event e ON e.id = w.event WHERE {_SEAT}""",
    "Answer to a poll": f"""
        SELECT e.title, p.question, o.label AS answer, x.rating, nullif(x.words, '') AS words, x.at
        FROM webinar_poll_answer x JOIN webinar_poll p ON p.id = x.poll JOIN webinar w ON w.id = p.webinar
            JOIN event e ON e.id = w.event LEFT JOIN webinar_poll_option o ON o.id = x.option WHERE {_SEAT}""",
    "Line of chat": f"""
        SELECT e.title, x.text, x.at, x.hidden_at FROM webinar_chat_message x {_ROOM}
        WHERE {_SEAT} OR {_ACCOUNT} OR x.written_by = $1""",
    "Taken along": f"""
        SELECT e.title, r.title AS resource, x.at FROM webinar_resource_taken x JOIN webinar_resource r ON r.id = x.resource
            JOIN webinar w ON w.id = r.webinar JOIN event e ON e.id = w.event WHERE {_SEAT}""",
    "Muted or asked to leave": f"""
        SELECT e.title, x.kind, nullif(x.reason, '') AS reason, x.at, x.lifted_at
        FROM room_restriction x {_ROOM} WHERE {_SEAT}""",
    "Reminder": f"""
        SELECT e.title, replace(x.kind, '_', ' ') AS kind, x.starts_at, x.at
        FROM webinar_reminder_sent x {_ROOM} WHERE {_SEAT}""",
    "In the crew": f"SELECT e.title, x.name, x.role, x.added_at FROM webinar_crew x {_ROOM} WHERE x.email = $1",
    "Note among the crew": f"SELECT e.title, x.text, x.at FROM backstage_note x {_ROOM} WHERE {_ACCOUNT}",
}
"""By kind, what is known of the address $1."""

LABELS = {
    "title": "Webinar", "text": "Text", "anonymous": "Anonymously", "hidden_at": "Hidden", "lifted_at": "Until",
    "starts_at": "For the start", "added_at": "Added", "at": "When",
}  # fmt: skip

_TOUCHED = """
SELECT DISTINCT w.id FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id
    WHERE s.email = $1 AND w.state <> 'closed'
UNION SELECT webinar FROM webinar_crew WHERE email = $1
UNION SELECT webinar FROM webinar_question WHERE written_by = $1
UNION SELECT webinar FROM webinar_chat_message WHERE written_by = $1
"""
# What was decided and answered says by whom in words: names at the desk are those of its list, or of the account.
_NAMES = """
WITH mine AS (
    SELECT w.id AS webinar, n.name FROM account a CROSS JOIN webinar w
        LEFT JOIN webinar_crew c ON c.webinar = w.id AND c.email = a.email
        CROSS JOIN LATERAL (VALUES (a.name), (c.name)) AS n (name)
    WHERE a.email = $1 AND n.name <> ''
        AND (c.id IS NOT NULL OR EXISTS (SELECT FROM staff_member s WHERE s.account = a.id)))
UPDATE webinar_question q SET
    decided_by = CASE WHEN decided_by IN (SELECT name FROM mine WHERE webinar = q.webinar) THEN $2 ELSE decided_by END,
    answered_by = CASE WHEN answered_by IN (SELECT name FROM mine WHERE webinar = q.webinar) THEN $2 ELSE answered_by END
FROM mine m WHERE m.webinar = q.webinar AND m.name IN (q.decided_by, q.answered_by)
"""
_MINE = "(x.seat IN (SELECT id FROM seat WHERE email = $1) OR x.written_by = $1)"
_GONE = (
    f"DELETE FROM webinar_question x WHERE {_MINE} AND x.state IN ('pending', 'declined')",
    f"UPDATE webinar_question x SET seat = NULL, author = '', written_by = '', anonymous = true WHERE {_MINE}",
    f"DELETE FROM webinar_chat_message x WHERE {_MINE}",
    f"UPDATE webinar_poll_answer x SET words = '' WHERE {_SEAT} AND words <> ''",
    f"DELETE FROM webinar_resource_taken x WHERE {_SEAT}",
    f"UPDATE room_restriction x SET reason = '' WHERE {_SEAT}",
)
_CREW = (
    f"UPDATE webinar_chat_message x SET author = $2 WHERE {_ACCOUNT}",
    f"UPDATE backstage_note x SET author = $2 WHERE {_ACCOUNT}",
    _NAMES,
)


async def known_about(email: str) -> list[dict[str, Any]]:
    """What the person did in rooms and at desks, kind by kind."""
    return [
        {"what": what, **row}
        for what, sql in _KNOWN.items()
        for row in await db.fetch(f"{sql} ORDER BY x.id LIMIT 5000", email)
    ]


async def forget(email: str, now: datetime) -> str:
    """Take the person out of every room and off every desk."""
    async with db.transaction():
        rooms = await db.fetch(_TOUCHED, email)
        changed = [db.affected(await db.execute(sql, email)) for sql in _GONE]
        changed += [db.affected(await db.execute(sql, email, CREW)) for sql in _CREW]
        crew = db.affected(await db.execute("DELETE FROM webinar_crew WHERE email = $1", email))
        for room in rooms:
            await touch_all(room["id"])
    if not any(changed) and not crew:
        return "You have said and done nothing in a webinar."
    told = "What you said in chats is gone, and so are questions that only the crew saw; others stay without your name."
    return f"{told} You are in no crew any more; what you wrote there stays in the crew’s name." if crew else told
