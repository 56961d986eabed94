"""What the ticket form says of each ticket: what can be chosen of it, and what is left. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.registration.rules.selling import Sale, sale
from portal.registration.values.tickets import Ticket


class Choice(msgspec.Struct, frozen=True):
    """A ticket in the form. `floor` and `most` bound the number, `least` is what the first press chooses; the only ticket
    on sale is chosen from the start. Tickets that share their tightest quota say what is left once: `together` names
    the others.
    """

    ticket: Ticket
    sale: Sale
    floor: int = 0
    least: int = 1
    most: int = 0
    says_left: bool = False
    few: bool = False
    together: str = ""

    @property
    def field(self) -> str:
        return f"ticket_{self.ticket.id}"


def choices(tickets: Sequence[Ticket], now: datetime) -> list[Choice]:
    """Every ticket as the form shows it now."""
    states = [(ticket, sale(ticket, now)) for ticket in tickets]
    on_sale = [ticket for ticket, state in states if state is Sale.OPEN]
    sharing: dict[int, list[Ticket]] = {}
    for ticket in on_sale:
        if ticket.quota is not None:
            sharing.setdefault(ticket.quota, []).append(ticket)
    return [
        _choice(ticket, sharing.get(ticket.quota or 0, []), alone=len(on_sale) == 1)
        if state is Sale.OPEN
        else Choice(ticket, state)
        for ticket, state in states
    ]


def _choice(ticket: Ticket, sharing: Sequence[Ticket], *, alone: bool) -> Choice:
    left, capacity = ticket.left, ticket.capacity or 0
    others = [other.name for other in sharing if other.id != ticket.id]
    return Choice(
        ticket,
        Sale.OPEN,
        floor=ticket.min_per_order if alone else 0,
        least=ticket.min_per_order,
        most=ticket.max_per_order if left is None else min(left, ticket.max_per_order),
        says_left=bool(sharing) and sharing[0].id == ticket.id,
        few=left is not None and (left <= 20 or left * 5 <= capacity),
        together=" and ".join(part for part in (", ".join(others[:-1]), *others[-1:]) if part),
    )
