"""The waiting list: first come, first offered; an offer is a held order that runs out by itself."""

from datetime import datetime, timedelta

import structlog

from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.tokens import secret
from portal.registration.commands.holding import require_on, take_places
from portal.registration.commands.lapsing import end_hold, end_request, offer_freed
from portal.registration.queries import tickets as queries
from portal.registration.queries.waiting import STANDING, those_waiting
from portal.registration.rules import selling
from portal.registration.rules.addresses import company_fault
from portal.registration.values.orders import CALLED_OFF
from portal.registration.values.tickets import Party, Ticket

OFFER_LASTS = timedelta(hours=24)
_MOST_AT_ONCE = 50
_log = structlog.get_logger("waiting")


async def join_waiting_list(
    *, event_id: int, ticket_type: int, email: str, name: str, party_size: int, now: datetime
) -> None:
    """Stand in line for a ticket type that is full; the way to the place goes out by mail.

    Whoever stands there already keeps the place and gets that mail once more. Raises Invalid for a ticket or a party that
    cannot be waited for, or an address the event does not take, Conflict for an event that is not on.
    """
    async with db.transaction():
        await db.execute(f"{_REOPEN} AND w.ticket_type = $1 AND w.email = $2", ticket_type, email)
        # Until commit nobody calls it off and closes the line without this party.
        await db.execute("SELECT FROM event WHERE id = $1 FOR SHARE", event_id)
        await require_on(event_id, now)
        await db.execute("SELECT FROM ticket_type WHERE id = $1 FOR UPDATE", ticket_type)
        offered = selling.visible(await queries.tickets(event_id, now=now), None)
        ticket = next((ticket for ticket in offered if ticket.id == ticket_type), None)
        if refusal := selling.waiting_refusal(ticket, party_size, now):
            raise Invalid(refusal)
        if (why := company_fault(email)) and await _company_mail_only(event_id):
            raise Invalid({"email": why})
        known = await db.fetch_value(
            f"SELECT w.id FROM waiting_entry w WHERE w.ticket_type = $1 AND w.email = $2 AND {STANDING}",
            ticket_type, email,
        )  # fmt: skip
        entry = known or await db.fetch_value(
            "INSERT INTO waiting_entry (secret, ticket_type, email, name, party_size, joined_at, left_reason) "
            "VALUES ($1, $2, $3, $4, $5, $6, '') RETURNING id",
            secret(), ticket_type, email, name, party_size, now,
        )  # fmt: skip
        await enqueue("registration.tell_waiting_joined", entry=entry, again=f"{now:%Y%m%d}" if known else "")
        await enqueue("registration.offer_places", event=event_id)


async def _company_mail_only(event_id: int) -> bool:
    return bool(await db.fetch_value("SELECT company_mail_only FROM registration_rule WHERE event = $1", event_id))


async def leave_waiting_list(*, place_secret: str, now: datetime) -> None:
    """Step out of line; places held by an offer go to whoever is next. Raises Conflict when the party has left."""
    async with db.transaction():
        left = await db.fetch_one(
            "UPDATE waiting_entry SET left_at = $2, left_reason = 'by choice' WHERE secret = $1 AND left_at IS NULL "
            "RETURNING offered_order, ticket_type",
            place_secret, now,
        )  # fmt: skip
        if left is None:
            raise Conflict("You are no longer on this waiting list.")
        if left["offered_order"] is not None:
            await end_hold(order_id=left["offered_order"], reason="given back", now=now)
            await end_request(order_id=left["offered_order"], reason="the request was taken back", now=now)
        await offer_freed([left["ticket_type"]])


async def follow_event(*, event_id: int, now: datetime) -> list[int]:
    """Something about the event has changed; gives the entries of those in line or with an offer, who should hear of it.

    When it was called off, nobody waits any more. When it is on again, everybody stands where they stood.
    """
    async with db.transaction():
        await db.execute(_LOCK, event_id)
        # Read under its lock, so that the line is closed and opened in the order in which the event was.
        is_on = await db.fetch_value(
            "SELECT state IN ('published', 'moved') FROM event WHERE id = $1 FOR SHARE", event_id
        )
        if is_on and await db.fetch(f"{_REOPEN} AND t.event = $1 RETURNING w.id", event_id):
            await enqueue("registration.offer_places", event=event_id)
        told = await those_waiting(event_id)
        if not is_on:
            await db.execute(_CLOSE, event_id, now)
    return told


