"""What a search that found nothing may have meant, as far as it finds something."""

import msgspec

from portal.core import db, finding, searching
from portal.directory.queries.conditions import Conditions, Context

DOCUMENTS = "SELECT search FROM company WHERE state = 'public'"


class Respelled(msgspec.Struct, frozen=True):
    """Other words, and how many companies they give under the same filters."""

    words: str
    count: int


async def respelled(context: Context) -> list[Respelled]:
    """Up to three other spellings of the search words that do find something, the likeliest first."""
    words, letters = searching.parted(context.filters.q)
    if not words:
        return []
    ways = await finding.ways(" ".join(words), DOCUMENTS)
    if not ways:
        return []
    c = Conditions(msgspec.structs.replace(context, filters=context.filters.with_(q="")))
    where = f"{c.all()} AND {c.day} IS NOT NULL"
    spelt = [" ".join((way, *letters)) for way in ways]
    counts = ", ".join(f"count(*) FILTER (WHERE {finding.found_by(way, 'c', c.value)})" for way in spelt)
    record = await db.fetch_one(f"SELECT {counts} FROM company c WHERE {where}", *c.values)
    return [Respelled(way, count) for way, count in zip(spelt, record or (), strict=True) if count][:3]
