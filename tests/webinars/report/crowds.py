"""Webinars with many people, written straight into the tables: what is measured is the reading."""

from datetime import datetime, timedelta

from portal.core import clock, db
from tests.factories import webinars
from tests.factories.webinars import Webinar

_ORDERS = """
INSERT INTO seat_order (number, secret, event, state, email, contact_name, held_at, confirmed_at, end_reason, source)
SELECT format('C%s-%s', $1::bigint, n), md5(format('order %s-%s', $1, n)), $1, 'confirmed',
    'p' || n || '@crowd.example', 'P', at, at, '',
    (ARRAY['newsletter', 'linkedin', '', 'partner.example'])[1 + n % 4]
FROM (SELECT n, $3::timestamptz - make_interval(mins => 60 + n * 7 % 40000) AS at FROM generate_series(1, $2::int) AS n) x
"""
_SEATS = """
INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name,
    email, job_title, company, named_at)
SELECT o.id, $2, 1, 'confirmed', 0, 0, substr(md5('c' || o.number), 1, 12), md5('claim' || o.number), 'P', o.number,
    o.email, '', '', o.held_at FROM seat_order o WHERE o.event = $1 AND o.number LIKE 'C%'
"""
# Each came at some minute, was away a few times, and left at some minute.
_SPANS = """
INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, spans)
SELECT w.id, s.id, w.live_at, w.ended_at, w.ended_at, (SELECT range_agg(tstzrange(
        w.live_at + make_interval(secs => (s.id * 37 % 900) + k * 600 - 300),
        w.live_at + make_interval(secs => (s.id * 37 % 900) + k * 600 - 300 + 120 + (s.id * 13 + k * 101) % 450), '[]'))
    FROM generate_series(0, $2::int - 1) AS k)
FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id WHERE w.id = $1 AND o.number LIKE 'C%'
"""


async def over(people: int = 0, spans: int = 5, *, ago: timedelta = timedelta(hours=1)) -> Webinar:
    """A webinar of an hour that ended so long ago, with so many people."""
    made = await webinars.make(capacity=max(people, 1000))
    start = clock.now() - ago - timedelta(hours=1)
    await happened(made, start)
    await crowd(made, people, spans, start)
    return made


async def happened(made: Webinar, start: datetime, minutes: int = 60) -> None:
    """It went live then, and is over."""
    await db.execute(
        "WITH e AS (UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $4) UPDATE webinar SET state = 'ended', "
        "live_at = $2, ended_at = $3, due_state = '', due_at = NULL WHERE id = $1",
        made.webinar_id, start, start + timedelta(minutes=minutes), made.event_id,
    )  # fmt: skip


async def crowd(made: Webinar, people: int, spans: int, start: datetime) -> None:
    await db.execute(_ORDERS, made.event_id, people, start)
    await db.execute(_SEATS, made.event_id, made.tickets["Seat"])
    await db.execute(_SPANS, made.webinar_id, spans)
