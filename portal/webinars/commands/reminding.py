"""Reminders: noting to whom one is due, once for each start of the event, and setting the series up."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.core.jobs import enqueue, enqueue_many
from portal.core.urgency import Urgency
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message
from portal.webinars.rules.reminders import FOLLOW_UP, FOLLOWED_FOR, STEPS
from portal.webinars.tables.reminders import ReminderKind

_AT_ONCE = 2000
_MOST_WORDS = 2000

# A step's mail goes to whoever registered before it was due; whoever watches the recording hears of that alone.
_TAKE = f"""
WITH step AS (
    SELECT w.id, w.event, w.live_at, w.ended_at, e.starts_at, k.kind, false AS after, e.starts_at - k.before AS latest
    FROM webinar w JOIN event e ON e.id = w.event, unnest($2::text[], $3::interval[], $4::interval[]) AS k (kind, before, grace)
    WHERE e.state IN ('published', 'moved') AND w.state IN ('scheduled', 'lobby')
        AND e.starts_at > $1::timestamptz AND e.starts_at - k.before <= $1 AND e.starts_at - k.before + k.grace > $1
    UNION ALL
    SELECT w.id, w.event, w.live_at, w.ended_at, e.starts_at, k.kind, true, w.ended_at
    FROM webinar w JOIN event e ON e.id = w.event LEFT JOIN webinar_recording f ON f.webinar = w.id,
        unnest(ARRAY['attended', 'missed']) AS k (kind)
    WHERE e.state IN ('published', 'moved') AND w.state IN ('ended', 'replay', 'closed') AND w.live_at IS NOT NULL
        AND {FOLLOW_UP} <= $1 AND {FOLLOW_UP} + $5 > $1
), due AS (
    SELECT step.id, step.kind, s.id AS seat, step.starts_at
    FROM step JOIN seat_order o ON o.event = step.event AND o.state = 'confirmed' AND o.confirmed_at < step.latest
    JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' AND s.email <> ''
    LEFT JOIN webinar_reminder r ON r.webinar = step.id AND r.kind = step.kind
    LEFT JOIN webinar_attendance a ON a.webinar = step.id AND a.seat = s.id
    WHERE coalesce(r.is_on, true) AND CASE WHEN step.after
        THEN (step.kind = 'attended') = coalesce(a.handed_over_at IS NOT NULL
            OR a.spans && tstzmultirange(tstzrange(step.live_at, step.ended_at)), false)
        ELSE s.watching = 'live' END
        AND NOT EXISTS (SELECT FROM room_restriction x WHERE x.webinar = step.id AND x.seat = s.id AND x.kind = 'removed'
            AND x.lifted_at IS NULL)
        AND NOT EXISTS (SELECT FROM webinar_reminder_sent t WHERE t.webinar = step.id AND t.kind = step.kind
            AND t.seat = s.id AND t.starts_at = step.starts_at)
    ORDER BY step.starts_at, s.id LIMIT $6
)
INSERT INTO webinar_reminder_sent (webinar, kind, seat, starts_at, at)
SELECT id, kind, seat, starts_at, $1 FROM due
ON CONFLICT DO NOTHING RETURNING id
"""


async def take_due(*, now: datetime) -> int:
    """Note whom a reminder is due to now, and ask for their mails. Returns how many."""
    async with db.transaction():
        rows = await db.fetch(
            _TAKE, now, [kind.value for kind in STEPS], [step.before for step in STEPS.values()],
            [step.grace for step in STEPS.values()], FOLLOWED_FOR, _AT_ONCE,
        )  # fmt: skip
        await enqueue_many("webinars.remind", [{"sent": row["id"]} for row in rows], urgency=Urgency.ONE_OF_MANY)
    return len(rows)


async def note_mail(*, sent_id: int, message: Message, now: datetime) -> None:
    """Queue the mail of a reminder, once."""
    async with db.transaction():
        free = await db.fetch_value(
            "SELECT id FROM webinar_reminder_sent WHERE id = $1 AND mail IS NULL FOR UPDATE", sent_id
        )
        if free is None:
            return
        mail = await queue_mail(message=message, now=now)
        await db.execute("UPDATE webinar_reminder_sent SET mail = $2 WHERE id = $1", sent_id, mail)


async def set_reminder(
    *, webinar_id: int, kind: ReminderKind, is_on: bool, words: str, actor: Actor, now: datetime
) -> None:
    """Switch one mail of the series on or off, and keep the host's words. Raises Invalid for too many of them."""
    if len(words) > _MOST_WORDS:
        raise Invalid({"words": f"At most {_MOST_WORDS:,} characters, please."})
    async with db.transaction():
        if await db.fetch_value("SELECT id FROM webinar WHERE id = $1", webinar_id) is None:
            raise NotFound("There is no such webinar.")
        await db.execute(
            "INSERT INTO webinar_reminder (webinar, kind, is_on, words) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (webinar, kind) DO UPDATE SET is_on = excluded.is_on, words = excluded.words",
            webinar_id, kind.value, is_on, words,
        )  # fmt: skip
        await audit.record(
            actor=actor.label,
            verb="set reminder",
            kind="webinar",
            key=webinar_id,
            now=now,
            reminder=kind.value,
            on=is_on,
        )


async def try_reminder(*, webinar_id: int, kind: ReminderKind, actor: Actor, now: datetime) -> None:
    """Have this mail sent to whoever asks, as it is kept. Asked for twice in a minute, it comes once."""
    async with db.transaction():
        if await db.fetch_value("SELECT id FROM webinar WHERE id = $1", webinar_id) is None:
            raise NotFound("There is no such webinar.")
        key = f"webinar-trial-{webinar_id}-{kind.value}-{actor.account_id}-{now:%Y%m%d%H%M}"
        await enqueue(
            "webinars.try_reminder", webinar_id=webinar_id, kind=kind.value, email=actor.email, name=actor.name, key=key
        )
