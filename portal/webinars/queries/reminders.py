"""Reminders: one to be written, and what became of those that were sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.registration.tables import Watching
from portal.webinars.rules.reminders import AFTERWARDS, FOLLOW_UP, STEPS, name
from portal.webinars.tables.reminders import ReminderKind
from portal.webinars.tables.rooms import RoomState

_MOST_NAMES = 200
_DUE = """
SELECT t.id, t.kind, t.at, t.starts_at = e.starts_at AND e.state IN ('published', 'moved') AS holds, e.slug, e.title, e.starts_at,
    e.ends_at, e.timezone, w.id AS webinar_id, w.state, s.id AS seat_id, s.claim_secret AS claim, lower(s.email) AS email,
    trim(s.first_name || ' ' || s.last_name) AS name, s.watching, coalesce(r.words, '') AS words, w.replay_until
FROM webinar_reminder_sent t JOIN webinar w ON w.id = t.webinar JOIN event e ON e.id = w.event
JOIN seat s ON s.id = t.seat AND s.state = 'confirmed' LEFT JOIN webinar_reminder r ON r.webinar = w.id AND r.kind = t.kind
WHERE t.id = $1 AND t.mail IS NULL
"""


_SAMPLE = """
SELECT 0 AS id, $2::text AS kind, CASE WHEN $3::interval IS NULL THEN e.ends_at ELSE e.starts_at - $3 END AS at,
    true AS holds, e.slug, e.title, e.starts_at, e.ends_at, e.timezone, w.id AS webinar_id,
    CASE WHEN $3 <= make_interval(mins => w.lobby_minutes) THEN 'lobby' WHEN $3 IS NOT NULL THEN 'scheduled'
        WHEN w.replay = 'none' THEN 'ended' ELSE 'replay' END AS state,
    0 AS seat_id, '' AS claim, $4::text AS email, $5::text AS name, 'live' AS watching, coalesce(r.words, '') AS words,
    w.replay_until
FROM webinar w JOIN event e ON e.id = w.event LEFT JOIN webinar_reminder r ON r.webinar = w.id AND r.kind = $2
WHERE w.id = $1
"""


class DueReminder(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder to one person. It `holds` while the event still takes place at the time it speaks of."""

    id: int
    kind: ReminderKind
    at: datetime
    holds: bool
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    webinar_id: int
    state: RoomState
    seat_id: int
    claim: str
    email: str
    name: str
    watching: Watching
    words: str
    replay_until: datetime | None

    @property
    def join_path(self) -> str:
        """The way in; of a sample, which is nobody's place, the event."""
        return f"/join/{self.claim}" if self.claim else f"/events/{self.slug}"


class ReminderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One mail of the series as its host sees it: `due_at` none while that is open, and how many went where."""

    kind: ReminderKind
    name: str
    is_on: bool
    words: str
    due_at: datetime | None
    noted: int
    waiting: int
    accepted: int
    bounced: int
    stopped: int
    dropped: int


_SUMMARY = f"""
SELECT k.kind, coalesce(r.is_on, true) AS is_on, coalesce(r.words, '') AS words,
    CASE WHEN k.kind IN ('attended', 'missed') THEN {FOLLOW_UP} ELSE e.starts_at - k.before END AS due_at, n.*
FROM webinar w JOIN event e ON e.id = w.event LEFT JOIN webinar_recording f ON f.webinar = w.id
CROSS JOIN unnest($2::text[], $3::interval[]) WITH ORDINALITY AS k (kind, before, place)
LEFT JOIN webinar_reminder r ON r.webinar = w.id AND r.kind = k.kind
CROSS JOIN LATERAL (
    SELECT count(*) AS noted, count(*) FILTER (WHERE m.state IN ('queued', 'deferred')) AS waiting,
        count(*) FILTER (WHERE m.state = 'accepted') AS accepted,
        count(*) FILTER (WHERE m.state IN ('bounced', 'failed')) AS bounced,
        count(*) FILTER (WHERE m.state = 'suppressed') AS stopped,
        count(*) FILTER (WHERE m.id IS NULL AND t.at < $4::timestamptz - interval '10 minutes') AS dropped
    FROM webinar_reminder_sent t LEFT JOIN mail m ON m.id = t.mail WHERE t.webinar = w.id AND t.kind = k.kind
) n
WHERE w.id = $1 ORDER BY k.place
"""
_PEOPLE = """
SELECT trim(s.first_name || ' ' || s.last_name) AS name, s.email, t.at, m.state, m.answer, m.answered_at
FROM webinar_reminder_sent t JOIN seat s ON s.id = t.seat LEFT JOIN mail m ON m.id = t.mail
WHERE t.webinar = $1 AND t.kind = $2 AND ($3 = '' OR m.state = ANY($4))
ORDER BY m.state <> 'accepted' DESC NULLS FIRST, name, t.id LIMIT $5
"""
STATES = {
    "waiting": ["queued", "deferred"], "accepted": ["accepted"], "bounced": ["bounced", "failed"], "stopped": ["suppressed"],
}  # fmt: skip


async def due(sent_id: int) -> DueReminder | None:
    """A reminder that has no mail yet; None for one that has, or whose place was given up."""
    row = await db.fetch_one(_DUE, sent_id)
    return None if row is None else msgspec.convert(dict(row), DueReminder)


async def sample(webinar_id: int, kind: ReminderKind, *, email: str, name: str) -> DueReminder | None:
    """A mail of the series as it would be written in its time, with the host's words as they are kept, to `email`."""
    before = STEPS[kind].before if kind in STEPS else None
    row = await db.fetch_one(_SAMPLE, webinar_id, kind.value, before, email, name)
    return None if row is None else msgspec.convert(dict(row), DueReminder)


async def summary(webinar_id: int, *, now: datetime) -> list[ReminderStatus]:
    kinds = [*STEPS, *AFTERWARDS]
    befores = [STEPS[kind].before if kind in STEPS else None for kind in kinds]
    rows = await db.fetch(_SUMMARY, webinar_id, [kind.value for kind in kinds], befores, now)
    return [msgspec.convert({**row, "name": name(ReminderKind(row["kind"]))}, ReminderStatus) for row in rows]


async def people(webinar_id: int, kind: ReminderKind, state: str) -> Sequence[Any]:
    """To whom one mail of the series went, the troubled first; of one state (`STATES`), or all."""
    return await db.fetch(_PEOPLE, webinar_id, kind.value, state, STATES.get(state, []), _MOST_NAMES)
