"""An event's exhibitors as a file. Pure."""

from typing import Any

from portal.exhibitors.public import Exhibition
from portal.exhibitors.rules.whereabouts import near

COLUMNS = ("Company", "Booths", "Halls", "Where", "What it shows", "Categories", "City", "Country", "Page")


def rows(exhibition: Exhibition, *, base_url: str) -> list[dict[str, Any]]:
    """By name: who exhibits, where, and with what. `booths` have the hall and what they are near."""
    here = f"{base_url}/events/{exhibition.slug}/exhibitors"
    return [
        {
            "name": one.name, "url": f"{here}/{one.slug}", "line": one.line, "city": one.city, "country": one.country,
            "categories": [exhibition.categories[slug] for slug in one.categories if slug in exhibition.categories],
            "booths": [
                {"label": spot.label, "hall": hall.name, "where": near(hall, spot), "size": spot.size}
                for hall, spot in exhibition.spots(one)
            ],
        }
        for one in exhibition.stands
    ]  # fmt: skip


def line(row: dict[str, Any]) -> list[object]:
    """One of these for a table."""
    booths = row["booths"]
    return [
        row["name"], ", ".join(one["label"] for one in booths), ", ".join(dict.fromkeys(one["hall"] for one in booths)),
        "; ".join(one["where"] for one in booths if one["where"]), row["line"], ", ".join(row["categories"]), row["city"],
        row["country"] or "", row["url"],
    ]  # fmt: skip
