"""Noted stands as pages show them: by event and hall, those to visit before those that were. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from portal.agenda.rules.telling import News
from portal.agenda.values import Item, MyStand
from portal.core import overtaking
from portal.exhibitors.plans import Hall


class AtEvent(msgspec.Struct, frozen=True):
    """The stands of one event: `ahead` by hall, in the order one passes them, and those one was at."""

    id: int
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    is_cancelled: bool
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
            first.off == "cancelled",
            [(hall, list(here)) for hall, here in groupby(ahead, key=lambda one: one.hall)],
            [one for one in all_ if one.visited_at is not None],
        ))  # fmt: skip
    return found


def facts(one: MyStand) -> dict[str, str]:
    """What a reader knows of a stand once they have seen it."""
    return {"booth": one.booth, "off": one.off}


def mark(row: int, told: Mapping[str, str]) -> str:
    """A short word for what is known of a noted stand, as for entries."""
    return overtaking.mark([row, told])


def news(one: MyStand) -> News | None:
    """What to tell of a stand they still mean to visit; that a booth is not known for a while is nothing to tell."""
    before = one.told.get("off", one.off)
    if not one.told or one.visited_at is not None:
        return None
    if one.off != before:
        if "cancelled" in (one.off, before):
            return (
                News("off", "The event is cancelled")
                if one.off == "cancelled"
                else News("back", "It takes place after all")
            )
        return (
            News("off", f"{one.company} does not exhibit any more")
            if one.off
            else News("back", f"{one.company} exhibits again")
        )
    if not one.off and one.booth and one.booth != one.told["booth"]:
        return News("moved", f"{one.company} is at booth {one.booth} now", one.told["booth"])
    return None


class Fair(msgspec.Struct, frozen=True):
    """What is otherwise with stands of one event than their reader knows it; `facts` are as they are now, by number of row."""

    item: Item
    news: list[News]
    facts: dict[int, dict[str, str]]


def changed(stands: Iterable[MyStand], now: datetime) -> list[Fair]:
    """By event, as the stands come; what is over is no news."""
    found = []
    for _, these in groupby(stands, key=lambda one: one.event_id):
        here = list(these)
        told = [(one, said) for one in here if one.ends_at > now and (said := news(one))]
        if told:
            rows = {row: facts(one) for one, _ in told for row in one.rows}
            found.append(Fair(of_event(here), list(dict.fromkeys(said for _, said in told)), rows))
    return found


def of_event(stands: Sequence[MyStand]) -> Item:
    """The fair they are at, as mails name it."""
    one = stands[0]
    return Item(
        kind="stands", id=one.event_id, event_id=one.event_id, title=f"Stands at {one.event}", starts_at=one.starts_at,
        ends_at=one.ends_at, timezone=one.timezone, address=f"/agenda/stands/{one.event_slug}",
        off="cancelled" if one.off == "cancelled" else "",
    )  # fmt: skip


def pins(halls: Iterable[Hall], stands: Iterable[MyStand]) -> Mapping[int, str]:
    """`visited` or `saved`, by the booth a noted company has."""
    noted = {one.id: "visited" if one.visited_at else "saved" for one in stands}
    return {
        spot.id: noted[spot.exhibitor_id]
        for hall in halls
        for spot in hall.spots
        if spot.exhibitor_id is not None and spot.exhibitor_id in noted
    }
