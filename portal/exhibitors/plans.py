"""Plain values: halls as they are drawn and stored, and what is read from files. Lengths are centimetres."""

from datetime import datetime
from enum import StrEnum

import msgspec

FEATURES = {
    "entrance": "Entrance",
    "stage": "Stage",
    "food": "Food and drink",
    "area": "Area",
    "label": "Words on the floor",
}
"""What is in a hall besides booths."""


class DrawnBooth(msgspec.Struct, frozen=True, kw_only=True):
    """A booth as somebody wants it. `price` in minor units, None where it is not sold; `package` is a slug, or empty."""

    label: str
    x: int
    y: int
    width: int
    height: int
    price: int | None = None
    package: str = ""
    note: str = ""

    @property
    def size(self) -> str:
        return f"{metres(self.width)} × {metres(self.height)} m"


class DrawnFeature(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    label: str
    x: int
    y: int
    width: int
    height: int


class Drawing(msgspec.Struct, frozen=True):
    """A hall, or a part of one."""

    booths: tuple[DrawnBooth, ...] = ()
    features: tuple[DrawnFeature, ...] = ()

    @property
    def extent(self) -> tuple[int, int]:
        """As wide and as deep as everything in it."""
        parts: list[DrawnBooth | DrawnFeature] = [*self.booths, *self.features]
        return max((one.x + one.width for one in parts), default=0), max(
            (one.y + one.height for one in parts), default=0
        )


class Refused(msgspec.Struct, frozen=True):
    """What was not taken, where it stood, and why."""

    where: str
    reason: str


class SpotState(StrEnum):
    """What a booth is at a moment. `closed` is not sold here: the organiser gives it, or keeps it."""

    FREE = "free"
    HELD = "held"
    TAKEN = "taken"
    CLOSED = "closed"


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A booth on its plan, with whoever has it. `until`: how long it is held."""

    id: int
    label: str
    x: int
    y: int
    width: int
    height: int
    price: int | None
    package_id: int | None
    package: str
    package_slug: str
    on_sale: bool
    note: str
    state: SpotState
    until: datetime | None = None
    exhibitor_id: int | None = None
    company_slug: str = ""
    company_name: str = ""
    booking: str = ""

    @property
    def size(self) -> str:
        return f"{metres(self.width)} × {metres(self.height)} m"

    @property
    def is_had(self) -> bool:
        return self.state in (SpotState.HELD, SpotState.TAKEN)

    @property
    def drawn(self) -> DrawnBooth:
        return DrawnBooth(
            label=self.label, x=self.x, y=self.y, width=self.width, height=self.height, price=self.price,
            package=self.package_slug, note=self.note,
        )  # fmt: skip


class Hall(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with its booths by label."""

    id: int
    slug: str
    name: str
    width: int
    height: int
    public: bool
    version: int
    spots: tuple[Spot, ...]
    features: tuple[DrawnFeature, ...]

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.spots)

    @property
    def drawing(self) -> Drawing:
        return Drawing(tuple(one.drawn for one in self.spots), self.features)


def metres(length: int) -> str:
    """`3`, `2.5`."""
    return f"{length / 100:g}"
