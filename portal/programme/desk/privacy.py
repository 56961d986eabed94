"""Slides and answers of somebody who speaks, and removing the files for good."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.media import commands as media
from portal.media.values import Owner
from portal.programme.desk.commands import SLIDES
from portal.speakers.queries import OF_ONE_PERSON

_SLIDES = """
SELECT p.name, e.title, s.title AS session, f.name AS file, d.version, d.uploaded_at, d.released_at FROM slides d
JOIN speaker p ON p.id = d.speaker JOIN programme_session s ON s.id = d.session JOIN event e ON e.id = s.event
JOIN stored_file f ON f.key = d.file WHERE p.email = $1 ORDER BY d.id LIMIT 5000
"""
_ANSWERS = """
SELECT p.name, e.title, CASE WHEN r.agreed THEN 'yes' ELSE 'no' END AS answer,
    (SELECT string_agg(t, ', ') FROM jsonb_array_elements_text(r.excepted) t) AS excepted, r.answered_at,
    w.version AS wording_version, w.text AS wording
FROM recording_answer r JOIN appearance a ON a.id = r.appearance JOIN speaker p ON p.id = a.speaker
JOIN event e ON e.id = a.event JOIN wording_of_consent w ON w.id = r.wording WHERE p.email = $1 ORDER BY r.id LIMIT 5000
"""
_BROWSERS = "SELECT user_agent, opened_at AS desk_since FROM open_desk WHERE email = $1 ORDER BY id LIMIT 5000"
LABELS = {
    "user_agent": "Browser", "desk_since": "Open since", "name": "Speaker", "file": "File", "version": "Version",
    "uploaded_at": "Handed in", "released_at": "Public since", "answer": "May be recorded", "excepted": "But not in",
    "answered_at": "Answered", "wording_version": "Version of the wording", "wording": "The question",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Every version of slides that is kept, every answer to being recorded with the words of it, browsers at the desk."""
    slides = [{"what": "Slides", **row} for row in await db.fetch(_SLIDES, email)]
    answers = [{"what": "Being recorded", **row} for row in await db.fetch(_ANSWERS, email)]
    return slides + answers + [{"what": "Your desk is open", **row} for row in await db.fetch(_BROWSERS, email)]


async def forget(email: str, now: datetime) -> int:
    """Remove the files of slides for good and shut the desk, in the caller’s transaction; how many files. Their rows go with
    the speaker.
    """
    await db.execute("DELETE FROM open_desk WHERE email = $1", email)
    rows = await db.fetch(f"SELECT d.id FROM slides d WHERE d.speaker IN ({OF_ONE_PERSON})", email)
    for row in rows:
        await media.forget(owner=Owner(SLIDES, str(row["id"])), actor=PORTAL, now=now)
    await db.execute("DELETE FROM slides WHERE id = ANY($1)", [row["id"] for row in rows])
    return len(rows)
