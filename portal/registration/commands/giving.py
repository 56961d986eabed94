"""Places that somebody has to give: for nothing, confirmed at once, in one person’s name, as ordinary as any other.

Whose they are to give, and how many, is for packages above to say; who is told of a new one, too. Each place is an order of its
own, looked after by whoever has it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from portal.core import audit, db
from portal.core.errors import Conflict
from portal.core.jobs import enqueue
from portal.core.tokens import readable, secret
from portal.notifications.commands.addresses import forget_refusals
from portal.registration.commands.answering import keep_answers
from portal.registration.commands.holding import require_on, take_places
from portal.registration.commands.lapsing import offer_freed
from portal.registration.commands.locking import lock_event, locked_order
from portal.registration.commands.ordering import Attendee
from portal.registration.queries import tickets as queries
from portal.registration.values.orders import OrderVerb

# Like the event's first ordinary ticket (its price, tax and numbers of places), or for nothing and without a limit of its own.
_HIDDEN = """
WITH ordinary AS (
    SELECT id, price, currency, tax_rate FROM ticket_type WHERE event = $1 AND active AND NOT by_code_only AND NOT extra
    ORDER BY position, id LIMIT 1
), made AS (
    INSERT INTO ticket_type (event, position, name, description, price, currency, tax_rate, min_per_order, max_per_order,
        by_code_only, extra, active)
    SELECT $1, (SELECT coalesce(max(position), 0) + 1 FROM ticket_type WHERE event = $1), $2, $3,
        CASE WHEN $5 THEN o.price ELSE 0 END, coalesce(o.currency, $4), coalesce(o.tax_rate, 0), 1, 1, true, false, true
    FROM (SELECT) one LEFT JOIN ordinary o ON true WHERE o.id IS NOT NULL OR NOT $5 RETURNING id
), drawn AS (
    INSERT INTO ticket_quota (ticket_type, quota) SELECT made.id, d.quota FROM made, ticket_quota d
    WHERE $5 AND d.ticket_type = (SELECT id FROM ordinary)
)
SELECT id FROM made
"""


async def hidden_ticket(
    *, event_id: int, name: str, description: str, currency: str, as_ordinary: bool, now: datetime
) -> int:
    """Add a ticket that only a code or a command gives out, one to an order; its id. Staff may give it a number of places.

    `as_ordinary` takes price and places from the event’s first ordinary ticket; raises Conflict where there is none.
    """
    async with db.transaction():
        await lock_event(event_id)
        made = await db.fetch_value(_HIDDEN, event_id, name, description, currency, as_ordinary)
        if made is None:
            raise Conflict("The event sells no tickets yet, so there are none to give out by code.")
        await audit.record(actor="portal", verb="save ticket", kind="event", key=event_id, now=now, ticket=made)
    return int(made)


_CONFIRM = """
WITH o AS (UPDATE seat_order SET state = 'confirmed', confirmed_at = $2, holds_until = NULL WHERE id = $1)
UPDATE seat SET state = 'confirmed', first_name = $3, last_name = $4, email = $5, job_title = $6, company = $7, named_at = $2
WHERE seat_order = $1 RETURNING id
"""


async def give_place(
    *, event_id: int, ticket_id: int, person: Attendee, company: str, source: str, now: datetime
) -> int:
    """Give somebody a place of this ticket; the seat’s id. Nobody is told: that is the caller’s, in the same transaction.

    Raises Conflict when the event is off or over, or the ticket’s places are taken.
    """
    async with db.transaction():
        ticket = next((one for one in await queries.tickets(event_id, now=now) if one.id == ticket_id), None)
        name = f"{person.first_name} {person.last_name}".strip()
        held = None if ticket is None else await take_places(
            event_id=event_id, tickets=[ticket], prices=[0], now=now, until=now, email=person.email, name=name,
            source=source,
        )  # fmt: skip
        if held is None:
            await require_on(event_id, now)
            raise Conflict("The event has no place left for this ticket. Please ask its organiser.")
        await forget_refusals(person.email)
        seat = await db.fetch_value(
            _CONFIRM, held.order_id, now, person.first_name, person.last_name, person.email, person.job_title, company
        )
    return int(seat)


_SEAT = """
SELECT s.id, s.ticket_type, s.state, s.first_name, s.last_name, s.email, s.code, s.checked_in_at, e.ends_at, o.number
FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event WHERE s.id = $1
"""
_RENAME = """
WITH o AS (
    UPDATE seat_order SET email = $3, contact_name = trim($4 || ' ' || $5), secret = CASE WHEN $9 THEN $10 ELSE secret END,
        account = CASE WHEN $9 THEN NULL ELSE account END
    WHERE id = (SELECT seat_order FROM seat WHERE id = $1))
