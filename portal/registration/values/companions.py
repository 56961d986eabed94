"""A date as the mail about several of them lists it."""

import msgspec

from portal.registration.values.orders import OrderRecord, SeatRecord


class DateTold(msgspec.Struct, frozen=True):
    """A date with the places that one reader has there; the first of them is the reader’s own, if any is."""

    order: OrderRecord
    seats: tuple[SeatRecord, ...]

    @property
    def path(self) -> str:
        """Its page for the reader."""
        return self.order.path

    @property
    def own(self) -> SeatRecord:
        return next((seat for seat in self.seats if seat.named_at is not None), self.seats[0])
