"""Halls with their booths and whoever has them, in one statement."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.exhibitors.plans import DrawnFeature, Hall, Spot, SpotState
from portal.exhibitors.tables.plans import BookingState

# A hold that has run out takes nothing, whether the sweeper has met it or not.
_HALLS = """
SELECT f.id, f.slug, f.name, f.width, f.height, f.public, f.version,
    (SELECT coalesce(json_agg(json_build_object('kind', p.kind, 'label', p.label, 'x', p.x, 'y', p.y, 'width', p.width,
        'height', p.height) ORDER BY p.id), '[]') FROM plan_feature p WHERE p.plan = f.id) AS features,
    (SELECT coalesce(json_agg(json_build_object('id', b.id, 'label', b.label, 'x', b.x, 'y', b.y, 'width', b.width,
        'height', b.height, 'price', b.price, 'package_id', b.package, 'package', coalesce(g.name, ''),
        'package_slug', coalesce(g.slug, ''), 'on_sale', b.on_sale, 'note', b.note, 'booked', k.state, 'until', k.holds_until,
        'exhibitor_id', k.exhibitor, 'company_slug', coalesce(c.slug, ''), 'company_name', coalesce(c.name, ''),
        'booking', coalesce(k.number, '')) ORDER BY natural_key(b.label), b.label), '[]')
     FROM booth b
     LEFT JOIN exhibition_package g ON g.id = b.package
     LEFT JOIN booth_booking k ON k.booth = b.id
        AND (k.state IN ('paying', 'booked') OR (k.state = 'held' AND k.holds_until > $2))
     LEFT JOIN exhibitor x ON x.id = k.exhibitor LEFT JOIN company c ON c.id = x.company
     WHERE b.plan = f.id) AS spots
FROM floor_plan f WHERE f.event = $1
"""


async def halls(event_id: int, now: datetime) -> list[Hall]:
    """All halls of an event, in their order."""
    return [_hall(row) for row in await db.fetch(f"{_HALLS} ORDER BY f.position, f.id LIMIT 50", event_id, now)]


async def hall(event_id: int, plan_id: int, now: datetime) -> Hall | None:
    row = await db.fetch_one(f"{_HALLS} AND f.id = $3", event_id, now, plan_id)
    return None if row is None else _hall(row)


def _hall(row: Any) -> Hall:
    told = {name: row[name] for name in ("id", "slug", "name", "width", "height", "public", "version")}
    return Hall(
        **told, spots=tuple(_spot(one) for one in msgspec.json.decode(row["spots"])),
        features=tuple(msgspec.json.decode(row["features"], type=list[DrawnFeature])),
    )  # fmt: skip


def _spot(one: dict[str, Any]) -> Spot:
    booked = one.pop("booked")
    if booked == BookingState.BOOKED:
        state = SpotState.TAKEN
    elif booked is not None:
        state = SpotState.HELD
    else:
        state = SpotState.FREE if one["on_sale"] and one["price"] is not None else SpotState.CLOSED
    return msgspec.convert({**one, "state": state}, Spot)
