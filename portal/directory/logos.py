"""Logos in lists: part of some plans. They change how a row looks, never where it stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from portal.directory.queries.listing import Row
from portal.directory.queries.plans import KIND
from portal.media import queries as media
from portal.media.values import File
from portal.placements.permissions import allowed
from portal.placements.queries.plans import plans_of
from portal.placements.rules.plans import Feature


async def logos_of(rows: Iterable[Row], *, now: datetime) -> dict[str, File]:
    """The logos to show beside these companies, by their key in the profile."""
    return await shown({str(row.id): row.profile.logo for row in rows}, now=now)


async def shown(logos: Mapping[str, str], *, now: datetime) -> dict[str, File]:
    """The same for logos by the companies' keys, as plans know them."""
    having = {key: logo for key, logo in logos.items() if logo}
    plans = await plans_of(KIND, list(having), now)
    return await media.by_keys([logo for key, logo in having.items() if allowed(plans[key], Feature.LOGO)])
