"""Who is on stage, at the desk, and pays, as staff set it up."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.speakers.queries import COLUMNS
from portal.speakers.values import SpeakerRow
from portal.webinars.rules.consent import OCCASION
from portal.webinars.tables.rooms import CrewRole


class Placed(SpeakerRow, frozen=True, kw_only=True):
    """Somebody on the programme. `email` is where the desk's code goes, where one is known."""

    is_moderator: bool
    email: str


async def on_stage(webinar_id: int) -> list[Placed]:
    """The programme in its order."""
    rows = await db.fetch(
        f"SELECT {COLUMNS}, s.email, w.is_moderator FROM webinar_speaker w JOIN speaker s ON s.id = w.speaker "
        "WHERE w.webinar = $1 ORDER BY w.position, w.id LIMIT 100",
        webinar_id,
    )
    return [msgspec.convert(dict(row), Placed) for row in rows]


class Member(msgspec.Struct, frozen=True):
    """Somebody who may work at the desk, and whether they have an account that proved the address."""

    id: int
    email: str
    name: str
    role: CrewRole
    added_at: datetime
    known: bool


async def crew(webinar_id: int) -> list[Member]:
    """By name."""
    rows = await db.fetch(
        "SELECT c.id, c.email, c.name, c.role, c.added_at, EXISTS (SELECT FROM account a WHERE a.email = c.email) AS known "
        "FROM webinar_crew c WHERE c.webinar = $1 ORDER BY lower(c.name), c.id LIMIT 200",
        webinar_id,
    )
    return [msgspec.convert(dict(row), Member) for row in rows]


class Paying(msgspec.Struct, frozen=True, kw_only=True):
    """A sponsor. `id` is what resources name it by; `agreed` counts those who did and have not taken it back."""

    id: int
    company_id: int
    name: str
    is_public: bool
    note: str
    resources: int
    agreed: int


_PAYING = f"""
SELECT p.id, c.id AS company_id, c.name, c.state = 'public' AS is_public, p.note,
    (SELECT count(*) FROM webinar_resource r WHERE r.sponsor = p.id) AS resources,
    (SELECT count(*) FROM consent a WHERE a.company_id = c.id AND a.kind = '{OCCASION}' AND a.key = p.webinar::text
        AND a.withdrawn_at IS NULL) AS agreed
FROM webinar_sponsor p JOIN company c ON c.id = p.company WHERE p.webinar = $1 AND c.state <> 'merged'
ORDER BY p.position, p.id LIMIT 50
"""


async def sponsors(webinar_id: int) -> list[Paying]:
    """In their order."""
    return [Paying(**row) for row in await db.fetch(_PAYING, webinar_id)]
