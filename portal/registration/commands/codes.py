"""Promo codes on a held order."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.payments.queries import buyer_of
from portal.registration.commands.holding import refuse_tiny_sums, usable_code
from portal.registration.commands.locking import locked_order
from portal.registration.commands.ordering import price_order
from portal.registration.queries import tickets as queries
from portal.registration.queries.orders import order_by_id
from portal.registration.rules import selling
from portal.registration.tables import OrderState
from portal.registration.values.orders import OrderRecord


async def change_code(*, order_id: int, code: str, now: datetime, draft: Mapping[str, str] | None = None) -> None:
    """Put a promo code on a held order, or take it off with an empty one; seats and purchase are priced anew.

    `draft` is the details form as it stands. Raises Invalid for a code that does not hold, Conflict once the order is
    not merely held.
    """
    async with locked_order(order_id) as held:
        if held["state"] != OrderState.HELD or held["holds_until"] <= now:
            raise Conflict("This order can no longer be changed.")
        promo = await usable_code(held["event"], code, now)
        # Both codes count their uses: two orders that swap them would wait for each other.
        both = await db.fetch(
            "SELECT id, used, max_uses FROM promo_code WHERE id = ANY($1) ORDER BY id FOR UPDATE",
            [found for found in (promo.id if promo else None, held["promo_code"]) if found is not None],
        )
        order = await order_by_id(order_id)
        assert order is not None
        if promo is not None and promo.id != order.code_id:
            row = next(row for row in both if row["id"] == promo.id)
            if row["max_uses"] is not None and row["used"] >= row["max_uses"]:
                raise Invalid({"code": "This code has been used as often as it may be."})
        prices = selling.seat_prices(
            [seat.list_net for seat in order.active_seats],
            [seat.ticket_type for seat in order.active_seats],
            promo,
            currency=order.currency,
        )
        await _keep_hidden(order, promo.ticket_types if promo else frozenset(), now)
        if promo is not None and prices == [seat.list_net for seat in order.active_seats]:
            raise Invalid({"code": "This code changes nothing for the tickets you have chosen."})
        refuse_tiny_sums(prices, order.currency)
        await db.execute(
            "UPDATE seat_order SET promo_code = $2, draft = coalesce($3::jsonb, draft) WHERE id = $1",
            order_id, promo.id if promo else None, None if draft is None else msgspec.json.encode(draft).decode(),
        )  # fmt: skip
        await db.execute(
            "UPDATE seat s SET net = x.n FROM unnest($1::bigint[], $2::bigint[]) AS x(id, n) WHERE s.id = x.id",
            [seat.id for seat in order.active_seats], prices,
        )  # fmt: skip
        if order.purchase_id is not None:
            buyer = await buyer_of(order.purchase_id)
            priced = await order_by_id(order_id)
            assert buyer is not None
            assert priced is not None
            await price_order(order=priced, buyer=buyer, until=held["holds_until"], now=now)


async def _keep_hidden(order: OrderRecord, revealed: frozenset[int], now: datetime) -> None:
    hidden = {ticket.id for ticket in await queries.tickets(order.event_id, now=now) if ticket.by_code_only}
    if any(seat.ticket_type in hidden - revealed for seat in order.active_seats):
        raise Invalid({"code": "One of your tickets is only sold with its code."})
