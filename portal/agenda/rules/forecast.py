"""How full rooms will be, as far as agendas tell. Pure.

Of those who saved a session as their first choice, a share comes: the one that came to this organiser’s earlier events, of
those who had a place there. Who chose several at once is in one of them, each as likely. The span is two standard
deviations of that many coin tosses to either side, which is what chance alone does; how people decide is not in it.
"""

from datetime import datetime
from math import sqrt

import msgspec

DEFAULT_RATE = 0.6
"""Where no earlier event tells: of free and paid trade events alike, about three in five who mean to come do."""
ENOUGH_SEATS = 30
"""Fewer places than these at earlier events say nothing about a share."""
ENOUGH_SAVES = 10
"""Below, a session’s number is shown, and is no forecast."""


class Rate(msgspec.Struct, frozen=True):
    """The share that comes, and what it is from: so many came of so many at so many events. None: the default."""

    share: float
    came: int = 0
    of: int = 0
    events: int = 0

    @property
    def is_measured(self) -> bool:
        return self.events > 0

    @property
    def percent(self) -> int:
        return round(100 * self.share)


def rate(came: int, of: int, events: int) -> Rate:
    return Rate(came / of, came, of, events) if of >= ENOUGH_SEATS else Rate(DEFAULT_RATE)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A session with what agendas say of it. `torn` first choices overlap another one of the same agenda; `likely` counts each
    of those in part. `places` are those given away of a workshop’s own, None where it has none;
    `holds` is how many its room, or the workshop, holds.
    """

    id: int
    title: str
    slug: str
    room: str
    starts_at: datetime
    ends_at: datetime
    firsts: int
    torn: int
    likely: float
    seconds: int
    places: int | None
    holds: int | None


class Forecast(msgspec.Struct, frozen=True):
    """What is expected in one session."""

    session: Counted
    expected: int
    low: int
    high: int

    @property
    def basis(self) -> int:
        """Where one signs up, places count; elsewhere first choices."""
        return self.session.firsts if self.session.places is None else self.session.places

    @property
    def is_forecast(self) -> bool:
        return self.basis >= ENOUGH_SAVES

    @property
    def percent(self) -> int | None:
        """Of what the room holds; None where that is not known."""
        return round(100 * self.expected / self.session.holds) if self.session.holds else None

    @property
    def warns(self) -> bool:
        """More are expected than the room holds."""
        return self.is_forecast and self.session.holds is not None and self.expected > self.session.holds

    @property
    def might(self) -> bool:
        """Chance alone could fill it over."""
        return self.is_forecast and not self.warns and self.session.holds is not None and self.high > self.session.holds


def forecast(session: Counted, share: float) -> Forecast:
    basis = session.firsts if session.places is None else session.places
    middle = share * (session.likely if session.places is None else session.places)
    spread = 2 * sqrt(middle * (1 - middle / basis)) if basis else 0
    return Forecast(session, round(middle), max(0, round(middle - spread)), min(basis, round(middle + spread)))
