"""Where a person speaks, for the page of the person."""

from portal.core import db, times
from portal.directory.values import Appearance
from portal.events.tables import EventState
from portal.webinars.tables.rooms import ReplayAccess, RoomState

_MOST = 100
_OF_SPEAKER = f"""
SELECT e.slug, e.title, e.starts_on, e.ends_on, e.starts_at, e.timezone, e.state, w.state AS room_state, w.replay, ws.is_moderator
FROM webinar_speaker ws JOIN webinar w ON w.id = ws.webinar JOIN event e ON e.id = w.event
WHERE ws.speaker = $1 AND e.state <> 'draft' ORDER BY e.starts_at DESC, e.id LIMIT {_MOST}
"""
TALKS = """
SELECT ws.speaker, e.id AS event, e.title, '/events/' || e.slug AS address, e.title AS occasion, e.slug AS event_slug,
    e.starts_at, e.ends_at, e.timezone, CASE WHEN ws.is_moderator THEN 'moderator' ELSE 'speaker' END AS role, '' AS thread,
    e.changed_at AS told_at
FROM webinar_speaker ws JOIN webinar w ON w.id = ws.webinar JOIN event e ON e.id = w.event
WHERE e.state NOT IN ('draft', 'cancelled')
"""
"""Every public appearance that takes place or took place, with when it was told last; other packages have the same columns."""


async def of_speaker(speaker_id: int) -> list[Appearance]:
    """The newest public webinars with this person on stage."""
    return [
        Appearance(
            on=row["starts_on"],
            until=row["ends_on"],
            title=row["title"],
            address=f"/events/{row['slug']}",
            role="Moderator" if row["is_moderator"] else "Speaker",
            note=_note(row["room_state"], row["replay"])
            or f"{times.clock(row['starts_at'], row['timezone'])} {times.zone_short(row['timezone'], row['starts_at'])}",
            clock=times.clock(row["starts_at"], row["timezone"]),
            cancelled=row["state"] == EventState.CANCELLED,
        )
        for row in await db.fetch(_OF_SPEAKER, speaker_id)
    ]


def _note(state: str, replay: str) -> str:
    if state == RoomState.REPLAY and replay != ReplayAccess.NONE:
        return "With recording"
    return "Live now" if state == RoomState.LIVE else ""
