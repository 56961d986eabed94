"""What an event asks of everybody who registers, and by which rules."""

from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.registration.commands.locking import lock_event
from portal.registration.permissions import require_staff
from portal.registration.tables import QuestionKind
from portal.registration.values.setup import QuestionFacts, Rules

MOST_QUESTIONS = 20
OVERTAKEN = (
    "Somebody else changed this while you were editing it. What you typed is still here; save again to replace theirs."
)


async def set_rules(*, actor: Actor, event_id: int, rules: Rules, now: datetime) -> None:
    """Make these the rules; `rules.version` is that of the rules the editor looked at. Raises Conflict when others changed
    them since.
    """
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        known = await db.fetch_value("SELECT xmin::text FROM registration_rule WHERE event = $1", event_id)
        if (known or "") != rules.version:
            raise Conflict(OVERTAKEN)
        await db.execute(
            "INSERT INTO registration_rule (event, company_mail_only, approval, recording_choice, on_demand_until) "
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (event) DO UPDATE SET company_mail_only = excluded.company_mail_only, "
            "approval = excluded.approval, recording_choice = excluded.recording_choice, "
            "on_demand_until = excluded.on_demand_until",
            event_id, rules.company_mail_only, rules.approval, rules.recording_choice, rules.on_demand_until,
        )  # fmt: skip
        await audit.record(
            actor=actor.label, verb="set rules", kind="event", key=event_id, now=now,
            **{name: getattr(rules, name) for name in ("company_mail_only", "approval", "recording_choice")},
        )  # fmt: skip


async def save_question(
    *,
    actor: Actor,
    event_id: int,
    facts: QuestionFacts,
    now: datetime,
    question_id: int | None = None,
    version: str = "",
) -> int:
    """Add a question, or change one; gives its id, which is new where answers to the old one would be answers to another.

    Raises Conflict when somebody else changed it since `version`, Invalid beyond `MOST_QUESTIONS`.
    """
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        before = None
        if question_id is not None:
            before = await _asked(event_id, question_id)
            if before["version"] != version:
                raise Conflict(OVERTAKEN)
        elif await _count(event_id) >= MOST_QUESTIONS:
            raise Invalid({"label": f"An event asks {MOST_QUESTIONS} questions at most."})
        if before is not None and not await _means_something_else(before, facts):
            await db.execute(_CHANGE, before["id"], *_columns(facts))
            saved = int(before["id"])
        else:
            if before is not None:
                await db.execute("UPDATE registration_question SET withdrawn_at = $2 WHERE id = $1", before["id"], now)
            position = None if before is None else before["position"]
            saved = int(await db.fetch_value(_ADD, event_id, position, *_columns(facts)))
        await audit.record(actor=actor.label, verb="save question", kind="event", key=event_id, now=now, question=saved)
    return saved


async def withdraw_question(*, actor: Actor, event_id: int, question_id: int, now: datetime) -> None:
    """Ask it no more. What was answered is kept. Withdrawing twice changes nothing."""
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        gone = await db.fetch_value(
            "UPDATE registration_question SET withdrawn_at = $3 WHERE id = $1 AND event = $2 AND withdrawn_at IS NULL "
            "RETURNING id",
            question_id, event_id, now,
        )  # fmt: skip
        if gone is not None:
            await audit.record(
                actor=actor.label, verb="withdraw question", kind="event", key=event_id, now=now, question=question_id
            )


async def move_question(*, actor: Actor, event_id: int, question_id: int, up: bool) -> None:
    """Change places with the question before or after."""
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        rows = await db.fetch(
            "SELECT id FROM registration_question WHERE event = $1 AND withdrawn_at IS NULL ORDER BY position, id",
            event_id,
        )
        order = [row["id"] for row in rows]
        if question_id not in order:
            raise NotFound("There is no such question.")
        at = order.index(question_id)
        to = max(0, min(len(order) - 1, at - 1 if up else at + 1))
        order[at], order[to] = order[to], order[at]
        await db.execute(
            "UPDATE registration_question q SET position = x.position FROM unnest($1::bigint[]) WITH ORDINALITY "
            "AS x (id, position) WHERE q.id = x.id",
            order,
        )


_ADD = """
INSERT INTO registration_question (event, position, kind, label, help, options, required)
VALUES ($1, coalesce($2, (SELECT coalesce(max(position), 0) + 1 FROM registration_question WHERE event = $1)),
    $3, $4, $5, $6::jsonb, $7) RETURNING id
"""
_CHANGE = """
UPDATE registration_question SET kind = $2, label = $3, help = $4, options = $5::jsonb, required = $6 WHERE id = $1
"""


def _columns(facts: QuestionFacts) -> tuple[Any, ...]:
    options = msgspec.json.encode(facts.options).decode()
    return facts.kind.value, facts.label, facts.help, options, facts.required


async def _asked(event_id: int, question_id: int) -> Any:
    row = await db.fetch_one(
        "SELECT id, xmin::text AS version, position, kind, label, help FROM registration_question "
        "WHERE id = $1 AND event = $2 AND withdrawn_at IS NULL",
        question_id, event_id,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such question (any more).")
    return row


async def _count(event_id: int) -> int:
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM registration_question WHERE event = $1 AND withdrawn_at IS NULL", event_id
        )
    )


async def _means_something_else(before: Any, facts: QuestionFacts) -> bool:
    """Whether answers that are there would answer, or agree to, what was not asked."""
    agreed = before["kind"] == QuestionKind.AGREEMENT and (before["label"], before["help"]) != (facts.label, facts.help)
    if before["kind"] == facts.kind and not agreed:
        return False
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM seat_answer WHERE question = $1)", before["id"]))
