"""Plain values: an event's exhibitors as everybody may know them."""

from datetime import datetime

import msgspec

from portal.core.money import Money
from portal.exhibitors.plans import Hall, Spot


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """A company that exhibits. `booths` are (label, hall's slug); `categories` the slugs of what it is found by;
    `meets`: somebody of it can be asked for a meeting; `shows`: the names of what it shows here.
    """

    id: int
    slug: str
    name: str
    tagline: str
    headline: str
    city: str
    country: str | None
    booths: list[tuple[str, str]]
    categories: list[str]
    meets: bool = False
    shows: str = ""

    @property
    def line(self) -> str:
        """What it says of itself, here or else in general."""
        return self.headline or self.tagline


class Exhibition(msgspec.Struct, frozen=True, kw_only=True):
    """A public event with those who exhibit and the halls that are shown. `version` is that of all it is made of."""

    version: tuple[int, ...]
    event_id: int
    slug: str
    title: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    open: bool
    until: datetime | None
    currency: str
    stands: tuple[Stand, ...]
    halls: tuple[Hall, ...]
    categories: dict[str, str]

    def takes_applications(self, now: datetime) -> bool:
        """Whether companies can apply, to the day: pages are kept."""
        return self.open and not self.is_cancelled and self.ends_at > now and (self.until is None or self.until > now)

    def spots(self, one: Stand) -> list[tuple[Hall, Spot]]:
        """Where a company stands."""
        return [(hall, spot) for hall in self.halls for spot in hall.spots if spot.company_slug == one.slug]

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def free(self) -> int:
        return sum(hall.count("free") for hall in self.halls)
