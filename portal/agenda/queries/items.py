"""What entries are about, as it is public now: sessions and events in one statement, whatever their number."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.agenda.tables import Kind
from portal.agenda.values import Item
from portal.calendars import queries as calendars
from portal.core import db

_ITEMS = """
SELECT 'session' AS kind, s.session AS id, s.event AS event_id, s.title, s.starts_at, s.ends_at, e.timezone, false AS all_day,
    coalesce(r.name, '') AS place, coalesce(p.names, '') AS people, e.title AS event,
    '/events/' || e.slug || '/programme/' || s.slug AS address,
    CASE WHEN s.label <> '' THEN s.label WHEN s.kind <> 'talk' THEN initcap(s.kind) ELSE '' END AS label,
    CASE WHEN s.cancelled_at IS NOT NULL OR e.state = 'cancelled' THEN 'cancelled' ELSE '' END AS off, s.capacity, s.taken
FROM released_session s JOIN event e ON e.id = s.event AND e.state <> 'draft'
LEFT JOIN programme_room r ON r.id = s.room
LEFT JOIN LATERAL (
    SELECT string_agg(h.name, ', ' ORDER BY i.position, i.id) AS names
    FROM released_speaker i JOIN speaker h ON h.id = i.speaker WHERE i.session = s.session
) p ON true
WHERE s.session = ANY($1)
UNION ALL
SELECT 'event', e.id, e.id, e.title, e.starts_at, e.ends_at, e.timezone, e.all_day,
    CASE WHEN e.format = 'online' THEN 'Online' ELSE concat_ws(', ', nullif(v.name, ''), nullif(v.city, '')) END,
    '', '', '/events/' || e.slug, CASE WHEN w.id IS NULL THEN 'Event' ELSE 'Webinar' END,
    CASE WHEN e.state = 'cancelled' THEN 'cancelled' ELSE '' END, NULL, 0
FROM event e LEFT JOIN venue v ON v.id = e.venue LEFT JOIN webinar w ON w.event = e.id
WHERE e.id = ANY($2) AND e.state <> 'draft'
"""


async def by_keys(keys: Iterable[tuple[str, int]]) -> dict[str, Item]:
    """Items by their key; what was never public is missing. What left the programme is as calendars know it."""
    wanted = set(keys)
    ids: dict[str, list[int]] = {kind.value: [id_ for kind_, id_ in wanted if kind_ == kind] for kind in Kind}
    if not wanted:
        return {}
    rows = await db.fetch(_ITEMS, ids[Kind.SESSION], ids[Kind.EVENT])
    found = {one.key: one for one in (_item(row) for row in rows)}
    for kind in Kind:
        missing = [str(id_) for id_ in ids[kind] if f"{kind.value}-{id_}" not in found]
        known = await calendars.current(kind.value, missing) if missing else {}
        for key, revision in known.items():
            one = revision.entry
            found[f"{kind.value}-{key}"] = Item(
                kind=kind.value, id=int(key), event_id=int(key) if kind is Kind.EVENT else 0, title=one.title,
                starts_at=one.starts_at, ends_at=one.ends_at, timezone=one.timezone, all_day=one.all_day,
                place=one.location, off="gone",
            )  # fmt: skip
    return found


def _item(row: Mapping[str, Any]) -> Item:
    return Item(**dict(row))
