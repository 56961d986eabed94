"""Half a year of looks at the demo's companies, so that their owners' statistics have something to show."""

import math
import random
from datetime import datetime, timedelta

from portal.core import db
from portal.core.times import today
from portal.directory.commands import counting
from portal.directory.commands.counting import Came
from portal.directory.tables.audience import Kind, Left

_DAYS = 182
_SHARES = {Kind.LISTED: 5.5, Kind.WEBSITE: 0.16, Kind.EMAIL: 0.09, Kind.PHONE: 0.04, Kind.VIDEO: 0.03}
_LEFT = {Left.CRAWLER: 2.2, Left.REPEAT: 0.4, Left.PROGRAM: 0.3, Left.PREFETCH: 0.1, Left.OWN: 0.05, Left.STAFF: 0.05}


async def seed_audience(*, now: datetime) -> None:
    """Count them, unless companies have been looked at before. The same numbers on every first day."""
    if await db.fetch_value("SELECT EXISTS (SELECT FROM company_day)"):
        return
    rows = await db.fetch(
        "SELECT id, slug, completeness FROM company WHERE state = 'public' "
        "ORDER BY claimed_at IS NULL, completeness DESC, slug LIMIT 60"
    )
    came = [one for row in rows for one in _of_company(row["id"], row["slug"], row["completeness"], now)]
    await counting.count(came, now=now)
    await counting.forget(now=now + counting.REPEAT_WITHIN + timedelta(seconds=1))


def _of_company(company: int, slug: str, completeness: int, now: datetime) -> list[Came]:
    dice = random.Random(slug)  # noqa: S311 (numbers to look at, no secrets)
    usual = 1 + completeness / 12 * dice.uniform(0.5, 1.5)
    found = []
    for ago in range(_DAYS):
        day = today(now) - timedelta(days=ago)
        busy = (0.25 if day.weekday() >= 5 else 1) * (1 + 0.3 * math.sin(ago / 17)) * (1.25 - ago / _DAYS / 2)
        views = usual * busy
        for kind, mean in {Kind.VIEW: views, **{kind: views * share for kind, share in _SHARES.items()}}.items():
            if times := _about(dice, mean):
                found.append(
                    Came(kind, (company,), day, visit=f"{company:08x}{ago:04x}{kind.encode().hex()}", times=times)
                )
        found += [
            Came(Kind.VIEW, (company,), day, reason=reason.value, times=times)
            for reason, share in _LEFT.items()
            if (times := _about(dice, views * share))
        ]
    return found


def _about(dice: random.Random, mean: float) -> int:
    """A whole number around a mean: as often above it as below."""
    return max(0, math.floor(dice.gauss(mean, math.sqrt(mean)) + dice.random()))