UPDATE seat SET email = $3, first_name = $4, last_name = $5, job_title = $6, company = $7, named_at = $2,
    claim_secret = CASE WHEN $9 THEN $8 ELSE claim_secret END, code = CASE WHEN $9 THEN $11 ELSE code END
WHERE id = $1
"""


async def pass_on_place(*, seat_id: int, person: Attendee, company: str, now: datetime) -> bool:
    """Put another name on a given place; True when it went to another person. Then its ticket and addresses are new, what was
    answered goes, and the one before is told. Raises Conflict when it is given up, or somebody came with it.
    """
    async with _given(seat_id, now) as before:
        passed_on: bool = before["email"] != person.email
        if passed_on and before["checked_in_at"] is not None:
            raise Conflict("Somebody came with this place already; it stays in their name.")
        await db.execute(
            _RENAME, seat_id, now, person.email, person.first_name, person.last_name, person.job_title, company, secret(),
            passed_on, secret(), readable(10),
        )  # fmt: skip
        if passed_on:
            await keep_answers({seat_id: {}})
            await _tell_gone(before)
        await _note(before, OrderVerb.HAND_ON if passed_on else OrderVerb.NAME, now)
        await forget_refusals(person.email)
    return passed_on


async def take_place_back(*, seat_id: int, reason: str, now: datetime) -> None:
    """End a given place; whoever had it is told. Raises Conflict when it is given up, or somebody came with it."""
    async with _given(seat_id, now) as before:
        if before["checked_in_at"] is not None:
            raise Conflict("Somebody came with this place already.")
        await db.execute(
            "WITH o AS (UPDATE seat_order SET state = 'cancelled', ended_at = $2, end_reason = $3 "
            "WHERE id = (SELECT seat_order FROM seat WHERE id = $1)) UPDATE seat SET state = 'cancelled' WHERE id = $1",
            seat_id, now, reason,
        )  # fmt: skip
        await offer_freed([before["ticket_type"]])
        await _tell_gone(before)
        await _note(before, OrderVerb.CANCEL, now)


@asynccontextmanager
async def _given(seat_id: int, now: datetime) -> AsyncIterator[Any]:
    """A transaction that holds the place’s order."""
    order_id = await db.fetch_value("SELECT seat_order FROM seat WHERE id = $1", seat_id)
    async with locked_order(int(order_id or 0)) as order:
        row = await db.fetch_one(_SEAT, seat_id)
        if row is None or row["state"] != "confirmed":
            raise Conflict("This place was given up meanwhile.")
        if not order["is_on"]:
            raise Conflict("The event was called off.")
        if row["ends_at"] <= now:
            raise Conflict("The event is over.")
        yield row


async def _tell_gone(before: Any) -> None:
    name = f"{before['first_name']} {before['last_name']}".strip()
    if before["email"]:
        await enqueue(
            "registration.tell_seat_gone", seat=before["id"], address=before["email"], name=name, code=before["code"]
        )


async def _note(before: Any, verb: OrderVerb, now: datetime) -> None:
    number = before["number"]
    await audit.record(actor=f"order {number}", verb=verb.value, kind="order", key=number, now=now, seat=1)
