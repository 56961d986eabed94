"""What a sponsor is reported of a webinar: numbers of everybody, and of its own leads how many."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.queries.leads import Counts, counts
from portal.webinars.queries.ledger import ENTRY
from portal.webinars.values import Room

_BARS = 30
_AVERAGE = f"SELECT avg(p.live_seconds) / 60 FROM ({ENTRY}) p WHERE p.live_seconds > 0"
# How many were there in the middle of each of equal parts of the time on air.
_CURVE = f"""
SELECT g.n AS part, extract(epoch FROM (upper(air) - lower(air))) / 60 AS minutes, count(a.id) AS here
FROM webinar w CROSS JOIN LATERAL (SELECT on_air(w.live_at, w.ended_at, w.paused, $2) AS spans) o
CROSS JOIN LATERAL (SELECT range_merge(o.spans) AS air) r CROSS JOIN generate_series(0, {_BARS} - 1) AS g(n)
LEFT JOIN webinar_attendance a ON a.webinar = w.id
    AND a.spans @> lower(air) + (upper(air) - lower(air)) * ((g.n + 0.5) / {_BARS})
    AND EXISTS (SELECT FROM seat s JOIN seat_order t ON t.id = s.seat_order
        WHERE s.id = a.seat AND s.state = 'confirmed' AND t.state = 'confirmed')
WHERE w.id = $1 AND NOT isempty(o.spans) GROUP BY g.n, air ORDER BY g.n
"""
_QUESTIONS = """
SELECT count(*) FILTER (WHERE state IN ('approved', 'merged')) AS asked,
    count(*) FILTER (WHERE state = 'approved' AND answered IN ('live', 'typed')) AS answered
FROM webinar_question WHERE webinar = $1
"""
_POLLS = """
SELECT p.id, p.question, p.kind, count(DISTINCT a.seat) AS answered, (
    SELECT json_agg(json_build_object('label', c.label, 'count', c.chosen) ORDER BY c.position) FROM (
        SELECT o.position, o.label, (SELECT count(*) FROM webinar_poll_answer x WHERE x.option = o.id) AS chosen
        FROM webinar_poll_option o WHERE o.poll = p.id
        UNION ALL
        SELECT r.n, r.n || ' of 5', (SELECT count(*) FROM webinar_poll_answer x WHERE x.poll = p.id AND x.rating = r.n)
        FROM generate_series(1, 5) AS r(n) WHERE p.kind = 'rating') c) AS choices
FROM webinar_poll p LEFT JOIN webinar_poll_answer a ON a.poll = p.id
WHERE p.webinar = $1 AND p.state = 'closed' AND p.shows_results AND NOT p.is_test
GROUP BY p.id ORDER BY p.opened_at, p.position, p.id LIMIT 12
"""
_TAKEN = """
SELECT r.title, (SELECT count(*) FROM webinar_resource_taken t WHERE t.resource = r.id) AS taken
FROM webinar_resource r JOIN webinar_sponsor s ON s.id = r.sponsor
WHERE r.webinar = $1 AND s.company = $2 ORDER BY r.position, r.id LIMIT 12
"""
_SOURCES = """
SELECT coalesce(nullif(o.source, ''), 'No source known') AS name, count(*) AS places
FROM webinar w JOIN seat_order o ON o.event = w.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type k ON k.id = s.ticket_type AND NOT k.extra
WHERE w.id = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200
"""


class Choice(msgspec.Struct, frozen=True):
    """An option of a poll, and how many took it."""

    label: str
    count: int


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    question: str
    kind: str
    answered: int
    choices: list[Choice]


class Counted(msgspec.Struct, frozen=True):
    """Something by name, and how often."""

    name: str
    count: int


class SponsorReport(msgspec.Struct, frozen=True, kw_only=True):
    """`curve` is how many were there, part by part of `minutes`; empty while it was not on air."""

    counts: Counts
    average: float
    minutes: int
    curve: list[int]
    asked: int
    answered: int
    polls: list[PollResult]
    taken: list[Counted]
    sources: list[Counted]


async def sponsor_report(room: Room, company_id: int, now: datetime) -> SponsorReport:
    curve = await db.fetch(_CURVE, room.id, now)
    questions = await db.fetch_one(_QUESTIONS, room.id)
    assert questions is not None
    return SponsorReport(
        counts=await counts(room.id, company_id, now),
        average=float(await db.fetch_value(_AVERAGE, room.id, now) or 0),
        minutes=round(curve[0]["minutes"]) if curve else 0,
        curve=[row["here"] for row in curve],
        asked=questions["asked"],
        answered=questions["answered"],
        polls=[
            PollResult(
                question=row["question"], kind=row["kind"], answered=row["answered"],
                choices=msgspec.json.decode(row["choices"] or "[]", type=list[Choice]),
            )
            for row in await db.fetch(_POLLS, room.id)
        ],
        taken=[Counted(row["title"], row["taken"]) for row in await db.fetch(_TAKEN, room.id, company_id)],
        sources=[Counted(row["name"], row["places"]) for row in await db.fetch(_SOURCES, room.id)],
    )  # fmt: skip
