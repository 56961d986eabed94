"""How many asked, met and did not come: for a company, and for all of an event."""

import msgspec

from portal.core import db

_OF_EVENT = """
SELECT x.id, c.name, c.slug, coalesce(r.asked, 0) AS asked, coalesce(r.accepted, 0) AS accepted,
    coalesce(i.invited, 0) AS invited, coalesce(i.agreed, 0) AS agreed,
    coalesce(r.declined, 0) AS declined, coalesce(r.expired, 0) AS expired, coalesce(r.open, 0) AS open,
    coalesce(m.coming, 0) AS coming, coalesce(m.met, 0) AS met, coalesce(m.walk_ins, 0) AS walk_ins,
    coalesce(m.no_shows, 0) AS no_shows, coalesce(m.host_absent, 0) AS host_absent, coalesce(m.cancelled, 0) AS cancelled
FROM exhibitor x JOIN company c ON c.id = x.company
LEFT JOIN (SELECT exhibitor, count(*) AS asked, count(*) FILTER (WHERE state = 'accepted') AS accepted,
        count(*) FILTER (WHERE state = 'declined') AS declined, count(*) FILTER (WHERE state = 'expired') AS expired,
        count(*) FILTER (WHERE state = 'asked') AS open
    FROM meeting_request WHERE NOT moves AND NOT by_company AND event = $1 GROUP BY 1) r ON r.exhibitor = x.id
LEFT JOIN (SELECT exhibitor, count(*) AS invited, count(*) FILTER (WHERE state = 'accepted') AS agreed
    FROM meeting_request WHERE by_company AND event = $1 GROUP BY 1) i ON i.exhibitor = x.id
LEFT JOIN (SELECT exhibitor, count(*) FILTER (WHERE state = 'planned' AND starts_at > $2) AS coming,
        count(*) FILTER (WHERE state = 'planned' AND starts_at <= $2) AS met,
        count(*) FILTER (WHERE state = 'planned' AND walk_in AND starts_at <= $2) AS walk_ins,
        count(*) FILTER (WHERE absent = 'attendee') AS no_shows, count(*) FILTER (WHERE absent = 'company') AS host_absent,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled
    FROM meeting WHERE event = $1 GROUP BY 1) m ON m.exhibitor = x.id
WHERE x.event = $1 AND ($3::bigint IS NULL OR x.id = $3) AND num_nonnulls(r.exhibitor, i.exhibitor, m.exhibitor) > 0
ORDER BY c.name, x.id LIMIT 1000
"""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one company. `invited` are attendees it asked itself, of whom so many `agreed`. `met` counts meetings
    that have begun, those without appointment too.
    """

    id: int = 0
    name: str = ""
    slug: str = ""
    asked: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    open: int = 0
    invited: int = 0
    agreed: int = 0
    coming: int = 0
    met: int = 0
    walk_ins: int = 0
    no_shows: int = 0
    host_absent: int = 0
    cancelled: int = 0

    @property
    def no_show_rate(self) -> int | None:
        """Attendees who did not come, in per cent of the appointments whose time has come; None without any."""
        due = self.met - self.walk_ins + self.no_shows
        return round(100 * self.no_shows / due) if due > 0 else None

    @property
    def accepted_rate(self) -> int | None:
        """Requests a meeting came of, in per cent of those that are no longer open."""
        answered = self.asked - self.open
        return round(100 * self.accepted / answered) if answered > 0 else None


async def of_event(event_id: int, now: object) -> list[Figures]:
    """Companies that were asked or have met somebody, by name."""
    return [msgspec.convert(dict(row), Figures) for row in await db.fetch(_OF_EVENT, event_id, now, None)]


async def of_exhibitor(event_id: int, exhibitor_id: int, now: object) -> Figures:
    row = await db.fetch_one(_OF_EVENT, event_id, now, exhibitor_id)
    return Figures() if row is None else msgspec.convert(dict(row), Figures)


def total(these: list[Figures]) -> Figures:
    """The sum of companies' figures."""
    names = [name for name in Figures.__struct_fields__ if name not in ("id", "name", "slug")]
    return Figures(**{name: sum(getattr(one, name) for one in these) for name in names})
