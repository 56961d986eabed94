"""Taking seats out of sale for a while.

The database counts taken places from the seats themselves and refuses to exceed a quota's capacity; the quotas wanted
are locked in one order, as late as possible, before what is left is looked at.
"""

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
from portal.registration import queries
from portal.registration.commands.lapsing import lapse_due
from portal.registration.rules import selling as rules
from portal.registration.values import Code, Ticket


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
    *,
    event_id: int,
    wanted: Mapping[int, int],
    code: str,
    actor: Actor | None,
    now: datetime,
    patience: bool = True,
) -> Hold:
    """Hold `wanted` places (count per ticket type id) as a new order.

    Raises Invalid for a choice or code that cannot be, SoldOut when places are gone, NotFound for an event that sells
    nothing.
    """
    wanted = {ticket: count for ticket, count in wanted.items() if count > 0}
    tickets = await queries.tickets(event_id, now=now)
    if not tickets:
        raise NotFound("There is nothing to register for here.")
    promo = await usable_code(event_id, code, now)
    offered = rules.visible(tickets, promo)
    rules.check_selection(offered, wanted, now)
    _refuse_if_full(offered, wanted)
    try:
        return await _take(event_id, wanted, tickets, promo, actor, now)
    except SoldOut:
        # Lapsed holds that the sweeper has not met yet may be what is in the way.
        if patience and await lapse_due(now=now, event_id=event_id):
            return await hold_seats(event_id=event_id, wanted=wanted, code=code, actor=actor, now=now, patience=False)
        raise


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
    row = await db.fetch_one("SELECT state, kind, ends_at FROM event WHERE id = $1", event_id)
    if row is None or row["state"] == "draft" or row["kind"] != "own":
        raise NotFound("There is nothing to register for here.")
    if row["state"] == "cancelled":
        raise Conflict("This event has been cancelled; registration is closed.")
    if row["ends_at"] <= now:
        raise Conflict("This event is over; registration is closed.")


def _refuse_if_full(tickets: Sequence[Ticket], wanted: Mapping[int, int]) -> None:
    left = {ticket.id: ticket.left for ticket in tickets}
    if any((free := left[kind]) is not None and free < count for kind, count in wanted.items()):
        raise SoldOut(rules.shortage(tickets, wanted, left), left)


async def _take(
    event_id: int,
    wanted: Mapping[int, int],
    tickets: Sequence[Ticket],
    promo: Code | None,
    actor: Actor | None,
    now: datetime,
) -> Hold:
    by_id = {ticket.id: ticket for ticket in tickets}
    chosen = [by_id[kind] for kind in sorted(wanted, key=lambda k: list(by_id).index(k)) for _ in range(wanted[kind])]
    prices = rules.seat_prices(
        [ticket.price for ticket in chosen], [ticket.id for ticket in chosen], promo, currency=chosen[0].currency
    )
    refuse_tiny_sums(prices, chosen[0].currency)
    hold = secret()
    async with db.transaction():
        order_id = await insert_order(
            event_id=event_id, secret_address=hold, promo=promo, actor=actor, now=now,
            until=now + timedelta(minutes=current().hold_minutes),
        )  # fmt: skip
        left = await lock_and_check(wanted, tickets, now)
        await insert_seats(order_id, chosen, prices, left=left)
    return Hold(order_id=order_id, secret=hold)


async def insert_order(
    *, event_id: int, secret_address: str, promo: Code | None, actor: Actor | None, now: datetime, until: datetime,
    email: str = "", name: str = "",
) -> int:  # fmt: skip
    """A new held order without seats yet; until commit nobody calls its event off.

    Raises Invalid when the code was used up in the meantime, and what `require_on` raises.
    """
    if promo is not None and promo.max_uses is not None:
        used = await db.fetch_value("SELECT used FROM promo_code WHERE id = $1 FOR UPDATE", promo.id)
        if used >= promo.max_uses:
            raise Invalid({"code": "This code has been used as often as it may be."})
    made: int | None = await db.fetch_value(
        _INSERT_ORDER,
        f"{current().order_prefix}-{now:%y}-",
        secret_address,
        event_id,
        actor.account_id if actor else None,
        promo.id if promo else None,
        email or (actor.email if actor else ""),
        name or (actor.name if actor else ""),
        now,
        until,
    )
    if made is None:
        await require_on(event_id, now)
        raise Conflict("This event has just changed. Please try again.")
    return made


