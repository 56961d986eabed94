"""Taking seats out of sale for a while.

The database counts taken places from the seats themselves and refuses to exceed a quota's capacity.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.money import written
from portal.core.settings import current
from portal.core.tokens import readable, secret
from portal.payments.values import least_charge
from portal.registration.commands.lapsing import lapse_due
from portal.registration.queries import tickets as queries
from portal.registration.rules import selling as rules
from portal.registration.values.tickets import Code, Ticket

_ATTEMPTS = 3


class SoldOut(Conflict):
    """Not enough places; `left` is what is still free per ticket type id (None: no limit)."""

    def __init__(self, message: str, left: dict[int, int | None]) -> None:
        super().__init__(message)
        self.left = left


class Hold(msgspec.Struct, frozen=True):
    """A fresh hold: its order's id and secret."""

    order_id: int
    secret: str


async def hold_seats(
    *, event_id: int, wanted: Mapping[int, int], code: str, actor: Actor | None, now: datetime, source: str = ""
) -> Hold:
    """Hold `wanted` places (count per ticket type id) as a new order; `source` is where the visitor came from.

    Raises Invalid for a choice or code that cannot be, SoldOut when places are gone, NotFound for an event that sells
    nothing, Conflict once it is called off.
    """
    wanted = {ticket: count for ticket, count in wanted.items() if count > 0}
    for attempt in range(_ATTEMPTS):
        tickets = await queries.tickets(event_id, now=now)
        if not tickets:
            raise NotFound("There is nothing to register for here.")
        promo = await usable_code(event_id, code, now)
        offered = rules.visible(tickets, promo)
        rules.check_selection(offered, wanted, now)
        left = {ticket.id: ticket.left for ticket in offered}
        if any((free := left[kind]) is not None and free < count for kind, count in wanted.items()):
            raise SoldOut(rules.shortage(offered, wanted, left, quicker=attempt > 0), left)
        held = await _take(event_id, wanted, tickets, promo, actor, now, source)
        if held is not None:
            return held
        # Something changed meanwhile, or holds that the sweeper has not met yet are in the way.
        await require_on(event_id, now)
        await lapse_due(now=now, event_id=event_id)
    raise SoldOut(rules.shortage(offered, wanted, left), left)


async def usable_code(event_id: int, code: str, now: datetime) -> Code | None:
    """The event's code as typed, None for an empty one; raises Invalid for one that does not hold now."""
    if not code:
        return None
    promo = await queries.code_by_name(event_id, code)
    if refusal := rules.code_refusal(promo, now):
        raise Invalid({"code": refusal})
    return promo


async def require_on(event_id: int, now: datetime) -> None:
    """Raise NotFound for an event that sells nothing, Conflict once it is cancelled or over."""
    row = await db.fetch_one(
        "SELECT state, kind, greatest(ends_at, on_demand_until) AS open_until FROM event WHERE id = $1", event_id
    )
    if row is None or row["state"] == "draft" or row["kind"] != "own":
        raise NotFound("There is nothing to register for here.")
    if row["state"] == "cancelled":
        raise Conflict("This event has been cancelled; registration is closed.")
    if row["open_until"] <= now:
        raise Conflict("This event is over; registration is closed.")


async def _take(
    event_id: int,
    wanted: Mapping[int, int],
    tickets: Sequence[Ticket],
    promo: Code | None,
    actor: Actor | None,
    now: datetime,
    source: str,
) -> Hold | None:
    chosen = [ticket for ticket in tickets for _ in range(wanted.get(ticket.id, 0))]
    currency = chosen[0].currency
    prices = rules.seat_prices([t.price for t in chosen], [t.id for t in chosen], promo, currency=currency)
    refuse_tiny_sums(prices, currency)
    return await take_places(
        event_id=event_id, tickets=chosen, prices=prices, code_id=promo.id if promo else None,
        account_id=actor.account_id if actor else None, email=actor.email if actor else "",
        name=actor.name if actor else "", now=now, until=now + timedelta(minutes=current().hold_minutes), source=source,
    )  # fmt: skip


