"""Where a person speaks, for the page of the person."""

from portal.core import db, times
from portal.directory.values import Appearance

_MOST = 200
_ROLES = {"speaker": "Speaker", "moderator": "Moderator", "panelist": "Panelist", "host": "Host"}
_OF_SPEAKER = f"""
SELECT e.slug, e.title AS event, e.timezone, s.slug AS session, s.title, s.starts_at, i.role,
    (s.cancelled_at IS NOT NULL OR e.state = 'cancelled') AS is_cancelled
FROM released_speaker i JOIN released_session s ON s.session = i.session JOIN event e ON e.id = s.event
WHERE i.speaker = $1 AND e.state <> 'draft' ORDER BY s.starts_at DESC, s.session LIMIT {_MOST}
"""
TALKS = """
SELECT i.speaker, s.event, s.title, '/events/' || e.slug || '/programme/' || s.slug AS address, e.title AS occasion,
    e.slug AS event_slug, s.starts_at, s.ends_at, e.timezone, i.role, coalesce(t.name, '') AS thread, r.released_at AS told_at
FROM released_speaker i JOIN released_session s ON s.session = i.session JOIN event e ON e.id = s.event
JOIN programme_release r ON r.event = s.event AND r.number = s.since_release
LEFT JOIN programme_track t ON t.id = s.track
WHERE e.state NOT IN ('draft', 'cancelled') AND s.cancelled_at IS NULL
"""
"""Every public appearance that takes place or took place, with when it was told last; other packages have the same columns."""


async def of_speaker(speaker_id: int) -> list[Appearance]:
    """The newest sessions of public programmes with this person."""
    told = []
    for row in await db.fetch(_OF_SPEAKER, speaker_id):
        on = row["starts_at"].astimezone(times.zone(row["timezone"])).date()
        told.append(Appearance(
            on=on, until=on, title=row["title"], address=f"/events/{row['slug']}/programme/{row['session']}",
            role=_ROLES[row["role"]], note=f"{row['event']}, {times.clock(row['starts_at'], row['timezone'])}",
            clock=times.clock(row["starts_at"], row["timezone"]),
            cancelled=row["is_cancelled"],
        ))  # fmt: skip
    return told
