"""Ticket types and numbers of places, one by one, as staff set them up by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.settings import current
from portal.registration.commands.asking import OVERTAKEN
from portal.registration.commands.lapsing import offer_freed
from portal.registration.commands.locking import lock_event
from portal.registration.commands.offering import announce, tax_currency
from portal.registration.permissions import require_staff
from portal.registration.rules import offering as rules
from portal.registration.values.offers import EventOffer, TicketOffer

MOST_TICKETS = 40


async def save_ticket(
    *, actor: Actor, event_id: int, ticket: TicketOffer, currency: str, quotas: Sequence[int], now: datetime,
    places: int | None = None, ticket_id: int | None = None, version: str = "",
) -> int:  # fmt: skip
    """Add a ticket type, or change one; gives its id. `quotas` are what it draws from; `places` adds a number of its own.

    All tickets of an event are sold in the currency of the first. Seats that are taken keep their prices. Raises Conflict
    when somebody else changed it since `version`, Invalid for what cannot be sold.
    """
    require_staff(actor)
    async with db.transaction():
        # First of all, as whoever sells or calls off does.
        await lock_event(event_id)
        if ticket_id is not None:
            await _require_version(event_id, ticket_id, version)
        currency = await _currency(event_id) or currency
        await _check(event_id, ticket, currency, ticket_id)
        drawn = [
            row["id"]
            for row in await db.fetch("SELECT id FROM quota WHERE event = $1 AND id = ANY($2)", event_id, quotas)
        ]
        if places is not None:
            drawn.append(await _add_quota(event_id, ticket.name, places))
        saved = int(
            await db.fetch_value(
                _ADD if ticket_id is None else _CHANGE, ticket_id or event_id, *_columns(ticket, currency)
            )
        )
        await db.execute("DELETE FROM ticket_quota WHERE ticket_type = $1 AND quota <> ALL($2)", saved, drawn)
        await _draw(saved, drawn)
        await announce(event_id, now)
        await offer_freed([saved])
        await audit.record(actor=actor.label, verb="save ticket", kind="event", key=event_id, now=now, ticket=saved)
    return saved


async def stop_ticket(*, actor: Actor, event_id: int, ticket_id: int, now: datetime) -> None:
    """Take a ticket type off sale. Seats keep referring to it; saved again, it is back."""
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        await db.execute("UPDATE ticket_type SET active = false WHERE id = $1 AND event = $2", ticket_id, event_id)
        await announce(event_id, now)
        await audit.record(actor=actor.label, verb="stop ticket", kind="event", key=event_id, now=now, ticket=ticket_id)


async def save_quota(*, actor: Actor, event_id: int, quota_id: int, name: str, capacity: int, now: datetime) -> None:
    """Rename a number of places, or make it larger or smaller. Raises Invalid for fewer than are taken."""
    require_staff(actor)
    async with db.transaction():
        await lock_event(event_id)
        row = await db.fetch_one("SELECT taken FROM quota WHERE id = $1 AND event = $2 FOR UPDATE", quota_id, event_id)
        if row is None:
            raise NotFound("There is no such number of places.")
        if row["taken"] > capacity:
            raise Invalid({"capacity": f"{row['taken']:,} of them are taken already."})
        if await _quota_named(event_id, name, but=quota_id):
            raise Invalid({"name": "Another number of places has this name."})
        await db.execute("UPDATE quota SET name = $2, capacity = $3 WHERE id = $1", quota_id, name, capacity)
        await announce(event_id, now)
        kinds = await db.fetch("SELECT ticket_type FROM ticket_quota WHERE quota = $1", quota_id)
        await offer_freed([kind["ticket_type"] for kind in kinds])
        await audit.record(
            actor=actor.label,
            verb="save places",
            kind="event",
            key=event_id,
            now=now,
            quota=quota_id,
            capacity=capacity,
        )


_ADD = """
INSERT INTO ticket_type (event, position, name, description, price, regular_price, currency, tax_rate, sale_opens_at,
    sale_closes_at, min_per_order, max_per_order, by_code_only, extra, active)
