"""What a search that found nothing may have meant, as far as it finds something."""

from datetime import date

import msgspec

from portal.core import db, finding, searching
from portal.events.queries.conditions import Conditions
from portal.events.rules.filters import Filters


class Respelled(msgspec.Struct, frozen=True):
    """Other words, and how many events they give under the same filters."""

    words: str
    count: int


_DOCUMENTS = "SELECT search FROM event WHERE state <> 'draft'"


async def respelled(filters: Filters, *, today: date) -> list[Respelled]:
    """Up to two other spellings of the search words that do find something, the likeliest first."""
    words, letters = searching.parted(filters.q)
    if not words:
        return []
    ways = await finding.ways(" ".join(words), _DOCUMENTS)
    return await _counted([" ".join((way, *letters)) for way in ways], filters, today=today) if ways else []


async def _counted(ways: list[str], filters: Filters, *, today: date) -> list[Respelled]:
    """The first two of the spellings that give events under the same filters."""
    c = Conditions(filters.with_(q=""), today=today)
    where = c.all()
    counts = ", ".join(f"count(*) FILTER (WHERE {c.found_by(way)})" for way in ways)
    sql = f"SELECT {counts} FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {where}"
    record = await db.fetch_one(sql, *c.values)
    return [Respelled(way, count) for way, count in zip(ways, record or (), strict=True) if count][:2]
