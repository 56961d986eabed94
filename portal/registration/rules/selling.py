"""Selling: what may be chosen, what it costs, whether a code applies. Pure; prices in minor units."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.core.errors import Invalid
from portal.payments.values import charge_step
from portal.registration.values.tickets import Code, Party, Ticket

MOST_SEATS = 50


class Sale(StrEnum):
    """Whether a ticket type can be bought, and why not."""

    OPEN = "open"
    NOT_YET = "not_yet"
    OVER = "over"
    FULL = "full"


def sale(ticket: Ticket, now: datetime) -> Sale:
    """The state of sale. `left` is what those who wait do not need: when that is too little, it is full for all others."""
    if ticket.sale_opens_at is not None and now < ticket.sale_opens_at:
        return Sale.NOT_YET
    if ticket.sale_closes_at is not None and now >= ticket.sale_closes_at:
        return Sale.OVER
    return Sale.OPEN if has_room(ticket) else Sale.FULL


def has_room(ticket: Ticket) -> bool:
    """Whether the smallest order finds places."""
    return ticket.left is None or ticket.left >= ticket.min_per_order


def waited_for(tickets: Sequence[Ticket], now: datetime) -> list[Ticket]:
    """The full ticket types of an event that is booked out; empty as long as anything can be bought."""
    states = [(ticket, sale(ticket, now)) for ticket in tickets]
    if any(state is Sale.OPEN for _, state in states):
        return []
    return [ticket for ticket, state in states if state is Sale.FULL]


def visible(tickets: Sequence[Ticket], code: Code | None) -> list[Ticket]:
    """Hidden ticket types show only to those with a code that reveals them."""
    shown = code.ticket_types if code is not None else frozenset()
    return [ticket for ticket in tickets if not ticket.by_code_only or ticket.id in shown]


def check_selection(tickets: Sequence[Ticket], wanted: Mapping[int, int], now: datetime) -> None:
    """Raise Invalid for a choice that no amount of free places would allow. Fields are `ticket_<id>`."""
    known = {ticket.id: ticket for ticket in tickets}
    errors: dict[str, str] = {}
    for ticket_id, count in wanted.items():
        ticket = known.get(ticket_id)
        field = f"ticket_{ticket_id}"
        if ticket is None:
            errors[field] = "This ticket is not on offer."
        elif count and sale(ticket, now) is Sale.NOT_YET:
            errors[field] = f"{ticket.name} is not on sale yet."
        elif count and sale(ticket, now) is Sale.OVER:
            errors[field] = f"{ticket.name} is no longer on sale."
        elif 0 < count < ticket.min_per_order:
            errors[field] = f"{ticket.name} is sold from {ticket.min_per_order} places."
        elif count > ticket.max_per_order:
            errors[field] = f"At most {ticket.max_per_order} places of {ticket.name} per order."
    total = sum(wanted.values())
    if not errors and total == 0:
        errors[""] = "Please choose at least one ticket."
    if not errors and total > MOST_SEATS:
        errors[""] = f"At most {MOST_SEATS} places per order; please contact us for larger groups."
    if errors:
        raise Invalid(errors)


def code_refusal(code: Code | None, now: datetime) -> str:
    """Why a code cannot be used now; empty when it can."""
    if code is None:
        return "We do not know this code. Please check the spelling."
    if code.valid_from is not None and now < code.valid_from:
        return "This code is not valid yet."
    if code.valid_until is not None and now >= code.valid_until:
        return "This code has expired."
    if code.max_uses is not None and code.used >= code.max_uses:
        return "This code has been used as often as it may be."
    return ""


def seat_prices(
    list_prices: Sequence[int], ticket_types: Sequence[int], code: Code | None, *, currency: str = "EUR"
) -> list[int]:
    """Net price of each seat after the code. Never negative, and always what can be charged.

    A percentage is taken off every seat it applies to, rounded per seat, halves away from zero. An amount is spread
    over them in proportion to their prices, by largest remainder, so that exactly the amount (or everything) goes.
    """
    if code is None:
        return list(list_prices)
    step = charge_step(currency)
    applies = [not code.limits_types or kind in code.ticket_types for kind in ticket_types]
    prices = [price // step for price in list_prices]
    for n, price in enumerate(prices):
        if applies[n]:
            off = (Decimal(price) * code.percent_off / 100).to_integral_value(ROUND_HALF_UP)
            prices[n] = price - int(off)
    base = sum(price for n, price in enumerate(prices) if applies[n])
    amount = min(code.amount_off // step, base)
    if amount:
        shares = [price * amount if applies[n] else 0 for n, price in enumerate(prices)]
        cuts = [share // base for share in shares]
        by_remainder = sorted(range(len(prices)), key=lambda n: (-(shares[n] % base), n))
        for n in by_remainder[: amount - sum(cuts)]:
            cuts[n] += 1
        prices = [price - cut for price, cut in zip(prices, cuts, strict=True)]
    return [price * step for price in prices]


def waiting_refusal(ticket: Ticket | None, party_size: int, now: datetime) -> dict[str, str]:
    """Why a party cannot stand in line for a ticket type, by field; empty when it can."""
    if ticket is None:
        return {"ticket_type": "Please choose one of these tickets."}
    state = sale(ticket, now)
    if state is Sale.NOT_YET or state is Sale.OVER:
        return {
            "ticket_type": f"{ticket.name} is {'not on sale yet' if state is Sale.NOT_YET else 'no longer on sale'}."
        }
    if state is Sale.OPEN:
        some = "There is room" if ticket.left is None else f"{ticket.left:,} left"
        return {"ticket_type": f"{ticket.name} is not full ({some}): please register instead."}
    if not ticket.min_per_order <= party_size <= ticket.max_per_order:
        return {
            "party_size": f"{ticket.name} is sold from {ticket.min_per_order} to {ticket.max_per_order} places per order."
        }
    if ticket.capacity and party_size > ticket.capacity:
        return {"party_size": f"There are only {ticket.capacity} places of {ticket.name} in all."}
    return {}


def shortage(
    tickets: Sequence[Ticket], wanted: Mapping[int, int], left: Mapping[int, int | None], *, quicker: bool = False
) -> str:
    """What is missing, in sentences; `left` is what is free per ticket type (None: no limit).

    Where each alone would fit, they need the same places.
    """
    chosen = [ticket for ticket in tickets if wanted.get(ticket.id)]
    told = [
        f"{ticket.name}: {free:,} left, {wanted[ticket.id]} asked for" if free > 0 else f"{ticket.name} is full"
        for ticket in chosen
        if (free := left.get(ticket.id)) is not None and free < wanted[ticket.id]
    ]
    if not told:
        names = [ticket.name for ticket in chosen if left.get(ticket.id) is not None]
        asked = sum(wanted[ticket.id] for ticket in chosen if left.get(ticket.id) is not None)
        if len(names) == 1:
            return "Many people are registering at this moment. Please try again."
        told = [f"{' and '.join(names)} share their places, and there are not {asked} left"]
    return f"{'Somebody was quicker. ' if quicker else ''}{'; '.join(told)}."


Draw = tuple[int, frozenset[int]]
"""A number of places, and the ticket types that draw from it."""


def places(quotas: Sequence[Draw]) -> int:
    """How many places a set of quotas comes to.

    Nobody can take more than the smallest sum of quotas that every ticket type draws from: a dinner for 20 of the 100 in
    the hall adds nothing to the hall.
    """
    types = frozenset[int]().union(*(drawn for _, drawn in quotas))
    if not types:
        return 0
    one = min(types)
    return min(
        count + places([(other, kinds - drawn) for other, kinds in quotas if kinds - drawn])
        for count, drawn in quotas
        if one in drawn
    )


def next_served(line: Sequence[Party], left: Mapping[int, int], draws: Mapping[int, frozenset[int]]) -> list[Party]:
    """Who of the line is offered places, in the order of arrival. `draws` has the quotas of each ticket type.

    A party that does not fit keeps those behind it from the quotas it waits for, and what it needs of others is kept.
    """
    free = dict(left)
    blocked: set[int] = set()
    served = []
    for party in line:
        quotas = draws.get(party.ticket_type, frozenset())
        short = {quota for quota in quotas if quota in blocked or free[quota] < party.size}
        blocked |= short
        for quota in quotas - short:
            free[quota] -= party.size
        if not short:
            served.append(party)
    return served