VALUES ($1, (SELECT coalesce(max(position), 0) + 1 FROM ticket_type WHERE event = $1),
    $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, true) RETURNING id
"""
_CHANGE = """
UPDATE ticket_type SET name = $2, description = $3, price = $4, regular_price = $5, currency = $6, tax_rate = $7,
    sale_opens_at = $8, sale_closes_at = $9, min_per_order = $10, max_per_order = $11, by_code_only = $12, extra = $13,
    active = true
WHERE id = $1 RETURNING id
"""


def _columns(ticket: TicketOffer, currency: str) -> tuple[Any, ...]:
    return (
        ticket.name, ticket.description, ticket.price, ticket.regular_price, currency, ticket.tax_rate, ticket.sale_opens_at,
        ticket.sale_closes_at, ticket.min_per_order, ticket.max_per_order, ticket.by_code_only, ticket.extra,
    )  # fmt: skip


async def _require_version(event_id: int, ticket_id: int, version: str) -> None:
    known = await db.fetch_value("SELECT xmin::text FROM ticket_type WHERE id = $1 AND event = $2", ticket_id, event_id)
    if known is None:
        raise NotFound("There is no such ticket.")
    if known != version:
        raise Conflict(OVERTAKEN)


async def _check(event_id: int, ticket: TicketOffer, currency: str, ticket_id: int | None) -> None:
    offer = EventOffer(currency, (), (ticket,))
    if wrong := rules.unsellable(offer, await tax_currency(event_id), current().exchange_rate):
        raise Invalid({"price": next(iter(wrong.values()))})
    same = await db.fetch_value(
        "SELECT id FROM ticket_type WHERE event = $1 AND name = $2 AND id IS DISTINCT FROM $3",
        event_id,
        ticket.name,
        ticket_id,
    )
    if same is not None:
        raise Invalid({"name": "Another ticket of this event has this name, on sale or not."})
    if (
        ticket_id is None
        and await db.fetch_value("SELECT count(*) FROM ticket_type WHERE event = $1", event_id) >= MOST_TICKETS
    ):
        raise Invalid({"name": f"An event has {MOST_TICKETS} tickets at most."})


async def _currency(event_id: int) -> str:
    """What the event is sold in already; empty before its first ticket."""
    found = await db.fetch_value(
        "SELECT currency FROM ticket_type WHERE event = $1 ORDER BY position, id LIMIT 1", event_id
    )
    return str(found or "")


async def _quota_named(event_id: int, name: str, *, but: int = 0) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM quota WHERE event = $1 AND name = $2 AND id <> $3)", event_id, name, but
        )
    )


async def _add_quota(event_id: int, name: str, places: int) -> int:
    if await _quota_named(event_id, name):
        raise Invalid({"places": f"There is a number of places called “{name}” already: tick it above."})
    return int(
        await db.fetch_value(
            "INSERT INTO quota (event, name, capacity, taken) VALUES ($1, $2, $3, 0) RETURNING id",
            event_id,
            name,
            places,
        )
    )


async def _draw(ticket_id: int, quotas: Sequence[int]) -> None:
    """Have the ticket draw from these quotas; its seats move along, and must fit."""
    short = await db.fetch_one(
        "SELECT q.name, q.capacity - q.taken AS left, n.taken FROM quota q, (SELECT count(*) AS taken FROM seat "
        "WHERE ticket_type = $1 AND state IN ('held', 'confirmed')) n WHERE q.id = ANY($2) AND q.capacity - q.taken < n.taken "
        "AND NOT EXISTS (SELECT FROM ticket_quota d WHERE d.ticket_type = $1 AND d.quota = q.id) LIMIT 1",
        ticket_id, quotas,
    )  # fmt: skip
    if short is not None:
        told = f"“{short['name']}” has {short['left']:,} left, and {short['taken']:,} of this ticket are taken."
        raise Invalid({"quotas": told})
    await db.execute(
        "INSERT INTO ticket_quota (ticket_type, quota) SELECT $1, unnest($2::bigint[]) "
        "ON CONFLICT (ticket_type, quota) DO NOTHING",
        ticket_id, quotas,
    )  # fmt: skip
