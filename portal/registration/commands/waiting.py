"""The waiting list: first come, first offered; an offer is a held order that runs out by itself."""

from datetime import datetime, timedelta

from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.tokens import secret
from portal.registration import queries
from portal.registration.commands.holding import insert_order, insert_seats, lock_and_check

OFFER_LASTS = timedelta(hours=24)


async def join_waiting_list(*, ticket_type: int, email: str, name: str, party_size: int, now: datetime) -> str:
    """Stand in line; returns the secret of the page that shows the position. Joining again keeps the place."""
    async with db.transaction():
        await db.fetch_value("SELECT id FROM ticket_type WHERE id = $1 FOR UPDATE", ticket_type)
        known = await db.fetch_value(
            "SELECT secret FROM waiting_entry WHERE ticket_type = $1 AND email = $2 AND left_at IS NULL",
            ticket_type,
            email,
        )
        if known is not None:
            return str(known)
        row = await db.fetch_one("SELECT max_per_order FROM ticket_type WHERE id = $1 AND active", ticket_type)
        if row is None:
            raise Invalid({"ticket_type": "This ticket is not on offer."})
        if party_size > row["max_per_order"]:
            raise Invalid({"party_size": f"At most {row['max_per_order']} places of this ticket per order."})
        place = secret()
        entry = await db.fetch_value(
            "INSERT INTO waiting_entry (secret, ticket_type, email, name, party_size, joined_at, left_reason) "
            "VALUES ($1, $2, $3, $4, $5, $6, '') RETURNING id",
            place, ticket_type, email, name, party_size, now,
        )  # fmt: skip
        await enqueue("registration.tell_waiting_joined", entry=entry)
        await enqueue("registration.offer_places", ticket_type=ticket_type)
    return place


async def leave_waiting_list(*, place_secret: str, now: datetime) -> None:
    """Step out of line. Raises Conflict when the party has left already."""
    left = await db.fetch_value(
        "UPDATE waiting_entry SET left_at = $2, left_reason = 'by choice' WHERE secret = $1 AND left_at IS NULL RETURNING id",
        place_secret, now,
    )  # fmt: skip
    if left is None:
        raise Conflict("You are no longer on this waiting list.")


async def offer_places(*, ticket_type: int, now: datetime) -> int:
    """Offer free places to those next in line, as held orders; returns how many offers were made.

    A party that does not fit is passed over only while nobody behind it is served: order matters more than filling.
    """
    made = 0
    while await _offer_next(ticket_type, now):
        made += 1
    return made


async def _offer_next(ticket_type: int, now: datetime) -> bool:
    async with db.transaction():
        entry = await db.fetch_one(
            "SELECT w.id, w.email, w.name, w.party_size, t.event FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type "
            "JOIN event e ON e.id = t.event AND e.state IN ('published', 'moved') AND e.ends_at > $2 "
            "WHERE w.ticket_type = $1 AND w.left_at IS NULL AND w.offered_at IS NULL ORDER BY w.id LIMIT 1 "
            "FOR UPDATE OF w",
            ticket_type,
            now,
        )
        if entry is None:
            return False
        tickets = [ticket for ticket in await queries.tickets(entry["event"], now=now) if ticket.id == ticket_type]
        size = entry["party_size"]
        if not tickets or tickets[0].left is None or tickets[0].left < size:
            return False
        hold = secret()
        order_id = await insert_order(
            event_id=entry["event"], secret_address=hold, promo=None, actor=None, now=now, until=now + OFFER_LASTS,
            email=entry["email"], name=entry["name"],
        )  # fmt: skip
        try:
            await lock_and_check({ticket_type: size}, tickets)
        except Conflict:
            await db.execute("DELETE FROM seat_order WHERE id = $1", order_id)
            return False
        await insert_seats(order_id, tickets * size, [tickets[0].price] * size)
        await db.execute(
            "UPDATE waiting_entry SET offered_order = $2, offered_at = $3 WHERE id = $1",
            entry["id"],
            order_id,
            now,
        )
        await enqueue("registration.tell_waiting_offer", entry=entry["id"])
    return True
