"""Which migrations there are, and which are missing. Light: web processes ask, too."""

from functools import lru_cache
from pathlib import Path

from portal.core import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The ids of all migrations in the folder, read from the files without importing them."""
    ids = set()
    for file in FOLDER.glob("*.py"):
        for line in file.read_text().splitlines():
            if line.startswith("ID ="):
                ids.add(line.split("=", 1)[1].strip().strip("\"'"))
    return frozenset(ids)


async def pending() -> list[str]:
    """Ids not applied to the database yet, oldest first."""
    if await db.fetch_value("SELECT to_regclass('public.migration')") is None:
        return sorted(known())
    done = {row["name"] for row in await db.fetch("SELECT name FROM migration WHERE app_name = 'portal'")}
    return sorted(known() - done)
