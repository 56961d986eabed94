"""Certificates: one by its number, a person's own, and those that are due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.core import db

SETTLED = timedelta(minutes=15)
"""So long after the end certificates go out by themselves: hosts end by mistake, and go on again."""
_LOOKED_BACK = timedelta(hours=25)

_CERTIFICATE = """
SELECT c.id, c.number, c.webinar AS webinar_id, c.seat AS seat_id, e.slug, c.email, c.name, c.company, c.title, c.held_on,
    c.minutes, c.credit, c.issued_at, c.revoked_at, c.revoked_reason, c.reason_is_public
FROM certificate c JOIN webinar w ON w.id = c.webinar JOIN event e ON e.id = w.event
"""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as it was issued."""

    id: int
    number: str
    webinar_id: int
    seat_id: int | None
    slug: str
    email: str
    name: str
    company: str
    title: str
    held_on: str
    minutes: int
    credit: str
    issued_at: datetime
    revoked_at: datetime | None
    revoked_reason: str
    reason_is_public: bool

    @property
    def stands(self) -> bool:
        return self.revoked_at is None

    @property
    def path(self) -> str:
        """Where anybody checks it, without the host."""
        return f"/certificates/{self.number}"


async def by_number(number: str) -> Certificate | None:
    return _certificate(await db.fetch_one(f"{_CERTIFICATE} WHERE c.number = $1", number))


async def by_id(certificate_id: int) -> Certificate | None:
    return _certificate(await db.fetch_one(f"{_CERTIFICATE} WHERE c.id = $1", certificate_id))


async def of_seat(webinar_id: int, seat_id: int) -> list[Certificate]:
    """Every certificate of a place, newest first."""
    rows = await db.fetch(
        f"{_CERTIFICATE} WHERE c.webinar = $1 AND c.seat = $2 ORDER BY c.id DESC", webinar_id, seat_id
    )
    return [msgspec.convert(dict(row), Certificate) for row in rows]


async def of_person(email: str) -> list[Certificate]:
    """Somebody's own, newest first."""
    rows = await db.fetch(f"{_CERTIFICATE} WHERE c.email = $1 AND c.email <> '' ORDER BY c.id DESC LIMIT 1000", email)
    return [msgspec.convert(dict(row), Certificate) for row in rows]


# Only where something happened lately: a webinar that ended, somebody who watched, a test, a correction, a rule.
_DUE = """
SELECT w.id AS webinar_id, s.id AS seat_id
FROM webinar w JOIN seat_order o ON o.event = w.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' AND s.email <> ''
WHERE w.state IN ('ended', 'replay', 'closed') AND w.ended_at <= $1
    AND EXISTS (SELECT FROM certificate_rule r WHERE r.webinar = w.id)
    AND NOT EXISTS (SELECT FROM certificate c WHERE c.webinar = w.id AND c.seat = s.id)
    AND (w.ended_at > $2
        OR EXISTS (SELECT FROM webinar_attendance a WHERE a.webinar = w.id AND a.seat = s.id AND a.last_seen > $2)
        OR EXISTS (SELECT FROM webinar_test_attempt t WHERE t.webinar = w.id AND t.seat = s.id AND t.at > $2)
        OR EXISTS (SELECT FROM webinar_attendance_correction k WHERE k.webinar = w.id AND k.seat = s.id AND k.at > $2)
        OR EXISTS (SELECT FROM certificate_rule r WHERE r.webinar = w.id AND r.since > $2))
ORDER BY w.id, s.id
"""


async def due(now: datetime) -> dict[int, Sequence[int]]:
    """Places by webinar that may have earned a certificate since somebody last looked, and have none."""
    found: dict[int, list[int]] = {}
    for row in await db.fetch(_DUE, now - SETTLED, now - _LOOKED_BACK):
        found.setdefault(row["webinar_id"], []).append(row["seat_id"])
    return dict(found)


def _certificate(row: Any) -> Certificate | None:
    return None if row is None else msgspec.convert(dict(row), Certificate)
