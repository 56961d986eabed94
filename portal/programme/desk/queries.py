"""What the desk shows of one person: their events with what they answered, their sessions with their slides."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.leads.queries import Wording
from portal.programme.desk.rules import WORDING, usual_wording
from portal.programme.desk.values import Deck, Speaking

_MOST = 40
NEWEST = """
NOT EXISTS (SELECT FROM slides o WHERE o.session = d.session AND o.speaker = d.speaker AND o.version > d.version)
"""
"""That slides `d` are what their speaker handed in last for a session."""
_SESSIONS = f"""
SELECT s.id, s.event, s.title, s.kind, s.label, i.role,
    ARRAY(SELECT x.kind FROM session_exception x WHERE x.appearance = a.id AND x.session = s.id) AS excepted,
    (s.cancelled_at IS NOT NULL OR r.cancelled_at IS NOT NULL) AS is_cancelled,
    s.recorded, r.slug, r.starts_at, r.ends_at, rr.name AS room, rr.note AS room_note, s.starts_at AS draft_starts_at,
    s.ends_at AS draft_ends_at, dr.name AS draft_room,
    coalesce((SELECT json_agg(json_build_object('name', p.name, 'role', o.role) ORDER BY o.position, o.id) FROM session_speaker o
        JOIN speaker p ON p.id = o.speaker WHERE o.session = s.id AND o.speaker <> $1), '[]') AS beside,
    coalesce((SELECT json_agg(json_build_object('id', d.id, 'version', d.version, 'file', d.file, 'name', f.name,
        'size', f.bytes, 'uploaded_at', d.uploaded_at, 'released_at', d.released_at) ORDER BY d.version DESC)
        FROM slides d JOIN stored_file f ON f.key = d.file AND f.deleted_at IS NULL
        WHERE d.session = s.id AND d.speaker = $1), '[]') AS decks,
    coalesce((SELECT json_agg(json_build_object('id', d.id, 'version', d.version, 'file', d.file, 'name', f.name,
        'size', f.bytes, 'uploaded_at', d.uploaded_at, 'released_at', d.released_at, 'by', p.name) ORDER BY p.name, p.id)
        FROM slides d JOIN stored_file f ON f.key = d.file AND f.deleted_at IS NULL JOIN speaker p ON p.id = d.speaker
        WHERE d.session = s.id AND d.speaker <> $1 AND {NEWEST}), '[]') AS others
FROM session_speaker i JOIN programme_session s ON s.id = i.session LEFT JOIN programme_room dr ON dr.id = s.room
LEFT JOIN released_session r ON r.session = s.id LEFT JOIN programme_room rr ON rr.id = r.room
WHERE i.speaker = $1 AND s.event = e.id ORDER BY coalesce(r.starts_at, s.starts_at) NULLS LAST, s.id LIMIT 400
"""
_EVENTS = f"""
SELECT e.id AS event, e.slug, e.title, e.timezone, e.starts_at, e.ends_at, e.state, p.slides_due_at,
    coalesce(p.slides_at_once, false) AS slides_at_once, coalesce(p.shows_draft, false) AS shows_draft,
    (SELECT json_build_array(w.id, w.version, w.text) FROM wording_of_consent w
        WHERE w.kind = '{WORDING}' AND w.key = e.id::text ORDER BY w.version DESC LIMIT 1) AS wording,
    coalesce(p.briefing_html, '') AS briefing_html, a.opened_at, a.confirmed_at, a.declined_at,
    coalesce(a.declined_why, '') AS declined_why,
    coalesce(a.note, '') AS note, a.answered_availability_at AS availability_at,
    coalesce((SELECT json_agg(json_build_array(v.starts_at, v.ends_at) ORDER BY v.starts_at)
        FROM availability v WHERE v.appearance = a.id), '[]') AS spans,
    coalesce((SELECT json_agg(json_build_object('agreed', r.agreed, 'at', r.answered_at, 'version', w.version, 'text', w.text,
        'excepted', r.excepted) ORDER BY r.id DESC) FROM recording_answer r JOIN wording_of_consent w ON w.id = r.wording
        WHERE r.appearance = a.id), '[]') AS answers,
    coalesce((SELECT json_agg(x) FROM ({_SESSIONS}) x), '[]') AS sessions
FROM event e LEFT JOIN programme p ON p.event = e.id LEFT JOIN appearance a ON a.event = e.id AND a.speaker = $1
WHERE a.id IS NOT NULL OR EXISTS (
    SELECT FROM session_speaker i JOIN programme_session s ON s.id = i.session WHERE i.speaker = $1 AND s.event = e.id)
ORDER BY e.starts_at DESC, e.id LIMIT {_MOST}
"""


async def speaking(speaker_id: int) -> list[Speaking]:
    """Where a person speaks, drafts of events too: what is to come last of all is first."""
    lists = ("spans", "answers", "sessions")
    return [
        msgspec.convert(
            {**row, "wording": _wording(row), **{name: msgspec.json.decode(row[name]) for name in lists}}, Speaking
        )
        for row in await db.fetch(_EVENTS, speaker_id)
    ]


def _wording(row: Mapping[str, Any]) -> Wording:
    if row["wording"] is None:
        return usual(row["title"])
    return Wording(*msgspec.json.decode(row["wording"]))


def usual(title: str) -> Wording:
    """What speakers of an event are asked where nobody was asked in other words; without an id until somebody answers."""
    return Wording(0, 1, usual_wording(title, current().site_name))


_DECK = """
SELECT d.id, d.version, d.file, f.name, f.bytes AS size, d.uploaded_at, d.released_at
FROM slides d JOIN stored_file f ON f.key = d.file AND f.deleted_at IS NULL JOIN programme_session s ON s.id = d.session
WHERE d.id = $1 AND
"""
_OF_SPEAKER = f"""
{_DECK} (d.speaker = $2 OR {NEWEST} AND EXISTS (SELECT FROM session_speaker i WHERE i.session = d.session AND i.speaker = $2))
"""
_AT_EVENT = f"{_DECK} s.event = $2"


async def deck_of(slides_id: int, speaker_id: int) -> Deck | None:
    """A version of this person’s slides, or the newest of somebody who is on stage with them."""
    row = await db.fetch_one(_OF_SPEAKER, slides_id, speaker_id)
    return None if row is None else Deck(**row)


async def deck_at(slides_id: int, event_id: int) -> Deck | None:
    """A version of somebody’s slides at this event."""
    row = await db.fetch_one(_AT_EVENT, slides_id, event_id)
    return None if row is None else Deck(**row)
