"""Pages of a list."""

import msgspec


class Page(msgspec.Struct, frozen=True):
    """Where a list is: `number` starts at 1, `total` counts all rows."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last_row(self) -> int:
        return min(self.total, self.number * self.size)

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def around(self, reach: int = 2) -> list[int | None]:
        """Page numbers to show; None marks a gap."""
        shown = sorted({1, self.last, *range(max(1, self.number - reach), min(self.last, self.number + reach) + 1)})
        out: list[int | None] = []
        for number in shown:
            if out and out[-1] is not None and number - out[-1] > 1:
                out.append(None)
            out.append(number)
        return out
