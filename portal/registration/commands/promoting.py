"""Promo codes, one by one, as staff set them up by hand."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.registration.commands.locking import lock_event
from portal.registration.permissions import require_staff
from portal.registration.queries import setup as queries
from portal.registration.rules.codes import faults
from portal.registration.values.setup import CodeFacts, CodeSetup

MOST_CODES = 500
_ADD = """
INSERT INTO promo_code (event, code, label, percent_off, amount_off, max_uses, used, valid_from, valid_until, limits_types)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9) RETURNING id
"""
_CHANGE = """
UPDATE promo_code SET code = $2, label = $3, percent_off = $4, amount_off = $5, max_uses = $6, valid_from = $7,
    valid_until = $8, limits_types = $9
WHERE id = $1 RETURNING id
"""
_SAME = "SELECT EXISTS (SELECT FROM promo_code WHERE event = $1 AND code = $2 AND id IS DISTINCT FROM $3)"
_TICKETS = "INSERT INTO promo_code_ticket (promo_code, ticket_type) SELECT $1, unnest($2::bigint[])"


async def save_code(
    *, actor: Actor, event_id: int, facts: CodeFacts, now: datetime, code_id: int | None = None, seen: str = ""
) -> int:
    """Add a code, or change one that the editor saw as `seen` (`overtaking.mark` of its facts); gives its id.

    Orders that hold it keep what it gave them. Raises Invalid by field, Conflict when somebody else was faster.
    """
    require_staff(actor)
    async with db.transaction():
        # First of all, as whoever sells does; then the code, as whoever redeems it does.
        await lock_event(event_id)
        stored = None if code_id is None else await _locked(event_id, code_id)
        if stored is not None:
            not_overtaken(seen, stored.facts)
        await _check(event_id, facts, stored)
        columns = (
            facts.code, facts.label, facts.percent_off, facts.amount_off, facts.max_uses, facts.valid_from,
            facts.valid_until, bool(facts.tickets),
        )  # fmt: skip
        saved = int(await db.fetch_value(_ADD if stored is None else _CHANGE, code_id or event_id, *columns))
        await db.execute("DELETE FROM promo_code_ticket WHERE promo_code = $1", saved)
        await db.execute(_TICKETS, saved, list(facts.tickets))
        await audit.record(actor=actor.label, verb="save code", kind="event", key=event_id, now=now, code=saved)
    return saved


async def end_code(*, actor: Actor, event_id: int, code_id: int, now: datetime) -> str:
    """Let nobody use a code from now on; orders that hold it keep it. Ended twice, the first time counts. The code."""
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        code = (await _locked(event_id, code_id)).facts
        if code.valid_until is None or code.valid_until > now:
            begins = None if code.valid_from is not None and code.valid_from >= now else code.valid_from
            await db.execute(
                "UPDATE promo_code SET valid_from = $2, valid_until = $3 WHERE id = $1", code_id, begins, now
            )
            await audit.record(actor=actor.label, verb="end code", kind="event", key=event_id, now=now, code=code_id)
    return code.code


async def _locked(event_id: int, code_id: int) -> CodeSetup:
    await db.execute("SELECT 1 FROM promo_code WHERE id = $1 AND event = $2 FOR UPDATE", code_id, event_id)
    found = await queries.code(event_id, code_id)
    if found is None:
        raise NotFound("There is no such code.")
    return found


async def _check(event_id: int, facts: CodeFacts, stored: CodeSetup | None) -> None:
    tickets = await queries.tickets(event_id)
    currency = tickets[0].currency if tickets else ""
    if wrong := faults(facts, used=stored.used if stored else 0, currency=currency, tickets=tickets):
        raise Invalid(wrong)
    if await db.fetch_value(_SAME, event_id, facts.code, stored.id if stored else None):
        raise Invalid({"code": "This event has a code of this name already."})
    if stored is not None and stored.used and stored.facts.code != facts.code:
        raise Invalid({"code": "Orders have this code under its name. Please end it, and make another one."})
    count = await db.fetch_value("SELECT count(*) FROM promo_code WHERE event = $1", event_id)
    if stored is None and count >= MOST_CODES:
        raise Invalid({"code": f"An event has {MOST_CODES} codes at most."})
