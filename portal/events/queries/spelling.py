"""What a search that found nothing may have meant, as far as it finds something."""

from datetime import date

import msgspec

from portal.core import db
from portal.events.queries.conditions import Conditions
from portal.events.rules import searching
from portal.events.rules.filters import Filters
from portal.events.rules.searching import Near


class Respelled(msgspec.Struct, frozen=True):
    """Other words, and how many events they give under the same filters."""

    words: str
    count: int


_NEAR = r"""
WITH asked AS MATERIALIZED (
    SELECT word, place FROM regexp_split_to_table(plain_text(lower($1)), '\s+') WITH ORDINALITY AS a (word, place) LIMIT 6
), known AS MATERIALIZED (
    SELECT word, ndoc FROM ts_stat('SELECT search FROM event WHERE state <> ''draft''') WHERE length(word) BETWEEN 2 AND 40
), unknown AS MATERIALIZED (
    SELECT word, place FROM asked a
    WHERE length(word) BETWEEN 3 AND 40 AND NOT EXISTS (SELECT FROM known k WHERE starts_with(k.word, a.word))
)
SELECT a.place, a.word AS typed, u.word IS NULL AS fine, '' AS near, 0 AS uses
FROM asked a LEFT JOIN unknown u ON u.place = a.place
UNION ALL
SELECT u.place, u.word, false, k.word, k.ndoc FROM unknown u JOIN known k
    ON abs(length(k.word) - length(u.word)) <= 3 AND levenshtein_less_equal(u.word, k.word, 4) <= 4
UNION ALL
SELECT u.place, u.word, false, l.word || ' ' || r.word, least(l.ndoc, r.ndoc)
FROM unknown u CROSS JOIN generate_series(2, length(u.word) - 2) AS cut
JOIN known l ON l.word = left(u.word, cut) JOIN known r ON r.word = substr(u.word, cut + 1)
"""


async def respelled(filters: Filters, *, today: date) -> list[Respelled]:
    """Up to two other spellings of the search words that do find something, the likeliest first."""
    words, letters = searching.parted(filters.q)
    if not words:
        return []
    typed: dict[int, str] = {}
    fine: set[str] = set()
    near: dict[str, list[Near]] = {}
    for row in await db.fetch(_NEAR, " ".join(words)):
        typed[row["place"]] = row["typed"]
        if row["near"]:
            near.setdefault(row["typed"], []).append(Near(row["near"], row["uses"]))
        elif row["fine"]:
            fine.add(row["typed"])
    ways = searching.ways([typed[place] for place in sorted(typed)], fine, near)
    return await _counted([" ".join((way, *letters)) for way in ways], filters, today=today) if ways else []


async def _counted(ways: list[str], filters: Filters, *, today: date) -> list[Respelled]:
    """The first two of the spellings that give events under the same filters."""
    c = Conditions(filters.with_(q=""), today=today)
    where = c.all()
    counts = ", ".join(f"count(*) FILTER (WHERE {c.found_by(way)})" for way in ways)
    sql = f"SELECT {counts} FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {where}"
    record = await db.fetch_one(sql, *c.values)
    return [Respelled(way, count) for way, count in zip(ways, record or (), strict=True) if count][:2]
