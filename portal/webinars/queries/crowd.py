"""The people of a room as the crew sees them: who is here, who registered, who was muted or removed, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.registration.tables import Watching
from portal.webinars.tables.rooms import Restriction

SHOWN = 30
PER_PAGE = 50
_MOST_WORDS = 6


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a place. `here` now, or at some time (`first_seen`)."""

    seat_id: int
    name: str
    job_title: str
    company: str
    watching: Watching
    here: bool
    first_seen: datetime | None
    muted: bool
    removed: bool


class Restricted(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about somebody, and by whom; lifted or standing."""

    id: int
    kind: Restriction
    reason: str
    by: str
    at: datetime
    lifted_at: datetime | None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One person with what the crew needs to decide. The address is for those who decide, not for speakers."""

    person: Person
    email: str
    asked: list[str]
    restrictions: list[Restricted]


_PEOPLE = """
SELECT s.id AS seat_id, trim(s.first_name || ' ' || s.last_name) AS name, s.job_title, s.company, s.watching, s.email,
    coalesce(a.here_until > $2, false) AND r.removed IS NULL AS here, a.first_seen, coalesce(r.muted, false) AS muted,
    coalesce(r.removed, false) AS removed
FROM webinar w JOIN seat_order o ON o.event = w.event AND o.state = 'confirmed'
    JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type t ON t.id = s.ticket_type AND NOT t.extra
    LEFT JOIN webinar_attendance a ON a.webinar = w.id AND a.seat = s.id
    LEFT JOIN LATERAL (SELECT bool_or(kind = 'muted') OR NULL AS muted, bool_or(kind = 'removed') OR NULL AS removed
        FROM room_restriction WHERE webinar = w.id AND seat = s.id AND lifted_at IS NULL) r ON true
WHERE w.id = $1
"""
_BY_NAME = "ORDER BY here DESC, lower(name), seat_id"
_FIRST = f"""
SELECT * FROM ({_PEOPLE} AND (a.here_until > $2 OR r.muted OR r.removed)) p
ORDER BY removed OR muted DESC, first_seen DESC NULLS LAST, seat_id LIMIT $3
"""
_FOUND = """
AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS word WHERE position(plain_text(lower(word)) IN
    plain_text(lower(concat_ws(' ', s.first_name, s.last_name, s.job_title, s.company, s.email)))) = 0)
"""
_RESTRICTIONS = """
SELECT r.id, r.kind, r.reason, coalesce(nullif(c.name, ''), nullif(a.name, ''), 'The crew') AS by, r.at, r.lifted_at
FROM room_restriction r LEFT JOIN account a ON a.id = r.by
    LEFT JOIN webinar_crew c ON c.webinar = r.webinar AND c.email = a.email
WHERE r.webinar = $1 AND r.seat = $2 ORDER BY r.lifted_at IS NULL DESC, r.id DESC LIMIT 20
"""
_ASKED = "SELECT text FROM webinar_question WHERE webinar = $1 AND seat = $2 ORDER BY id DESC LIMIT 10"


async def first(webinar_id: int, now: datetime) -> list[Person]:
    """Those who were muted or removed, then who is here, the last to come first."""
    return _people(await db.fetch(_FIRST, webinar_id, now, SHOWN))


async def found(webinar_id: int, words: str, number: int, now: datetime) -> tuple[Page, list[Person]]:
    """Everybody who registered and has all these words in name, role, company or address; those here first."""
    wanted = words.split()[:_MOST_WORDS]
    total = await db.fetch_value(f"SELECT count(*) FROM ({_PEOPLE} {_FOUND}) p", webinar_id, now, wanted)
    page = Page(number=number, size=PER_PAGE, total=total)
    rows = await db.fetch(
        f"SELECT * FROM ({_PEOPLE} {_FOUND}) p {_BY_NAME} LIMIT $4 OFFSET $5", webinar_id, now, wanted, page.size,
        page.offset,
    )  # fmt: skip
    return page, _people(rows)


async def known(webinar_id: int, seat_id: int, now: datetime) -> Known | None:
    """One person; None for who has no place here."""
    row = await db.fetch_one(f"{_PEOPLE} AND s.id = $3", webinar_id, now, seat_id)
    if row is None:
        return None
    [person] = _people([row])
    restrictions = await db.fetch(_RESTRICTIONS, webinar_id, seat_id)
    return Known(
        person=person,
        email=row["email"],
        asked=[asked["text"] for asked in await db.fetch(_ASKED, webinar_id, seat_id)],
        restrictions=[msgspec.convert(dict(one), Restricted) for one in restrictions],
    )


def _people(rows: Sequence[Any]) -> list[Person]:
    return [msgspec.convert({name: row[name] for name in Person.__struct_fields__}, Person) for row in rows]
