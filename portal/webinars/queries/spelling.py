"""What a search that found nothing may have meant, as far as it finds something."""

from datetime import date

import msgspec

from portal.core import finding, searching
from portal.webinars.queries import listing
from portal.webinars.queries.conditions import NAMES
from portal.webinars.rules.filters import Filters

_MOST = 2
_DOCUMENTS = (
    f"SELECT f.search FROM webinar w JOIN event e ON e.id = w.event, LATERAL ({NAMES}) f WHERE e.state <> 'draft'"
)


class Respelled(msgspec.Struct, frozen=True):
    """Other words, and how many webinars they give under the same filters."""

    words: str
    count: int


async def respelled(filters: Filters, *, today: date) -> list[Respelled]:
    """Up to two other spellings of the search words that do find something, the likeliest first."""
    words, letters = searching.parted(filters.q)
    if not words:
        return []
    ways = [" ".join((way, *letters)) for way in await finding.ways(" ".join(words), _DOCUMENTS)]
    counts = [Respelled(way, await listing.count(filters.with_(q=way), today=today)) for way in ways[:_MOST]]
    return [one for one in counts if one.count]