_LOCK = f"""
SELECT FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type
WHERE t.event = $1 AND (w.left_at IS NULL OR w.left_reason = '{CALLED_OFF}') ORDER BY w.id FOR UPDATE OF w
"""
_CLOSE = f"""
UPDATE waiting_entry w SET left_at = $2, left_reason = '{CALLED_OFF}' FROM ticket_type t
WHERE t.id = w.ticket_type AND t.event = $1 AND {STANDING}
"""
# An offer that ended with the event is as if it had not been made.
_REOPEN = f"""
UPDATE waiting_entry w SET left_at = NULL, left_reason = '',
    offered_at = CASE WHEN o.state IN ('requested', 'paying', 'confirmed') THEN w.offered_at END,
    offered_order = CASE WHEN o.state IN ('requested', 'paying', 'confirmed') THEN w.offered_order END
FROM waiting_entry x JOIN ticket_type t ON t.id = x.ticket_type LEFT JOIN seat_order o ON o.id = x.offered_order
WHERE x.id = w.id AND w.left_reason = '{CALLED_OFF}'
"""


async def offer_places(*, event_id: int, now: datetime) -> int:
    """Offer free places to those next in line, as held orders; returns how many offers were made."""
    async with db.transaction():
        line = await _locked_line(event_id, now)
        if not line:
            return 0
        await db.execute("SELECT FROM event WHERE id = $1 FOR SHARE", event_id)
        rows = await db.fetch(
            "SELECT id, capacity - taken AS left FROM quota WHERE event = $1 ORDER BY id FOR UPDATE", event_id
        )
        draws: dict[int, frozenset[int]] = {}
        for row in await db.fetch(
            "SELECT d.ticket_type, array_agg(d.quota) AS quotas FROM ticket_quota d JOIN ticket_type t "
            "ON t.id = d.ticket_type WHERE t.event = $1 GROUP BY 1",
            event_id,
        ):
            draws[row["ticket_type"]] = frozenset(row["quotas"])
        served = selling.next_served(line, {row["id"]: row["left"] for row in rows}, draws)[:_MOST_AT_ONCE]
        tickets = {ticket.id: ticket for ticket in await queries.tickets(event_id, now=now)}
        for party in served:
            await _offer(event_id, party, tickets[party.ticket_type], now)
        if len(served) == _MOST_AT_ONCE:
            await enqueue("registration.offer_places", event=event_id)
    return len(served)


async def _locked_line(event_id: int, now: datetime) -> list[Party]:
    await db.execute(
        "SELECT FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type WHERE t.event = $1 AND w.left_at IS NULL "
        "AND w.offered_at IS NULL ORDER BY w.id FOR UPDATE OF w",
        event_id,
    )
    rows = await db.fetch(f"{queries.LINE} ORDER BY w.id", [event_id], now)
    return [Party(**dict(row)) for row in rows]


async def _offer(event_id: int, party: Party, ticket: Ticket, now: datetime) -> None:
    ends = await db.fetch_value("SELECT greatest(ends_at, on_demand_until) FROM event WHERE id = $1", event_id)
    until = min(end for end in (now + OFFER_LASTS, ticket.sale_closes_at, ends) if end is not None)
    held = await take_places(
        event_id=event_id, tickets=[ticket] * party.size, prices=[ticket.price] * party.size, now=now, until=until,
        email=party.email, name=party.name, from_the_line=True,
    )  # fmt: skip
    if held is None:
        raise Conflict("This event has just changed.")
    await db.execute(
        "UPDATE waiting_entry SET offered_order = $2, offered_at = $3 WHERE id = $1",
        party.id,
        held.order_id,
        now,
    )
    await enqueue("registration.tell_waiting_offer", entry=party.id)


async def offer_everywhere(*, now: datetime) -> None:
    """Look after every line: whatever freed places without saying so, nobody waits beside a free seat."""
    rows = await db.fetch(
        "SELECT DISTINCT t.event FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type "
        "WHERE w.left_at IS NULL AND w.offered_at IS NULL ORDER BY 1 LIMIT 1000"
    )
    for row in rows:
        if made := await offer_places(event_id=row["event"], now=now):
            _log.info("offers made by the sweeper", event_id=row["event"], made=made)
