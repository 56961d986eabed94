"""What a move to another booth makes in money. Pure; amounts are net, in minor units."""

import msgspec


class Worth(msgspec.Struct, frozen=True):
    """What a booked booth counts for by the plan, None where it has no price, and what was paid for it and has not gone back.
    `outside`: it was given, or sold in another currency, so that its money is no matter of the portal’s.
    """

    stands: int | None
    paid: int
    outside: bool

    def makes(self, price: int | None) -> int:
        """More to pay for a booth of that price, or, below zero, what would go back; nothing for one without a price."""
        if self.outside or price is None:
            return 0
        counts = max(self.stands or 0, self.paid)
        if price > counts:
            return price - counts
        # What was never paid cannot go back.
        return min(0, price - self.paid)

    def alike(self, price: int | None) -> bool:
        """Whether it makes no difference, so that the exhibitor moves by itself and at once."""
        return price is not None and (price == self.stands or (not self.outside and price == self.paid))
