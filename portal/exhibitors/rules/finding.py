"""Which exhibitors are asked for, and what search engines are told of them. Pure."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from portal.core.text import folded
from portal.exhibitors.plans import Hall
from portal.exhibitors.public import Exhibition, Stand


class Filters(msgspec.Struct, frozen=True):
    """Words of a name, of what is shown or of a booth's label; a hall and a category by slug."""

    q: str = ""
    hall: str = ""
    category: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.hall or self.category)

    def query(self, **changed: str) -> str:
        kept = {name: value for name, value in {**msgspec.structs.asdict(self), **changed}.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


KEYS = frozenset({"q", "hall", "category"})


def parse(given: dict[str, str], exhibition: Exhibition) -> Filters:
    """What is asked for; a hall or category that is not there is passed over."""
    hall, category = given.get("hall", ""), given.get("category", "")
    return Filters(
        given.get("q", "").strip()[:120],
        hall if any(one.slug == hall for one in exhibition.halls) else "",
        category if category in exhibition.categories else "",
    )


def matching(filters: Filters, stands: Sequence[Stand]) -> list[Stand]:
    words = folded(filters.q).split()
    return [one for one in stands if _matches(one, filters, words)]


def _matches(one: Stand, filters: Filters, words: list[str]) -> bool:
    text = folded(" ".join([one.name, one.line, one.city, one.shows, *(label for label, _ in one.booths)]))
    return (
        all(word in text for word in words)
        and (not filters.hall or any(hall == filters.hall for _, hall in one.booths))
        and (not filters.category or filters.category in one.categories)
    )


def found_spots(filters: Filters, stands: Sequence[Stand], halls: Sequence[Hall]) -> frozenset[int]:
    """Ids of the booths of those who were asked for; none where nothing was."""
    known = {one.slug for one in stands}
    if not (filters.q or filters.category):
        return frozenset()
    return frozenset(spot.id for hall in halls for spot in hall.spots if spot.company_slug in known)


def schema_org(exhibition: Exhibition, *, base_url: str) -> dict[str, Any]:
    """The list as an ItemList of organisations."""
    here = f"{base_url}/events/{exhibition.slug}/exhibitors"
    return {
        "@context": "https://schema.org",
        "@type": "ItemList",
        "name": f"Exhibitors at {exhibition.title}",
        "url": here,
        "numberOfItems": len(exhibition.stands),
        "itemListElement": [
            {"@type": "ListItem", "position": place, "url": f"{here}/{one.slug}", "name": one.name}
            for place, one in enumerate(exhibition.stands, 1)
        ],
    }


def schema_org_stand(exhibition: Exhibition, one: Stand, *, base_url: str) -> dict[str, Any]:
    """A stand: the company, and the event it can be met at."""
    return {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": one.name,
        "url": f"{base_url}/companies/{one.slug}",
        "event": {
            "@type": "Event",
            "name": exhibition.title,
            "startDate": exhibition.starts_at.isoformat(),
            "endDate": exhibition.ends_at.isoformat(),
            "url": f"{base_url}/events/{exhibition.slug}",
        },
    }
