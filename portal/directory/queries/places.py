"""Where companies are: cities that a search can begin from."""

import msgspec

from portal.core import db
from portal.core.keeping import Kept
from portal.directory import cities


class Centre(msgspec.Struct, frozen=True):
    """A city as the companies in it tell: what is near is measured from the middle of them."""

    key: str
    name: str
    country: str | None
    regions: list[str]
    latitude: float | None
    longitude: float | None


# A country narrows what is found, not where a distance is measured from: near Basel, in Germany. It only tells cities of
# one name apart.
_CENTRE = """
SELECT city_key AS key, mode() WITHIN GROUP (ORDER BY city) AS name, country,
    array_agg(DISTINCT region) FILTER (WHERE region <> '') AS regions,
    avg(latitude) AS latitude, avg(longitude) AS longitude
FROM company WHERE state = 'public' AND city_key IN (SELECT plain_text(lower(x)) FROM unnest($1::text[]) x)
GROUP BY city_key, country ORDER BY country IS NOT NULL AND country = ANY($2) DESC, count(*) DESC, country, city_key LIMIT 1
"""
_LIKE_IT = """
WITH asked AS (SELECT plain_text(lower(left($1, 60))) AS key)
SELECT mode() WITHIN GROUP (ORDER BY city) AS name FROM company CROSS JOIN asked
WHERE state = 'public' AND city <> '' AND length(city_key) < 60
    AND (levenshtein_less_equal(city_key, asked.key, $2) <= $2 OR starts_with(city_key, asked.key))
GROUP BY city_key, asked.key ORDER BY levenshtein(city_key, asked.key), count(*) DESC, city_key LIMIT 3
"""
_kept: Kept[Centre] = Kept(300)


async def centre(city: str, countries: tuple[str, ...], *, version: int) -> Centre | None:
    """The city that is called so, in one of the countries given if there is one, and of those the one with most companies."""
    if not city:
        return None
    key = (city, countries, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    row = await db.fetch_one(_CENTRE, [city, *cities.other_names(city)], list(countries))
    return _kept.put(key, Centre(**{**row, "regions": row["regions"] or []})) if row else None


async def like(city: str) -> list[str]:
    """Up to three cities with companies that may have been meant, the likeliest first."""
    rows = await db.fetch(_LIKE_IT, city, 1 if len(city) < 5 else 2)
    return [row["name"] for row in rows]
