"""The lane of paid places: apart from the list, labelled, and never asked by anything that orders it (house rule 24)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request

from portal.core import countries, db
from portal.core.keeping import Kept
from portal.core.times import today
from portal.directory import logos
from portal.directory.audience import seen_in_lane
from portal.directory.cards import initials
from portal.media.values import File
from portal.placements.queries import sponsors

MOST = 3


class Sponsor(msgspec.Struct, frozen=True):
    """What the lane shows of a company."""

    slug: str
    name: str
    initials: str
    place: str
    text: str
    logo: File | None = None


_kept: Kept[dict[str, Any]] = Kept(200)


async def lane(
    request: Request[Any, Any, Any], categories: Sequence[str], *, now: datetime, version: int
) -> dict[str, Any]:
    """The lane of a page, counted as shown once the page is given."""
    made = await _lane(categories, now=now, version=version)
    if made["paid"] is not None:
        seen_in_lane(map(int, made["paid"].sponsors), request)
    return made


async def _lane(categories: Sequence[str], *, now: datetime, version: int) -> dict[str, Any]:
    """Who has paid for a place beside these categories this month, as `paid` and `sponsors` for the template.
    Bookings raise the version of the companies.

    At most three, the first of each category before the second of any.
    """
    day = today(now)
    key = (tuple(categories), day, version)
    if (kept := _kept.get(key)) is not None:
        return kept
    booked = await sponsors.sponsored(categories, day) if categories else {}
    rounds = [
        booked[category][at] for at in range(MOST) for category in categories if len(booked.get(category, ())) > at
    ]
    keys = list(dict.fromkeys(rounds))
    found = await _public(keys, now) if keys else {}
    shown = [key for key in keys if key in found][:MOST]
    return _kept.put(key, {"paid": sponsors.lane_of(shown), "sponsors": found})


async def _public(keys: Sequence[str], now: datetime) -> dict[str, Sponsor]:
    rows = await db.fetch(
        "SELECT id::text AS key, slug, name, city, country, tagline, logo FROM company "
        "WHERE id::text = ANY($1::text[]) AND state = 'public'",
        list(keys),
    )
    pictures = await logos.shown({row["key"]: row["logo"] for row in rows}, now=now)
    return {
        row["key"]: Sponsor(
            slug=row["slug"],
            name=row["name"],
            initials=initials(row["name"]),
            place=", ".join(part for part in (row["city"], countries.name(row["country"])) if part),
            text=row["tagline"],
            logo=pictures.get(row["logo"]),
        )
        for row in rows
    }
