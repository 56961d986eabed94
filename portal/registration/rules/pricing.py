"""What an event is announced with: its price, whether it is sold out, how many places are left. Pure.

All three are said of the same tickets, those that let somebody in: no code is needed, and they do not come on top of
another ticket, as a dinner or a tour does. What can be had now counts, else what will be, else what is full.
"""

from collections.abc import Sequence
from datetime import datetime

from portal.events.values import PriceSummary
from portal.registration.rules.selling import Sale, has_room, places, sale
from portal.registration.values.tickets import Places, Ticket

_SOLD_OUT = {Sale.OPEN: False, Sale.FULL: True}


def summary(tickets: Sequence[Ticket], now: datetime) -> PriceSummary:
    """What lists say. Where some of the tickets cost something, the price is the lowest of theirs."""
    state, counted = _announced(tickets, now)
    if not counted:
        return PriceSummary()
    prices = [ticket.price for ticket in counted]
    return PriceSummary(
        is_free=not all(prices),
        price_from=min(filter(None, prices), default=0),
        price_currency=counted[0].currency,
        sold_out=_SOLD_OUT.get(state),
    )


def places_left(tickets: Sequence[Ticket], now: datetime) -> Places | None:
    """The places of the tickets the price is of; None where there is no limit to them.

    Of free and paid ones the paid are counted. Those that are full count too, so that the number in all stays the same.
    """
    state, counted = _announced(tickets, now)
    paid = any(ticket.price for ticket in counted)
    alike = [ticket for ticket in _admitting(tickets, now) if ticket.draws and bool(ticket.price) is paid]
    drawn = {draw: frozenset(t.id for t in alike if draw in t.draws) for ticket in alike for draw in ticket.draws}
    left = 0 if state is Sale.FULL else places([(draw.left, kinds) for draw, kinds in drawn.items()])
    if not alike or (left == 0 and state is not Sale.FULL):
        return None
    return Places(
        left=left,
        capacity=places([(draw.capacity, kinds) for draw, kinds in drawn.items()]),
        waiting=sum(ticket.waiting for ticket in alike),
    )


def _admitting(tickets: Sequence[Ticket], now: datetime) -> list[Ticket]:
    return [t for t in tickets if not t.by_code_only and not t.extra and sale(t, now) is not Sale.OVER]


def _announced(tickets: Sequence[Ticket], now: datetime) -> tuple[Sale, list[Ticket]]:
    """The tickets an event is announced with, and how they are to be had."""
    admitting = _admitting(tickets, now)
    for state in (Sale.OPEN, Sale.NOT_YET):
        if found := [ticket for ticket in admitting if sale(ticket, now) is state and has_room(ticket)]:
            return state, found
    return (Sale.FULL if admitting else Sale.OVER), admitting
