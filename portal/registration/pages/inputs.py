"""What registration's handlers ask for by name."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from litestar.di import NamedDependency

from portal.payments.flows import Payments
from portal.registration.values.orders import OrderRecord, SeatRecord

PaymentsHere: TypeAlias = NamedDependency[Payments]
FindSeatPart: TypeAlias = Callable[[OrderRecord, SeatRecord], Awaitable[str]]
SeatPart: TypeAlias = NamedDependency[FindSeatPart]
"""HTML that others add to the page of an order or a place, about the place itself: `seat_part: SeatPart`."""
