"""Moving rooms through their states. Whoever notices first does it: an open page's hub, the worker, a host."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import NotFound
from portal.webinars.announcing import touch_all
from portal.webinars.commands.ending import come_to_an_end
from portal.webinars.queries.rooms import PLAN, plan_of
from portal.webinars.rules.states import OPEN_STATES, HostAction, Plan, acted, next_due, settled

_DUE = f"{PLAN} WHERE w.due_at <= $1 ORDER BY w.id LIMIT 200 FOR UPDATE OF w SKIP LOCKED"
_ONE = f"{PLAN} WHERE w.id = $1 FOR UPDATE OF w"
_SAVE = """
UPDATE webinar SET state = $2::varchar, state_since = CASE WHEN state = $2::varchar THEN state_since ELSE $3 END,
    due_state = $4, due_at = $5, planned_start = $6, live_at = $7, ended_at = $8, ends_itself = $9, replay = $10,
    paused = CASE WHEN ended_at < $3 AND $2::varchar = 'live' THEN paused + tstzmultirange(tstzrange(ended_at, $3))
        ELSE paused END
WHERE id = $1
"""


async def move_due(*, now: datetime) -> int:
    """Take every step that the clock asks for, in all rooms. Returns how many rooms were looked at."""
    async with db.transaction():
        rows = await db.fetch(_DUE, now)
        for row in rows:
            await _save(row, settled(plan_of(row), now), now)
    return len(rows)


async def replan(*, webinar_id: int, now: datetime) -> None:
    """After a change of settings or recording: the state that fits, and what is due next. Joins the transaction."""
    async with db.transaction():
        row = await _locked(webinar_id)
        await _save(row, settled(plan_of(row), now), now)


async def press(*, webinar_id: int, action: HostAction, actor: Actor, now: datetime) -> None:
    """A host's button. Raises Conflict where it does not fit the room's state any more, NotFound without a room."""
    async with db.transaction():
        row = await _locked(webinar_id)
        before = settled(plan_of(row), now)
        after = acted(before, action, now)
        await _save(row, after, now)
        await audit.record(
            actor=actor.label, verb=action.value, kind="webinar", key=webinar_id, now=now, was=before.state.value,
            state=after.state.value,
        )  # fmt: skip


async def _locked(webinar_id: int) -> Any:
    row = await db.fetch_one(_ONE, webinar_id)
    if row is None:
        raise NotFound("There is no such webinar.")
    return row


async def _save(row: Any, plan: Plan, now: datetime) -> None:
    due = next_due(plan)
    await db.execute(
        _SAVE, row["id"], plan.state.value, now, due.state.value if due else "", due.at if due else None,
        plan.planned_start, plan.live_at, plan.ended_at, plan.ends_itself, plan.replay.value,
    )  # fmt: skip
    if row["state"] in OPEN_STATES and plan.state not in OPEN_STATES:
        await come_to_an_end(webinar_id=row["id"], now=now)
    await touch_all(row["id"])
