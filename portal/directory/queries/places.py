"""Where companies are: cities that a search can begin from."""

import msgspec

from portal.core import db
from portal.core.keeping import Kept


class Centre(msgspec.Struct, frozen=True):
    """A city as the companies in it tell: what is near is measured from the middle of them."""

    key: str
    name: str
    country: str | None
    regions: list[str]
    latitude: float | None
    longitude: float | None


_CENTRE = """
SELECT city_key AS key, mode() WITHIN GROUP (ORDER BY city) AS name, country,
    array_agg(DISTINCT region) FILTER (WHERE region <> '') AS regions,
    avg(latitude) AS latitude, avg(longitude) AS longitude
FROM company WHERE state = 'public' AND city_key = plain_text(lower($1)) AND ($2::text[] = '{}' OR country = ANY($2))
GROUP BY city_key, country ORDER BY count(*) DESC, country LIMIT 1
"""
_kept: Kept[Centre] = Kept(300)


async def centre(city: str, countries: tuple[str, ...], *, version: int) -> Centre | None:
    """The city of that name with most companies, in one of the countries where some are given."""
    if not city:
        return None
    key = (city, countries, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    row = await db.fetch_one(_CENTRE, city, list(countries))
    return _kept.put(key, Centre(**{**row, "regions": row["regions"] or []})) if row else None