async def take_places(
    *, event_id: int, tickets: Sequence[Ticket], prices: Sequence[int], now: datetime, until: datetime, email: str, name: str,
    code_id: int | None = None, account_id: int | None = None, from_the_line: bool = False, source: str = "",
) -> Hold | None:  # fmt: skip
    """Hold one place per ticket as a new order, all or nothing; None when event, code or quotas do not allow it any more.

    What the waiting list is owed stays free, unless the order is for somebody `from_the_line`.
    """
    wanted = Counter(ticket.id for ticket in tickets)
    address = secret()
    order_id = await db.fetch_value(
        _TAKE, [event_id], now, list(wanted), list(wanted.values()), from_the_line, code_id,
        f"{current().order_prefix}-{now:%y}-", address, account_id, email, name, until,
        [ticket.id for ticket in tickets], [ticket.price for ticket in tickets], list(prices),
        [readable(10) for _ in tickets], [secret() for _ in tickets], source,
    )  # fmt: skip
    return None if order_id is None else Hold(order_id=order_id, secret=address)


# One statement, so that a quota is locked for as short as can be. Each step asks for the one before it, which keeps the
# order of locks: event, code, quotas by id. A row that had to be waited for is read anew; only the line of those who
# wait is of the moment the statement began, and a refusal that comes of it is looked at again.
_ROOM = f"""
drawn AS (
    SELECT q.id, d.ticket_type, q.capacity - q.taken AS left FROM quota q JOIN ticket_quota d ON d.quota = q.id
    WHERE d.ticket_type = ANY($3) AND EXISTS (SELECT FROM allowed) ORDER BY q.id FOR UPDATE OF q
), owed AS (
    SELECT d.quota, sum(l.size) AS n FROM ({queries.LINE}) l JOIN ticket_quota d ON d.ticket_type = l.ticket_type
    WHERE NOT $5 GROUP BY 1
), room AS (
    SELECT min(r.left)::int AS left FROM (
        SELECT min(d.left) - sum(w.count) - coalesce(min(owed.n), 0) AS left
        FROM drawn d JOIN unnest($3::bigint[], $4::int[]) AS w (ticket_type, count) USING (ticket_type)
        LEFT JOIN owed ON owed.quota = d.id GROUP BY d.id) r
)"""
_TAKE = f"""
WITH on_sale AS (
    SELECT id FROM event WHERE id = ANY($1) AND kind = 'own' AND state IN ('published', 'moved')
        AND greatest(ends_at, on_demand_until) > $2 FOR SHARE
), code AS (
    SELECT max_uses IS NULL OR used < max_uses AS usable FROM promo_code
    WHERE id = $6 AND EXISTS (SELECT FROM on_sale) FOR UPDATE
), allowed AS MATERIALIZED (
    SELECT id AS event FROM on_sale WHERE $6::bigint IS NULL OR (SELECT usable FROM code)
), {_ROOM}, made AS (
    INSERT INTO seat_order (number, secret, event, account, promo_code, state, email, contact_name, held_at, holds_until,
        end_reason, left_after_hold, source)
    SELECT $7::text || lpad(nextval('order_number')::text, 6, '0'), $8, event, $9::bigint, $6, 'held', $10, $11, $2,
        $12::timestamptz, '', room.left, $18
    FROM allowed, room
    WHERE coalesce(room.left >= 0, true) RETURNING id
), seats AS (
    INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name,
        email, job_title, company)
    SELECT made.id, x.kind, x.position, 'held', x.list_net, x.net, x.code, x.claim, '', '', '', '', ''
    FROM made, unnest($13::bigint[], $14::bigint[], $15::bigint[], $16::text[], $17::text[])
        WITH ORDINALITY AS x (kind, list_net, net, code, claim, position)
)
SELECT id FROM made
"""


def refuse_tiny_sums(prices: Sequence[int], currency: str) -> None:
    """Raise Invalid for `code` when it leaves something to pay that no card can pay, with or without VAT."""
    if 0 < sum(prices) < least_charge(currency):
        told = written(sum(prices), currency, current().site_locale)
        raise Invalid({"code": f"With this code {told} would be left to pay, which is less than can be paid by card."})


async def lock_free(event_id: int, wanted: Mapping[int, int], now: datetime) -> bool:
    """Lock the quotas of the wanted ticket types; whether all fit beside what the waiting list is owed."""
    values = [event_id], now, list(wanted), list(wanted.values()), False
    # The second look is of a time when the locks were held already: its line is not older than its places.
    return bool(await db.fetch_value(_FITS, *values) or await db.fetch_value(_FITS, *values))


_FITS = f"WITH allowed AS (SELECT), {_ROOM} SELECT coalesce(room.left >= 0, true) FROM room"
