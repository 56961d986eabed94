"""Cities that people look for by other names: München for Munich, Bâle for Basel. See `vocabulary/cities.csv`."""

import csv
from functools import lru_cache
from pathlib import Path

from portal.core.countries import plain

_FILE = Path(__file__).parent / "vocabulary" / "cities.csv"


def other_names(city: str) -> list[str]:
    """What else a city is called; nothing for one that the file does not have."""
    own = plain(city)
    return [name for name in _groups().get(own, ()) if plain(name) != own]


@lru_cache(maxsize=1)
def _groups() -> dict[str, list[str]]:
    """All names of a city, by each of them."""
    found: dict[str, list[str]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = [row["name"], *row["also"].split("; ")]
            for name in names:
                known = found.setdefault(plain(name), [])
                known += [other for other in names if other not in known]
    return found
