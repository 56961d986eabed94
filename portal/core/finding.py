"""Finding rows by typed words, in SQL: the condition, and what words that are found nowhere may have meant.

The rows have `search` (tsvector) and `letters` (the same words in plain lower case).
"""

from collections.abc import Callable
from typing import Any

from portal.core import db, searching
from portal.core.searching import Near

# Accents go before the quoting: unaccent() turns typographic quotes into plain ones.
_QUOTED = r"""
SELECT coalesce(string_agg(quote_literal(w) || ':*', ' & '), '')
FROM (SELECT w FROM regexp_split_to_table(plain_text(replace({words}, '\', ' ')), '\s+') w WHERE w <> '' LIMIT 12) x
"""


def matching(words: str) -> str:
    """A tsquery that each of some words is the beginning of a word; `words` is SQL."""
    return f"to_tsquery('simple', ({_QUOTED.format(words=words)}))"


def found_by(typed: str, alias: str, value: Callable[[Any], str]) -> str:
    """True for rows that have every word, as the beginning of one of theirs or else letter by letter."""
    words, letters = searching.parted(typed)
    parts = [f"position(plain_text(lower({value(word)})) IN {alias}.letters) > 0" for word in letters]
    plain = " ".join(word for word in words if not searching.variants(word))
    asked = [matching(value(plain))] if plain else []
    for word in words:
        if others := searching.variants(word):
            asked.append(f"({' || '.join(matching(value(way)) for way in (word, *others))})")
    if asked:
        parts.append(f"{alias}.search @@ ({' && '.join(asked)})")
    return " AND ".join(parts) or "false"


_NEAR = r"""
WITH asked AS MATERIALIZED (
    SELECT word, place FROM regexp_split_to_table(plain_text(lower($1)), '\s+') WITH ORDINALITY AS a (word, place) LIMIT 6
), known AS MATERIALIZED (
    SELECT word, ndoc FROM ts_stat($2) WHERE length(word) BETWEEN 2 AND 40
), unknown AS MATERIALIZED (
    SELECT word, place FROM asked a
    WHERE length(word) BETWEEN 3 AND 40 AND NOT EXISTS (SELECT FROM known k WHERE starts_with(k.word, a.word))
), run AS (
    SELECT a.place, b.place AS until, string_agg(m.word, '' ORDER BY m.place) AS word
    FROM asked a JOIN asked b ON b.place > a.place JOIN asked m ON m.place BETWEEN a.place AND b.place GROUP BY 1, 2
)
SELECT a.place, a.word AS typed, u.word IS NULL AS fine, '' AS near, 0 AS uses, NULL::bigint AS until
FROM asked a LEFT JOIN unknown u ON u.place = a.place
UNION ALL
SELECT u.place, u.word, false, k.word, k.ndoc, NULL FROM unknown u JOIN known k
    ON abs(length(k.word) - length(u.word)) <= 3 AND levenshtein_less_equal(u.word, k.word, 4) <= 4
UNION ALL
SELECT u.place, u.word, false, l.word || ' ' || r.word, least(l.ndoc, r.ndoc), NULL
FROM unknown u CROSS JOIN generate_series(2, length(u.word) - 2) AS cut
JOIN known l ON l.word = left(u.word, cut) JOIN known r ON r.word = substr(u.word, cut + 1)
UNION ALL
SELECT r.place, r.word, false, '', 0, r.until FROM run r WHERE EXISTS (SELECT FROM known k WHERE starts_with(k.word, r.word))
ORDER BY place
"""


async def ways(words: str, documents: str) -> list[str]:
    """Other spellings of `words`, the likeliest first: with a blank too many left out, then letter by letter.

    `documents` is a SELECT of the text vectors that are searched."""
    typed: dict[int, str] = {}
    fine: set[str] = set()
    near: dict[str, list[Near]] = {}
    runs: list[tuple[int, int, str]] = []
    for row in await db.fetch(_NEAR, words, documents):
        if row["until"] is not None:
            runs.append((row["place"], row["until"], row["typed"]))
            continue
        typed[row["place"]] = row["typed"]
        if row["near"]:
            near.setdefault(row["typed"], []).append(Near(row["near"], row["uses"]))
        elif row["fine"]:
            fine.add(row["typed"])
    joined = [
        " ".join([*(w for n, w in typed.items() if n < at), word, *(w for n, w in typed.items() if n > until)])
        for at, until, word in runs
    ]
    return [*joined, *searching.ways([typed[place] for place in sorted(typed)], fine, near)]