_INSERT_ORDER = """
INSERT INTO seat_order (number, secret, event, account, promo_code, state, email, contact_name, held_at, holds_until,
    end_reason)
SELECT $1::text || lpad(nextval('order_number')::text, 6, '0'), $2, e.id, $4::bigint, $5::bigint, 'held', $6, $7, $8,
    $9::timestamptz, ''
FROM (SELECT id FROM event WHERE id = $3 AND kind = 'own' AND state IN ('published', 'moved') AND ends_at > $8
      FOR SHARE) e
RETURNING id
"""


def refuse_tiny_sums(prices: Sequence[int], currency: str) -> None:
    """Raise Invalid for `code` when it leaves something to pay that no card can pay, with or without VAT."""
    if 0 < sum(prices) < least_charge(currency):
        told = written(sum(prices), currency, current().site_locale)
        raise Invalid({"code": f"With this code {told} would be left to pay, which is less than can be paid by card."})


async def lock_and_check(wanted: Mapping[int, int], tickets: Sequence[Ticket], now: datetime) -> int | None:
    """Lock the quotas of the wanted ticket types and raise SoldOut unless all fit beside what the line waits for.

    Returns what will be left of the tightest one, None without limits.
    """
    draws = await db.fetch(_LOCK_QUOTAS, list(wanted))
    rows = {row["quota"]: row for row in draws}.values()
    waiting = await db.fetch(
        f"SELECT d.quota, sum(l.size)::int AS n FROM ({queries.LINE}) l "
        "JOIN ticket_quota d ON d.ticket_type = l.ticket_type GROUP BY 1",
        [row["event"] for row in rows], now,
    )  # fmt: skip
    set_aside = {row["quota"]: row["n"] for row in waiting}
    left = {row["quota"]: row["left"] - set_aside.get(row["quota"], 0) for row in rows}
    needs: dict[int, int] = {}
    for row in draws:
        needs[row["quota"]] = needs.get(row["quota"], 0) + wanted[row["ticket_type"]]
    if not rules.fits(left, needs):
        before = {ticket.id: ticket.left for ticket in tickets}
        by_type: dict[int, int | None] = {
            kind: min(left[row["quota"]] for row in draws if row["ticket_type"] == kind)
            for kind in {row["ticket_type"] for row in draws}
        }
        quicker = any((before.get(kind) or 0) > (count or 0) for kind, count in by_type.items())
        now_left = before | {kind: max(0, count or 0) for kind, count in by_type.items()}
        raise SoldOut(rules.shortage(tickets, wanted, now_left, quicker=quicker), now_left)
    return min((left[quota] - count for quota, count in needs.items()), default=None)


_LOCK_QUOTAS = """
SELECT q.id AS quota, d.ticket_type, q.event, q.capacity - q.taken AS left FROM quota q
JOIN ticket_quota d ON d.quota = q.id WHERE d.ticket_type = ANY($1) ORDER BY q.id FOR UPDATE OF q
"""


async def insert_seats(
    order_id: int, tickets: Sequence[Ticket], prices: Sequence[int], *, left: int | None = None
) -> None:
    """One seat per ticket; the trigger counts them into their quotas. `left` is what remains, for the record."""
    count = len(tickets)
    await db.execute(
        _INSERT_SEATS, order_id, [ticket.id for ticket in tickets], list(range(1, count + 1)),
        [ticket.price for ticket in tickets], list(prices), [readable(10) for _ in range(count)],
        [secret() for _ in range(count)], left,
    )  # fmt: skip


_INSERT_SEATS = """
WITH noted AS (UPDATE seat_order SET left_after_hold = $8 WHERE id = $1)
INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name, email,
    job_title, company)
SELECT $1, t, p, 'held', l, n, c, s, '', '', '', '', ''
FROM unnest($2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::text[]) AS x(t, p, l, n, c, s)
"""
