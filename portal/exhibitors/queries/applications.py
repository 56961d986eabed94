"""Applications and exhibitors, as the organiser's staff read them."""

from datetime import date, datetime
from typing import Any

import msgspec

from portal.accounts.queries import name_behind
from portal.core import db
from portal.core.paging import Page
from portal.directory.tables.companies import ClaimWay, CompanyState
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right

PAGE_SIZE = 50
MOST_ROWS = 20_000
_WAITING = "FROM exhibitor x JOIN event e ON e.id = x.event WHERE x.state = 'applied' AND e.state <> 'cancelled'"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An application or exhibitor in a list. `booths` are the labels of what it has booked."""

    id: int
    state: ExhibitorState
    company_name: str
    company_slug: str
    city: str
    country: str | None
    package: str
    contact_name: str
    contact_email: str
    passes: int
    rights: list[Right]
    applied_at: datetime
    decided_at: datetime | None
    wishes: str
    booths: list[str]
    event_id: int
    event_title: str
    starts_at: datetime
    timezone: str


class Former(msgspec.Struct, frozen=True):
    """Another event of ours the company exhibited at or asked to."""

    title: str
    slug: str
    on: date
    state: ExhibitorState
    package: str


class Dossier(Listed, frozen=True, kw_only=True):
    """One of them in full, with what its profile says of the company and where it was before."""

    event_slug: str
    company_state: CompanyState
    organisation: str
    tagline: str
    website: str
    completeness: int
    verified_by: ClaimWay | None
    verified_at: datetime | None
    package_id: int
    guests: int | None
    price: int
    currency: str
    decided_by: str
    decision_note: str
    ended_at: datetime | None
    version: int
    left: int | None
    former: list[Former]


_COLUMNS = """
x.id, x.state, c.name AS company_name, c.slug AS company_slug, c.city, c.country, p.name AS package, x.contact_name,
x.contact_email, x.passes, x.rights, x.applied_at, x.decided_at, x.wishes, e.id AS event_id, e.title AS event_title, e.starts_at,
e.timezone, coalesce((SELECT array_agg(b.label ORDER BY natural_key(b.label)) FROM booth_booking k JOIN booth b ON b.id = k.booth
    WHERE k.exhibitor = x.id AND k.state = 'booked'), '{}') AS booths
"""
_JOINED = """
FROM exhibitor x JOIN company c ON c.id = x.company JOIN exhibition_package p ON p.id = x.package JOIN event e ON e.id = x.event
"""
_LIST = f"""
SELECT {_COLUMNS}, count(*) OVER () AS total {_JOINED}
WHERE x.event = $1 AND ($2::text = '' OR x.state = $2) AND ($3::bigint IS NULL OR x.package = $3)
    AND ($4::text = '' OR strpos(
        plain_text(lower(concat_ws(' ', c.name, x.contact_name, x.contact_email))), plain_text(lower($4))) > 0)
ORDER BY x.state = 'applied' DESC, c.name_key, x.id DESC LIMIT $5 OFFSET $6
"""
_QUEUE = f"""
SELECT {_COLUMNS}, count(*) OVER () AS total {_JOINED}
WHERE x.state = 'applied' AND e.state <> 'cancelled' ORDER BY x.applied_at, x.id LIMIT $1 OFFSET $2
"""
_DOSSIER = f"""
SELECT {_COLUMNS}, e.slug AS event_slug, c.state AS company_state, coalesce(o.name, '') AS organisation, c.tagline, c.website,
    c.completeness, c.verified_by, c.verified_at, p.id AS package_id, x.guests, p.price, n.currency,
    {name_behind("x.decided_by")} AS decided_by, x.decision_note, x.ended_at, x.version,
    p.most - (SELECT count(*) FROM exhibitor y WHERE y.package = p.id AND y.state = 'accepted') AS left,
    (SELECT coalesce(json_agg(json_build_array(r.title, r.slug, r.starts_on, r.state, r.package) ORDER BY r.starts_on DESC), '[]')
     FROM (SELECT DISTINCT ON (f.id) f.title, f.slug, f.starts_on, y.state, q.name AS package
           FROM exhibitor y JOIN event f ON f.id = y.event JOIN exhibition_package q ON q.id = y.package
           WHERE y.company = x.company AND y.event <> x.event ORDER BY f.id, y.state IN ('applied', 'accepted') DESC, y.id DESC) r
    ) AS former
{_JOINED} JOIN exhibition n ON n.event = e.id LEFT JOIN organisation o ON o.id = c.organisation WHERE x.id = $1
"""


COUNT_WAITING = f"SELECT count(*) {_WAITING}"
"""How many applications wait for a decision."""


async def queue(number: int) -> tuple[list[Listed], Page]:
    """One page of all that wait, the oldest first."""
    return _page(await db.fetch(_QUEUE, PAGE_SIZE, (number - 1) * PAGE_SIZE), number)


async def of_event(
    event_id: int, *, state: str = "", package: int | None = None, words: str = "", number: int = 1
) -> tuple[list[Listed], Page]:
    """One page of an event's, those that wait first."""
    rows = await db.fetch(_LIST, event_id, state, package, words, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return _page(rows, number)


async def all_of_event(event_id: int, *, state: str = "", package: int | None = None, words: str = "") -> list[Listed]:
    """The same whole, for a file."""
    rows = await db.fetch(_LIST, event_id, state, package, words, MOST_ROWS, 0)
    return [_listed(row) for row in rows]


async def states(event_id: int) -> dict[str, int]:
    """How many there are in each state."""
    rows = await db.fetch("SELECT state, count(*) AS n FROM exhibitor WHERE event = $1 GROUP BY state", event_id)
    return {row["state"]: row["n"] for row in rows}


async def dossier(event_id: int, exhibitor_id: int) -> Dossier | None:
    """Everything one decides by."""
    row = await db.fetch_one(f"{_DOSSIER} AND x.event = $2", exhibitor_id, event_id)
    if row is None:
        return None
    former = [dict(zip(Former.__struct_fields__, one, strict=True)) for one in msgspec.json.decode(row["former"])]
    return msgspec.convert({**dict(row), "former": former}, Dossier)


class Running(msgspec.Struct, frozen=True):
    """An event with an exhibition that is not over."""

    id: int
    title: str
    starts_at: datetime
    timezone: str
    open: bool
    waiting: int
    accepted: int


async def running(now: datetime) -> list[Running]:
    """Those to come, the next first."""
    rows = await db.fetch(
        "SELECT e.id, e.title, e.starts_at, e.timezone, n.open, count(x.id) FILTER (WHERE x.state = 'applied') AS waiting, "
        "count(x.id) FILTER (WHERE x.state = 'accepted') AS accepted FROM exhibition n JOIN event e ON e.id = n.event "
        "LEFT JOIN exhibitor x ON x.event = e.id WHERE e.ends_at > $1 AND e.state <> 'cancelled' "
        "GROUP BY e.id, n.open ORDER BY e.starts_at, e.id LIMIT 200",
        now,
    )
    return [Running(**row) for row in rows]


def _page(rows: Any, number: int) -> tuple[list[Listed], Page]:
    return [_listed(row) for row in rows], Page(number, PAGE_SIZE, rows[0]["total"] if rows else 0)


def _listed(row: Any) -> Listed:
    return msgspec.convert(dict(row), Listed)
