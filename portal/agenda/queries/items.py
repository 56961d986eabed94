"""What entries are about, as it is public now: all in one statement, whatever their number."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from portal.agenda.tables import Kind
from portal.agenda.values import Item
from portal.calendars.values import Entry as CalendarEntry
from portal.core import db

_ITEMS = """
SELECT 'session' AS kind, s.session AS id, s.event AS event_id, s.title, s.starts_at, s.ends_at, e.timezone, false AS all_day,
    coalesce(r.name, '') AS place, coalesce(p.names, '') AS people, e.title AS event,
    '/events/' || e.slug || '/programme/' || s.slug AS address,
    CASE WHEN s.label <> '' THEN s.label WHEN s.kind <> 'talk' THEN initcap(s.kind) ELSE '' END AS label,
    CASE WHEN s.cancelled_at IS NOT NULL OR e.state = 'cancelled' THEN 'cancelled' ELSE '' END AS off, s.capacity, s.taken,
    NULL AS last_entry
FROM released_session s JOIN event e ON e.id = s.event AND e.state <> 'draft'
LEFT JOIN programme_room r ON r.id = s.room
LEFT JOIN LATERAL (
    SELECT string_agg(h.name, ', ' ORDER BY i.position, i.id) AS names
    FROM released_speaker i JOIN speaker h ON h.id = i.speaker WHERE i.session = s.session
) p ON true
WHERE s.session = ANY($1::bigint[])
UNION ALL
SELECT 'event', e.id, e.id, e.title, e.starts_at, e.ends_at, e.timezone, e.all_day,
    CASE WHEN e.format = 'online' THEN 'Online' ELSE concat_ws(', ', nullif(v.name, ''), nullif(v.city, '')) END,
    '', '', '/events/' || e.slug, CASE WHEN w.id IS NULL THEN 'Event' ELSE 'Webinar' END,
    CASE WHEN e.state = 'cancelled' THEN 'cancelled' ELSE '' END, NULL, 0, NULL
FROM event e LEFT JOIN venue v ON v.id = e.venue LEFT JOIN webinar w ON w.event = e.id
WHERE e.id = ANY($2::bigint[]) AND e.state <> 'draft'
UNION ALL
SELECT gone.kind, gone.id, 0, '', NULL, NULL, '', false, '', '', '', '', '', 'gone', NULL, 0, r.entry::text
FROM (
    SELECT 'session' AS kind, w.id FROM unnest($1::bigint[]) AS w (id) WHERE NOT EXISTS (
        SELECT FROM released_session s JOIN event e ON e.id = s.event AND e.state <> 'draft' WHERE s.session = w.id)
    UNION ALL
    SELECT 'event', w.id FROM unnest($2::bigint[]) AS w (id) WHERE NOT EXISTS (
        SELECT FROM event e WHERE e.id = w.id AND e.state <> 'draft')
) gone
JOIN calendar_item i ON i.kind = gone.kind AND i.key = gone.id::text
JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
"""


async def by_keys(keys: Iterable[tuple[str, int]]) -> dict[str, Item]:
    """Items by their key; what was never public is missing. What left the programme is as calendars know it."""
    wanted = set(keys)
    ids: dict[str, list[int]] = {kind.value: [id_ for kind_, id_ in wanted if kind_ == kind] for kind in Kind}
    if not wanted:
        return {}
    rows = await db.fetch(_ITEMS, ids[Kind.SESSION], ids[Kind.EVENT])
    return {one.key: one for one in map(_item, rows)}


def _item(row: Mapping[str, Any]) -> Item:
    told = dict(row)
    if (last := told.pop("last_entry")) is None:
        return Item(**told)
    one = msgspec.json.decode(last, type=CalendarEntry)
    return Item(
        kind=row["kind"], id=row["id"], event_id=row["id"] if row["kind"] == Kind.EVENT else 0, title=one.title,
        starts_at=one.starts_at, ends_at=one.ends_at, timezone=one.timezone, all_day=one.all_day, place=one.location,
        off="gone",
    )  # fmt: skip
