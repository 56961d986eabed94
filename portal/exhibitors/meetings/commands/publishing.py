"""When people can be met, and the tables of a company."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db, times
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.commands.placing import hand_on
from portal.exhibitors.meetings.commands.turns import NOT_YOURS, companys_turn
from portal.exhibitors.meetings.permissions import can_act_for
from portal.exhibitors.meetings.values import Span
from portal.exhibitors.permissions import can_apply
from portal.exhibitors.values import AtEvent

ENSURE_AREA = """
INSERT INTO meeting_area (event, name, place, answer_hours, planned_start, event_version)
SELECT id, 'Meeting area', '', 48, starts_at, version FROM event WHERE id = $1 ON CONFLICT (event) DO NOTHING
"""
_HOST = """
INSERT INTO exhibitor_host (exhibitor, account, slot_minutes, pause_minutes, about) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (exhibitor, account) DO UPDATE SET slot_minutes = $3, pause_minutes = $4, about = $5 RETURNING id
"""
_MEMBER = """
SELECT 1 FROM membership m JOIN company c ON c.organisation = m.organisation WHERE c.id = $1 AND m.account = $2
"""
_SPANS = """
INSERT INTO meeting_availability (host, starts_at, ends_at) SELECT $1, * FROM unnest($2::timestamptz[], $3::timestamptz[])
"""
# Until somebody says otherwise, a company meets at its booth.
_FIRST_TABLE = """
INSERT INTO meeting_table (event, exhibitor, name, place, active)
SELECT $1, $2, 'At our booth', '', true WHERE NOT EXISTS (SELECT FROM meeting_table WHERE exhibitor = $2)
"""


async def publish_times(
    *,
    actor: Actor,
    exhibitor_id: int,
    account_id: int,
    boxes: Sequence[datetime],
    slot_minutes: int,
    pause_minutes: int,
    about: str = "",
    now: datetime,
) -> int:
    """Say when somebody can be met, all over again: `boxes` are half hours of the event. Meetings that stand stay.

    Returns how many slots that makes. Raises Forbidden for a colleague's times, Invalid for lengths and boxes that are none.
    """
    async with companys_turn(actor, exhibitor_id) as here:
        if not can_act_for(actor, here, account_id):
            raise Forbidden(NOT_YOURS)
        if await db.fetch_value(_MEMBER, here.company_id, account_id) is None:
            raise NotFound("There is nobody of that number in your company.")
        if slot_minutes not in rules.LENGTHS or pause_minutes not in rules.PAUSES:
            raise Invalid({"slot_minutes": "Please choose one of the offered lengths."})
        spans = rules.ticked_spans(boxes, Span(here.starts_at, here.ends_at), times.zone(here.timezone))
        await db.execute(ENSURE_AREA, here.event_id)
        host = await db.fetch_value(_HOST, here.id, account_id, slot_minutes, pause_minutes, about)
        await db.execute("DELETE FROM meeting_availability WHERE host = $1", host)
        await db.execute(_SPANS, host, [one.starts_at for one in spans], [one.ends_at for one in spans])
        await db.execute(_FIRST_TABLE, here.event_id, here.id)
        await _note(actor, here, "publish meeting times", now, host=account_id, spans=len(spans))
    return int(host)


async def add_table(*, actor: Actor, exhibitor_id: int, name: str, place: str, now: datetime) -> int:
    """A table of the company; its id. Raises Invalid for a name it has already."""
    async with companys_turn(actor, exhibitor_id) as here:
        _only_editors(actor, here)
        made = await db.fetch_value(
            "INSERT INTO meeting_table (event, exhibitor, name, place, active) VALUES ($1, $2, $3, $4, true) "
            "ON CONFLICT DO NOTHING RETURNING id",
            here.event_id, here.id, name, place,
        )  # fmt: skip
        if made is None:
            raise Invalid({"name": "You have a table of this name."})
        await _note(actor, here, "add meeting table", now, table=made)
    return int(made)


async def drop_table(*, actor: Actor, exhibitor_id: int, table_id: int, now: datetime) -> tuple[int, int]:
    """Use a table no more. Meetings that are to be there go to another free one. Returns how many moved and how many stay."""
    async with companys_turn(actor, exhibitor_id) as here:
        _only_editors(actor, here)
        done = await db.fetch_value(
            "UPDATE meeting_table SET active = false WHERE id = $1 AND exhibitor = $2 AND active RETURNING id",
            table_id, here.id,
        )  # fmt: skip
        if done is None:
            raise NotFound("There is no such table.")
        moved, stay = await hand_on(table_id, now)
        await _note(actor, here, "drop meeting table", now, table=table_id, moved=moved)
    return moved, stay


def _only_editors(actor: Actor, here: AtEvent) -> None:
    if not can_apply(actor, here.organisation_id):
        raise Forbidden("Owners and editors of the company set its tables up.")


async def _note(actor: Actor, here: AtEvent, verb: str, now: datetime, **facts: int) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=here.id, now=now, **facts)
