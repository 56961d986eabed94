"""Who is in a session of the draft, in which order, as what."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, NotFound
from portal.programme.commands.locking import Locked, begun, touch
from portal.programme.commands.sessions import held
from portal.programme.tables import SessionRole
from portal.speakers.commands import save_speaker
from portal.speakers.values import SpeakerFacts

_ADD = """
INSERT INTO session_speaker (session, speaker, role, position)
SELECT $1, p.id, $3, (SELECT coalesce(max(position), -1) + 1 FROM session_speaker WHERE session = $1)
FROM speaker p WHERE p.id = $2 ON CONFLICT (session, speaker) DO NOTHING RETURNING id
"""
_APPEARS = """
INSERT INTO appearance (event, speaker, source_key, source_name, note)
SELECT $1, id, '', name, '' FROM speaker WHERE id = $2 ON CONFLICT (event, speaker) DO NOTHING
"""
_SHIFT = """
WITH numbered AS (
    SELECT id, speaker, row_number() OVER (ORDER BY position, id) AS n FROM session_speaker WHERE session = $1),
    me AS (SELECT n FROM numbered WHERE speaker = $2),
    other AS (SELECT id, n FROM numbered WHERE n = (SELECT n FROM me) + $3)
UPDATE session_speaker t SET position = CASE WHEN t.speaker = $2 THEN o.n WHEN t.id = o.id THEN (SELECT n FROM me) ELSE x.n END
FROM numbered x, other o WHERE t.id = x.id
"""


async def seat(
    *, actor: Actor, event_id: int, session_id: int, speaker_id: int, role: SessionRole, now: datetime
) -> None:
    """Put somebody into a session, behind the others; at the event they appear from now on. Raises Conflict where they are
    in it, NotFound for nobody.
    """
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        await held(event_id, session_id, None)
        if await db.fetch_value(_ADD, session_id, speaker_id, role.value) is None:
            if await db.fetch_value("SELECT id FROM speaker WHERE id = $1", speaker_id) is None:
                raise NotFound("There is no such speaker.")
            raise Conflict("This person is in the session already.")
        await db.execute(_APPEARS, event_id, speaker_id)
        await _done(programme, actor, "speaker added", session_id, now, speaker_id)


async def seat_new(
    *, actor: Actor, event_id: int, session_id: int, facts: SpeakerFacts, role: SessionRole, now: datetime
) -> None:
    """Make a person and put them into a session. Raises Invalid by field."""
    async with db.transaction():
        made = await save_speaker(actor=actor, facts=facts, now=now)
        await seat(actor=actor, event_id=event_id, session_id=session_id, speaker_id=made, role=role, now=now)


async def set_role(
    *, actor: Actor, event_id: int, session_id: int, speaker_id: int, role: SessionRole, now: datetime
) -> None:
    """Say what somebody does in a session."""
    await _write(
        "UPDATE session_speaker SET role = $3 WHERE session = $1 AND speaker = $2 AND role <> $3", role.value,
        actor=actor, event_id=event_id, session_id=session_id, speaker_id=speaker_id, verb="role given", now=now,
    )  # fmt: skip


async def shift_speaker(
    *, actor: Actor, event_id: int, session_id: int, speaker_id: int, up: bool, now: datetime
) -> None:
    """Let somebody change places with the one before or behind."""
    await _write(
        _SHIFT, -1 if up else 1,
        actor=actor, event_id=event_id, session_id=session_id, speaker_id=speaker_id, verb="speakers ordered", now=now,
    )  # fmt: skip


async def unseat(*, actor: Actor, event_id: int, session_id: int, speaker_id: int, now: datetime) -> None:
    """Take somebody out of a session; at the event they appear still."""
    await _write(
        "DELETE FROM session_speaker WHERE session = $1 AND speaker = $2",
        actor=actor, event_id=event_id, session_id=session_id, speaker_id=speaker_id, verb="speaker removed", now=now,
    )  # fmt: skip


async def _write(
    sql: str, *more: object, actor: Actor, event_id: int, session_id: int, speaker_id: int, verb: str, now: datetime
) -> None:
    async with db.transaction():
        programme = await begun(actor, event_id, now=now)
        await held(event_id, session_id, None)
        if db.affected(await db.execute(sql, session_id, speaker_id, *more)):
            await _done(programme, actor, verb, session_id, now, speaker_id)


async def _done(programme: Locked, actor: Actor, verb: str, session_id: int, now: datetime, speaker_id: int) -> None:
    """Who is in it is no part of the session’s own form: its version stays, so that an open one can be saved."""
    await touch(programme)
    await audit.record(actor=actor.label, verb=verb, kind="session", key=session_id, now=now, speaker=speaker_id)
