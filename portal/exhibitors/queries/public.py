"""Who exhibits at a public event, and where: once for each version of the content."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import clock, db
from portal.core.keeping import Kept
from portal.directory.values import Appearance, Party
from portal.events.tables import EventState
from portal.exhibitors.plans import Hall, SpotState
from portal.exhibitors.public import Exhibition, Stand
from portal.exhibitors.queries import plans

TAGS = ("exhibitors", "events", "companies")
"""Whose changes change the pages of exhibitors."""
_HEAD = """
SELECT e.id AS event_id, e.slug, e.title, e.timezone, e.starts_at, e.ends_at, e.state = 'cancelled' AS is_cancelled, n.currency,
    n.open AND EXISTS (SELECT FROM exhibition_package p WHERE p.event = e.id AND p.on_offer) AS open,
    n.applications_until AS until,
    (SELECT array_agg(version ORDER BY tag) FROM content_version WHERE tag = ANY($2)) AS versions
FROM event e JOIN exhibition n ON n.event = e.id WHERE e.slug = $1 AND (e.state <> 'draft' OR $3)
"""
_STANDS = """
SELECT x.id, c.slug, c.name, c.tagline, x.headline, c.city, c.country,
    (SELECT coalesce(json_agg(json_build_array(b.label, f.slug) ORDER BY f.position, natural_key(b.label)), '[]')
     FROM booth_booking k JOIN booth b ON b.id = k.booth JOIN floor_plan f ON f.id = b.plan AND f.public
     WHERE k.exhibitor = x.id AND k.state = 'booked') AS booths,
    (SELECT coalesce(array_agg(DISTINCT t.slug), '{}') FROM fact a JOIN term t ON t.id = a.term AND t.kind = 'category'
     WHERE a.company = c.id) AS categories,
    'meetings' = ANY (x.rights) AND EXISTS (SELECT FROM exhibitor_host h JOIN meeting_availability v ON v.host = h.id
        WHERE h.exhibitor = x.id) AS meets,
    coalesce((SELECT string_agg(CASE WHEN i.source = '' THEN i.title ELSE p ->> 'name' END, ' ') FROM exhibitor_item i
        LEFT JOIN LATERAL jsonb_array_elements(c.profile -> 'products') p ON p ->> 'id' = i.source
        WHERE i.exhibitor = x.id AND i.kind = 'product'), '') AS shows
FROM exhibitor x JOIN company c ON c.id = x.company AND c.state = 'public'
WHERE x.event = $1 AND x.state = 'accepted' ORDER BY c.name_key, x.id LIMIT 2000
"""
_NAMES = """
SELECT DISTINCT t.slug, t.name FROM exhibitor x JOIN fact a ON a.company = x.company
JOIN term t ON t.id = a.term AND t.kind = 'category' WHERE x.event = $1 AND x.state = 'accepted' ORDER BY t.name LIMIT 200
"""
_kept: Kept[Exhibition] = Kept(30)


async def by_slug(slug: str, *, draft: bool = False) -> Exhibition | None:
    """The exhibitors of a public event, or of a `draft` too; None where it takes none. Holds that run out
    count until the sweeper has met them.
    """
    head = await db.fetch_one(_HEAD, slug, list(TAGS), draft)
    if head is None:
        return None
    key = (head["event_id"], tuple(head["versions"]))
    return _kept.get(key) or _kept.put(key, await _whole(head))


async def _whole(head: Any) -> Exhibition:
    event_id = head["event_id"]
    told = {name: value for name, value in head.items() if name != "versions"}
    stands = [_stand(row) for row in await db.fetch(_STANDS, event_id)]
    shown = [hall for hall in await plans.halls(event_id, clock.now()) if hall.public]
    names = {row["slug"]: row["name"] for row in await db.fetch(_NAMES, event_id)}
    known = {one.slug for one in stands}
    return Exhibition(
        **told, version=tuple(head["versions"]), stands=tuple(stands), halls=tuple(_as_public(one, known) for one in shown),
        categories=names,
    )  # fmt: skip


def _as_public(hall: Hall, known: set[str]) -> Hall:
    """Who merely holds a booth is nobody’s business, and whose profile is not public is not named on the plan either."""
    spots = tuple(
        one
        if one.state is SpotState.TAKEN and one.company_slug in known
        else msgspec.structs.replace(one, company_name="", company_slug="", exhibitor_id=None, booking="", until=None)
        for one in hall.spots
    )
    return msgspec.structs.replace(hall, spots=spots)


def _stand(row: Any) -> Stand:
    return msgspec.convert({**dict(row), "booths": msgspec.json.decode(row["booths"])}, Stand)


_MET = """
SELECT e.slug, e.title, e.starts_on, e.ends_on, e.state, c.slug AS company,
    coalesce((SELECT string_agg(b.label, ', ' ORDER BY natural_key(b.label)) FROM booth_booking k JOIN booth b ON b.id = k.booth
        JOIN floor_plan f ON f.id = b.plan AND f.public WHERE k.exhibitor = x.id AND k.state = 'booked'), '') AS booths
FROM exhibitor x JOIN event e ON e.id = x.event AND e.state <> 'draft' JOIN company c ON c.id = x.company
WHERE x.company = $1 AND x.state = 'accepted' ORDER BY e.starts_on DESC, e.id LIMIT 60
"""


async def meets(party: Party) -> list[Appearance]:
    """Where a company exhibits, the newest first, past ones too, cancelled ones marked."""
    return [
        Appearance(
            on=row["starts_on"], until=row["ends_on"], title=row["title"],
            address=f"/events/{row['slug']}/exhibitors/{row['company']}", role="Exhibitor",
            note=f"Booth {row['booths']}" if row["booths"] else "", cancelled=row["state"] == EventState.CANCELLED,
        )
        for row in await db.fetch(_MET, party.company_id)
    ]  # fmt: skip


async def site_entries() -> list[tuple[str, datetime | None]]:
    """Pages of exhibitors for search engines."""
    rows = await db.fetch(
        "SELECT '/events/' || e.slug || '/exhibitors' AS path FROM exhibition n JOIN event e ON e.id = n.event "
        "WHERE e.state <> 'draft' AND EXISTS (SELECT FROM exhibitor x WHERE x.event = e.id AND x.state = 'accepted') UNION ALL "
        "SELECT '/events/' || e.slug || '/exhibitors/' || c.slug FROM exhibitor x JOIN event e ON e.id = x.event "
        "JOIN company c ON c.id = x.company AND c.state = 'public' WHERE x.state = 'accepted' AND e.state <> 'draft' "
        "ORDER BY path LIMIT 20000"
    )
    return [(row["path"], None) for row in rows]
