"""What registration's handlers ask for by name."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from litestar.di import NamedDependency
from markupsafe import Markup

from portal.payments.flows import Payments
from portal.registration.values.orders import OrderRecord, SeatRecord

PaymentsHere: TypeAlias = NamedDependency[Payments]
FindSeatPart: TypeAlias = Callable[[OrderRecord, SeatRecord], Awaitable[str]]
SeatPart: TypeAlias = NamedDependency[FindSeatPart]
"""HTML that others add to the page of an order or a place, about the place itself: `seat_part: SeatPart`."""


def one_below_the_other(parts: Sequence[FindSeatPart]) -> FindSeatPart:
    """What each of several packages says of a place, in this order."""

    async def found(order: OrderRecord, seat: SeatRecord) -> Markup:
        # Each is markup that was escaped where it was made.
        return Markup("").join([Markup(await part(order, seat)) for part in parts])  # noqa: S704

    return found
