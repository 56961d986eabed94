"""Noted stands as pages show them: by event and hall, those to visit before those that were. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

import msgspec

from portal.agenda.values import MyStand
from portal.exhibitors.plans import Hall


class AtEvent(msgspec.Struct, frozen=True):
    """The stands of one event: `ahead` by hall, in the order one passes them, and those one was at."""

    id: int
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    ahead: list[tuple[str, list[MyStand]]]
    visited: list[MyStand]

    @property
    def count(self) -> int:
        return sum(len(stands) for _, stands in self.ahead) + len(self.visited)

    @property
    def words(self) -> str:
        """`3 to visit, 1 visited`."""
        ahead = self.count - len(self.visited)
        told = [f"{ahead:,} to visit" if ahead else "", f"{len(self.visited):,} visited" if self.visited else ""]
        return ", ".join(part for part in told if part)


def by_event(stands: Iterable[MyStand]) -> list[AtEvent]:
    """They come ordered by event, hall and booth."""
    found = []
    for _, these in groupby(stands, key=lambda one: one.event_id):
        all_ = list(these)
        ahead = [one for one in all_ if one.visited_at is None]
        first = all_[0]
        found.append(AtEvent(
            first.event_id, first.event_slug, first.event, first.starts_at, first.ends_at, first.timezone,
            [(hall, list(here)) for hall, here in groupby(ahead, key=lambda one: one.hall)],
            [one for one in all_ if one.visited_at is not None],
        ))  # fmt: skip
    return found


def pins(halls: Iterable[Hall], stands: Iterable[MyStand]) -> Mapping[int, str]:
    """`visited` or `saved`, by the booth a noted company has."""
    noted = {one.id: "visited" if one.visited_at else "saved" for one in stands}
    return {
        spot.id: noted[spot.exhibitor_id]
        for hall in halls
        for spot in hall.spots
        if spot.exhibitor_id is not None and spot.exhibitor_id in noted
    }
