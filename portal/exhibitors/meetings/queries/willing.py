"""Attendees who are open to meetings, as companies read of them: job title, company and what they look for, and no name."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.paging import Page
from portal.exhibitors.meetings.queries import visitors
from portal.exhibitors.meetings.values import Visitor

PAGE_SIZE = 25
# Of this exhibitor ($1), that has the right; its own people are not for it to ask. Whoever has the place now said so.
_FROM = """
FROM exhibitor x JOIN open_to_meetings o ON o.event = x.event JOIN company c ON c.id = x.company
JOIN seat s ON s.id = o.seat AND (s.email = o.email OR s.named_at = o.named_at)
JOIN seat_order w ON w.id = s.seat_order JOIN event e ON e.id = x.event
WHERE x.id = $1 AND e.state IN ('published', 'moved') AND e.ends_at > $2
    AND s.state = 'confirmed' AND w.state = 'confirmed' AND s.email <> '' AND s.named_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM membership m JOIN account a ON a.id = m.account
        WHERE m.organisation = c.organisation AND a.email = s.email)
"""
_FOUND = """ AND ($3 = '' OR strpos(lower(concat_ws(' ', s.job_title, s.company, o.about)), lower($3)) > 0)"""
_ROWS = f"""
SELECT o.id, s.job_title, s.company, o.about,
    (SELECT r.id FROM meeting_request r WHERE r.exhibitor = x.id AND r.seat = s.id AND r.state = 'asked') AS waits,
    (SELECT max(m.id) FROM meeting m WHERE m.exhibitor = x.id AND m.seat = s.id AND m.email = s.email
        AND m.state = 'planned') AS meeting
{_FROM}{_FOUND} ORDER BY o.since DESC, o.id DESC LIMIT $4 OFFSET $5
"""
_COUNT = f"SELECT count(*) {_FROM}{_FOUND}"
_ONE = f"SELECT s.id AS seat_id, s.job_title, s.company, o.about, s.email {_FROM} AND o.id = $3"


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as a company may know them before they agree."""

    job_title: str
    company: str
    about: str

    @property
    def words(self) -> str:
        return ", ".join(part for part in (self.job_title, self.company) if part) or "An attendee"


class Person(Described, frozen=True, kw_only=True):
    """`waits` is the request that is open between both, `meeting` what is fixed."""

    id: int
    waits: int | None
    meeting: int | None


class Asked(Described, frozen=True, kw_only=True):
    """Somebody to ask. `seat_id` and `email` are for looking up when they can, and not to be shown."""

    seat_id: int
    email: str


class Wish(msgspec.Struct, frozen=True):
    about: str
    since: datetime


async def page_of(exhibitor_id: int, words: str, number: int, now: datetime) -> tuple[list[Person], Page]:
    """A page of those whom a company may ask until the event is over, the newest first."""
    at = Page(number, PAGE_SIZE, await db.fetch_value(_COUNT, exhibitor_id, now, words))
    rows = await db.fetch(_ROWS, exhibitor_id, now, words, at.size, at.offset)
    return [msgspec.convert(dict(row), Person) for row in rows], at


async def one(exhibitor_id: int, person_id: int, now: datetime) -> Asked | None:
    """Somebody whom a company may ask."""
    row = await db.fetch_one(_ONE, exhibitor_id, now, person_id)
    return None if row is None else msgspec.convert(dict(row), Asked)


async def visitor(exhibitor_id: int, person_id: int, now: datetime) -> Visitor | None:
    """The same with their place, which stays theirs until the transaction ends."""
    found = await one(exhibitor_id, person_id, now)
    return None if found is None else await visitors.held(found.seat_id)


_WISH = """
SELECT o.about, o.since FROM open_to_meetings o JOIN seat s ON s.id = o.seat AND (s.email = o.email OR s.named_at = o.named_at)
WHERE o.seat = $1
"""


async def wish_of(seat_id: int) -> Wish | None:
    """What whoever has a place said to companies; None where they may not be asked."""
    row = await db.fetch_one(_WISH, seat_id)
    return None if row is None else msgspec.convert(dict(row), Wish)
