"""How registration for an event is set up, for staff."""

from typing import Any

import msgspec

from portal.core import db
from portal.registration.values.setup import (
    CodeFacts,
    CodeSetup,
    QuestionSetup,
    QuotaSetup,
    Rules,
    StaffEvent,
    TicketSetup,
)

_EVENT = """
SELECT id, slug, title, state, format, timezone, starts_at, ends_at, all_day FROM event WHERE id = $1 AND kind = 'own'
"""
_RULES = """
SELECT xmin::text AS version, company_mail_only, approval, recording_choice, on_demand_until FROM registration_rule
WHERE event = $1
"""
_QUESTIONS = """
SELECT q.id, q.xmin::text AS version, q.kind, q.label, q.help, q.options, q.required, q.withdrawn_at,
    (SELECT count(*) FROM seat_answer a WHERE a.question = q.id) AS answered
FROM registration_question q WHERE q.event = $1 ORDER BY q.withdrawn_at IS NOT NULL, q.position, q.id LIMIT 200
"""
_QUOTAS = "SELECT id, name, capacity, taken FROM quota WHERE event = $1 ORDER BY id LIMIT 200"
_TICKETS = """
SELECT t.id, t.xmin::text AS version, t.name, t.description, t.price, t.regular_price, t.currency, t.tax_rate,
    t.sale_opens_at, t.sale_closes_at, t.min_per_order, t.max_per_order, t.by_code_only, t.extra, t.active,
    array(SELECT d.quota FROM ticket_quota d WHERE d.ticket_type = t.id ORDER BY d.quota) AS quotas,
    (SELECT count(*) FROM seat s WHERE s.ticket_type = t.id AND s.state IN ('held', 'confirmed')) AS taken
FROM ticket_type t WHERE t.event = $1 ORDER BY NOT t.active, t.position, t.id LIMIT 200
"""
_CODES = """
SELECT c.id, c.used, c.code, c.label, c.percent_off, c.amount_off, c.max_uses, c.valid_from, c.valid_until,
    array(SELECT t.ticket_type FROM promo_code_ticket t WHERE t.promo_code = c.id ORDER BY t.ticket_type) AS tickets
FROM promo_code c WHERE c.event = $1
"""


async def staff_event(event_id: int) -> StaffEvent | None:
    """An own event in whatever state; None for those that sell their tickets elsewhere."""
    row = await db.fetch_one(_EVENT, event_id)
    return None if row is None else msgspec.convert(dict(row), StaffEvent)


async def rules(event_id: int) -> Rules:
    row = await db.fetch_one(_RULES, event_id)
    return Rules() if row is None else msgspec.convert(dict(row), Rules)


async def questions(event_id: int) -> list[QuestionSetup]:
    """Those asked in their order, then those withdrawn."""
    return [
        msgspec.convert({**dict(row), "options": msgspec.json.decode(row["options"])}, QuestionSetup)
        for row in await db.fetch(_QUESTIONS, event_id)
    ]


async def tickets(event_id: int) -> list[TicketSetup]:
    """Those on sale in their order, then those taken off."""
    return [msgspec.convert(dict(row), TicketSetup) for row in await db.fetch(_TICKETS, event_id)]


async def quotas(event_id: int) -> list[QuotaSetup]:
    return [msgspec.convert(dict(row), QuotaSetup) for row in await db.fetch(_QUOTAS, event_id)]


async def around_tickets(event_id: int) -> tuple[list[QuotaSetup], list[QuestionSetup], Rules]:
    """The numbers of places, the questions and the rules, in one statement."""
    found = await db.fetch_together(event_id, quotas=_QUOTAS, questions=_QUESTIONS, rules=_RULES)
    return (
        msgspec.convert(found["quotas"], list[QuotaSetup]), msgspec.convert(found["questions"], list[QuestionSetup]),
        msgspec.convert(found["rules"][0] if found["rules"] else {}, Rules),
    )  # fmt: skip


async def codes(event_id: int) -> list[CodeSetup]:
    """The newest first."""
    return [_code(row) for row in await db.fetch(f"{_CODES} ORDER BY c.id DESC LIMIT 500", event_id)]


async def code(event_id: int, code_id: int) -> CodeSetup | None:
    row = await db.fetch_one(f"{_CODES} AND c.id = $2", event_id, code_id)
    return None if row is None else _code(row)


def _code(row: Any) -> CodeSetup:
    facts = {name: row[name] for name in CodeFacts.__struct_fields__ if name != "tickets"}
    return CodeSetup(id=row["id"], used=row["used"], facts=CodeFacts(**facts, tickets=tuple(row["tickets"])))
