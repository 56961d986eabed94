"""Recordings: the film, its chapters, what was said in it, and what was asked when."""

import re
from collections.abc import Sequence

import msgspec

from portal.core import db
from portal.webinars.queries.shared import in_film
from portal.webinars.rules.transcripts import Chapter, Cue
from portal.webinars.values import Film

_FILM = """
SELECT id, webinar AS webinar_id, source, source_url, seconds, live_second, captions, language, published_at
FROM webinar_recording
"""
_CUE = "SELECT starts_ms, ends_ms, speaker, text FROM webinar_transcript_cue WHERE recording = $1"
_MOST_FOUND = 100
_ASKED = f"""
SELECT q.id, q.text, {in_film("coalesce(q.answered_position, q.position)")} AS second, q.answer, q.answered_by
FROM webinar_question q JOIN webinar w ON w.id = q.webinar LEFT JOIN webinar_recording r ON r.webinar = w.id
WHERE q.webinar = $1 AND q.state = 'approved' AND q.answered <> 'no' ORDER BY second NULLS LAST, q.asked_at LIMIT 200
"""


class Asked(msgspec.Struct, frozen=True):
    """A question that was answered, at that second of the film where it is known; `answer` is empty when it was given live."""

    id: int
    text: str
    second: int | None
    answer: str
    answered_by: str


async def of_room(webinar_id: int) -> Film | None:
    row = await db.fetch_one(f"{_FILM} WHERE webinar = $1", webinar_id)
    return None if row is None else msgspec.convert(dict(row), Film)


async def chapters(film_id: int) -> list[Chapter]:
    rows = await db.fetch("SELECT second, title FROM webinar_chapter WHERE recording = $1 ORDER BY second", film_id)
    return [Chapter(row["second"], row["title"]) for row in rows]


async def cues(film_id: int) -> list[Cue]:
    """Everything that was said, in order."""
    return [Cue(**row) for row in await db.fetch(f"{_CUE} ORDER BY position", film_id)]


async def has_cues(film_id: int) -> bool:
    """Whether it is known what is said."""
    return bool(
        await db.fetch_value("SELECT EXISTS (SELECT FROM webinar_transcript_cue WHERE recording = $1)", film_id)
    )


async def said(film_id: int, words: str) -> list[Cue]:
    """The first cues in which all these words are said, the last one perhaps not typed to its end."""
    terms = re.findall(r"\w+", words)[:12]
    if not terms:
        return []
    wanted = " & ".join(f"{term}:*" for term in terms)
    return [
        Cue(**row)
        for row in await db.fetch(
            f"{_CUE} AND search @@ to_tsquery('simple', $2) ORDER BY position LIMIT $3", film_id, wanted, _MOST_FOUND
        )
    ]


async def asked(webinar_id: int) -> Sequence[Asked]:
    """Questions along the film."""
    return [Asked(**row) for row in await db.fetch(_ASKED, webinar_id)]


async def resumes_at(webinar_id: int, seat_id: int) -> int:
    """Where somebody left the film; 0 for its beginning."""
    found = await db.fetch_value(
        "SELECT resume_at FROM webinar_attendance WHERE webinar = $1 AND seat = $2", webinar_id, seat_id
    )
    return int(found or 0)
