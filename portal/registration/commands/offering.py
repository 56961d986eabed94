"""What an event sells, as the organiser describes it."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid
from portal.core.settings import current
from portal.events.commands import set_price_summary
from portal.events.values import PriceSummary
from portal.payments.rules.supply import invoice_currency
from portal.payments.tables import TaxTreatment
from portal.registration.commands.lapsing import offer_freed
from portal.registration.commands.locking import lock_event
from portal.registration.queries import tickets as queries
from portal.registration.rules import offering as rules
from portal.registration.rules import pricing
from portal.registration.values.offers import EventOffer


async def offer_tickets(*, actor: Actor, event_id: int, offer: EventOffer, now: datetime) -> None:
    """Bring ticket types, quotas and codes of an event to `offer`, matched by name.

    What is no longer named is taken off sale, never deleted: seats refer to it. Raises Invalid, by ticket or code, for
    what could not be charged or invoiced. The database refuses a quota below what is already taken.
    """
    async with db.transaction():
        if errors := rules.unsellable(offer, await tax_currency(event_id), current().exchange_rate):
            raise Invalid(errors, " ".join(f"{name}: {why}" for name, why in errors.items()))
        # First of all, as whoever sells or calls off does.
        await lock_event(event_id)
        quotas = {}
        for quota in offer.quotas:
            quotas[quota.name] = await _quota(event_id, quota.name, quota.capacity)
        types: dict[str, int] = {}
        for position, ticket in enumerate(offer.tickets, 1):
            known = await db.fetch_value(
                "SELECT id FROM ticket_type WHERE event = $1 AND name = $2", event_id, ticket.name
            )
            facts = (
                position, ticket.description, ticket.price, ticket.regular_price, offer.currency, ticket.tax_rate,
                ticket.sale_opens_at, ticket.sale_closes_at, ticket.min_per_order, ticket.max_per_order, ticket.by_code_only,
                ticket.extra,
            )  # fmt: skip
            if known is None:
                known = await db.fetch_value(
                    "INSERT INTO ticket_type (event, name, position, description, price, regular_price, currency, tax_rate, "
                    "sale_opens_at, sale_closes_at, min_per_order, max_per_order, by_code_only, extra, active) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, true) RETURNING id",
                    event_id, ticket.name, *facts,
                )  # fmt: skip
            else:
                await db.execute(
                    "UPDATE ticket_type SET position = $2, description = $3, price = $4, regular_price = $5, currency = $6, "
                    "tax_rate = $7, sale_opens_at = $8, sale_closes_at = $9, min_per_order = $10, max_per_order = $11, "
                    "by_code_only = $12, extra = $13, active = true WHERE id = $1",
                    known, *facts,
                )  # fmt: skip
            types[ticket.name] = known
            drawn = [quotas[name] for name in ticket.quotas]
            await db.execute("DELETE FROM ticket_quota WHERE ticket_type = $1 AND quota <> ALL($2)", known, drawn)
            await db.execute(
                "INSERT INTO ticket_quota (ticket_type, quota) SELECT $1, unnest($2::bigint[]) "
                "ON CONFLICT (ticket_type, quota) DO NOTHING",
                known, drawn,
            )  # fmt: skip
        await db.execute(
            "UPDATE ticket_type SET active = false WHERE event = $1 AND id <> ALL($2)",
            event_id,
            list(types.values()),
        )
        await _codes(event_id, offer, types)
        await announce(event_id, now)
        # More places, or other tickets: those who wait may be next.
        await offer_freed(list(types.values()))
        await audit.record(
            actor=actor.label, verb="offer tickets", kind="event", key=event_id, now=now, tickets=len(types)
        )


async def tax_currency(event_id: int) -> str:
    """The currency the event's VAT must be stated in; empty where none is prescribed."""
    row = await db.fetch_one(
        "SELECT e.format, v.country FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE e.id = $1", event_id
    )
    assert row is not None
    home = current().seller_country
    country = home if row["format"] == "online" else row["country"] or home
    return invoice_currency(TaxTreatment.STANDARD, country, home)


async def _quota(event_id: int, name: str, capacity: int) -> int:
    found = await db.fetch_value(
        "UPDATE quota SET capacity = $3 WHERE event = $1 AND name = $2 RETURNING id", event_id, name, capacity
    )
    if found is None:
        found = await db.fetch_value(
            "INSERT INTO quota (event, name, capacity, taken) VALUES ($1, $2, $3, 0) RETURNING id",
            event_id,
            name,
            capacity,
        )
    return int(found)


async def _codes(event_id: int, offer: EventOffer, types: dict[str, int]) -> None:
    for code in offer.codes:
        code_id = await db.fetch_value(
            "INSERT INTO promo_code (event, code, label, percent_off, amount_off, max_uses, used, valid_from, valid_until, "
            "limits_types) VALUES ($1, upper($2), $3, $4, $5, $6, 0, $7, $8, $9) "
            "ON CONFLICT (event, code) DO UPDATE SET label = excluded.label, percent_off = excluded.percent_off, "
            "amount_off = excluded.amount_off, max_uses = excluded.max_uses, valid_from = excluded.valid_from, "
            "valid_until = excluded.valid_until, limits_types = excluded.limits_types RETURNING id",
            event_id, code.code, code.label, code.percent_off, code.amount_off, code.max_uses, code.valid_from,
            code.valid_until, bool(code.tickets),
        )  # fmt: skip
        await db.execute("DELETE FROM promo_code_ticket WHERE promo_code = $1", code_id)
        await db.execute(
            "INSERT INTO promo_code_ticket (promo_code, ticket_type) SELECT $1, unnest($2::bigint[])",
            code_id, [types[name] for name in code.tickets],
        )  # fmt: skip


_FOLLOWED = """
SELECT id, is_free, price_from, price_currency, sold_out FROM event e
WHERE kind = 'own' AND state <> 'cancelled' AND greatest(ends_at, on_demand_until) > $1
    AND EXISTS (SELECT FROM ticket_type t WHERE t.event = e.id)
"""


async def follow_sales(*, now: datetime) -> None:
    """Announce events with what is to be had now: early prices end, places go and come back, and nobody edits anything."""
    said = {row.pop("id"): PriceSummary(**row) for row in map(dict, await db.fetch(_FOLLOWED, now))}
    offered = await queries.tickets_of(list(said), now=now)
    for event_id in sorted(said):
        if pricing.summary(offered[event_id], now) != said[event_id]:
            async with db.transaction():
                await lock_event(event_id)
                await announce(event_id, now)


async def announce(event_id: int, now: datetime) -> None:
    """Bring what lists say of a locked event to what its tickets say."""
    said = pricing.summary(await queries.tickets(event_id, now=now), now)
    await set_price_summary(event_id=event_id, summary=said, now=now)
