"""How the demo’s recorded webinars went: who registered when and from where, who came and how long, what they did.

Written straight into the tables, a few statements for each: hundreds of invented people would take the commands minutes, and
send mail. What looks like chance is reckoned from each one’s number, so that every demo is the same.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from portal.core import db
from portal.demo.seed.taking import Gone, take_places

_FILE = Path(__file__).parent / "data" / "turnouts.yml"
_TICKET = "Live seat"
_STAY = 0.62
"""Of those who are not among the many that leave at some minute, so many stay to the end."""


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """`votes` is a share of those who came; one without is declined."""

    ask: str
    votes: float
    answered: str = "no"
    minute: int | None = None


class Turnout(msgspec.Struct, forbid_unknown_fields=True):
    """How one webinar went."""

    places: int
    came: float
    leaving: dict[int, float]
    watched: float
    questions: list[Question]
    chat: list[str]


def read() -> dict[str, Turnout]:
    """By the webinar’s slug."""
    found: Any = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(found, dict[str, Turnout])


def _by(turn: int) -> str:
    """A number from 0 to 1 for the row `n`, another one for each `turn`."""
    return f"((hashtextextended(n::text, {turn}) & 65535) / 65536.0)"


# Three newsletters brought most, then came what colleagues shared; the last days bring the rest.
_ARRIVED = f"""
WITH o AS (
    SELECT o.id, w.live_at, row_number() OVER (ORDER BY o.id) AS n
    FROM webinar w JOIN seat_order o ON o.event = w.event WHERE w.id = $1
), dice AS (SELECT id, live_at, {_by(1)} AS which, {_by(2)} AS early, {_by(3)} AS late FROM o), came AS (
    SELECT d.*, s.source FROM dice d CROSS JOIN LATERAL (SELECT CASE WHEN which < 0.38 THEN 'newsletter'
        WHEN which < 0.56 THEN 'linkedin' WHEN which < 0.66 THEN 'isarwerk.example' WHEN which < 0.75 THEN 'www.google.com'
        WHEN which < 0.78 THEN 'partner-mailing' ELSE '' END AS source) s
), moments AS (
    SELECT id, source, live_at - make_interval(secs => 86400 * CASE source
        WHEN 'newsletter' THEN (ARRAY[34, 20, 6])[1 + floor(early * 3)::int] - 1.8 * late * late
        WHEN 'linkedin' THEN 0.3 + 15 * early ELSE 0.1 + 38 * early * late END) AS at FROM came
)
UPDATE seat_order t SET source = m.source, held_at = m.at, confirmed_at = m.at FROM moments m WHERE t.id = m.id
"""
_GAVE_UP = f"""
WITH alone AS (
    SELECT o.id, min(o.confirmed_at) AS at, row_number() OVER (ORDER BY o.id) AS n
    FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id WHERE w.id = $1
    GROUP BY o.id HAVING count(*) = 1
), gone AS (
    UPDATE seat_order o SET state = 'cancelled', end_reason = 'all seats given up',
        ended_at = a.at + (w.live_at - a.at) * {_by(4)}
    FROM alone a, webinar w WHERE o.id = a.id AND w.id = $1 AND {_by(5)} < 0.09 RETURNING o.id
)
UPDATE seat s SET state = 'cancelled' FROM gone WHERE s.seat_order = gone.id
"""
_CHOSE = f"""
UPDATE seat s SET watching = 'recording' FROM (SELECT s.id, row_number() OVER (ORDER BY s.id) AS n
    FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id WHERE w.id = $1) x
WHERE s.id = x.id AND {_by(6)} < 0.12
"""
# $2 came, $3 and $4 at which minutes how many had left, $5 watched the recording, which has $6 seconds.
_CAME = f"""
WITH seats AS (
    SELECT s.id AS seat, w.id AS webinar, w.live_at, w.ended_at, s.watching = 'recording' AS later,
        row_number() OVER (ORDER BY s.id) AS n
    FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    WHERE w.id = $1
), dice AS (
    SELECT *, {_by(7)} < $2 * CASE WHEN later THEN 0.2 ELSE 1 END AS comes, {_by(8)} AS when_, {_by(9)} AS spread,
        {_by(10)} AS leaving, {_by(11)} AS away, {_by(12)} AS back,
        {_by(13)} < $5 * CASE WHEN later THEN 2.4 ELSE 1 END AS watches
    FROM seats
), stays AS (
    SELECT *, CASE WHEN when_ < 0.6 THEN -11 + 11 * spread WHEN when_ < 0.9 THEN 5 * spread ELSE 5 + 22 * spread END AS first,
        coalesce((SELECT m.minute + 1.6 * spread FROM unnest($3::int[], $4::float[]) AS m (minute, until)
            WHERE leaving < m.until ORDER BY m.minute LIMIT 1),
            CASE WHEN leaving > 1 - {_STAY} THEN 61 + spread ELSE 8 + 52 * back END) AS last FROM dice
), spans AS (
    SELECT *, CASE WHEN NOT comes THEN '{{}}' ELSE tstzmultirange(tstzrange(live_at + first * interval '1 minute',
            live_at + greatest(last, first + 1.5) * interval '1 minute', '[]'))
        - CASE WHEN away < 0.2 THEN tstzmultirange(tstzrange(live_at + (20 + 60 * away) * interval '1 minute',
            live_at + (22 + 60 * away + 6 * back) * interval '1 minute')) ELSE '{{}}' END END AS there,
        ended_at + (1 + 6 * when_) * interval '1 day' AS viewed_at,
        greatest(5, $6 * (0.3 + 0.9 * back))::int AS seconds FROM stays
)
INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, spans, watching, watched)
SELECT webinar, seat, coalesce(lower(there), viewed_at), coalesce(upper(there), viewed_at), coalesce(upper(there), viewed_at),
    there,
    CASE WHEN watches THEN tstzmultirange(tstzrange(viewed_at, viewed_at + make_interval(secs => seconds))) ELSE '{{}}' END,
    CASE WHEN watches THEN int4multirange(int4range(0, least(seconds, $6::int))) ELSE '{{}}' END
FROM spans WHERE comes OR watches ON CONFLICT (webinar, seat) DO NOTHING
"""
_OPENED = """
UPDATE webinar_poll p SET state = 'closed', opened_at = w.live_at + make_interval(secs => p.opens_after),
    closed_at = w.live_at + make_interval(secs => p.opens_after + 210)
FROM webinar w WHERE w.id = $1 AND p.webinar = w.id AND p.opens_after IS NOT NULL AND p.state = 'draft' AND NOT p.is_test
"""
_ANSWERED = f"""
WITH people AS (
    SELECT p.id AS poll, p.kind, p.opened_at, a.seat, a.seat * 31 + p.id AS n FROM webinar_poll p JOIN webinar_attendance a
    ON a.webinar = p.webinar AND a.spans && tstzmultirange(tstzrange(p.opened_at, p.closed_at))
    WHERE p.webinar = $1 AND p.state = 'closed' AND p.kind IN ('single', 'rating')
)
INSERT INTO webinar_poll_answer (poll, seat, option, rating, several, at)
SELECT q.poll, q.seat, o.id, CASE WHEN q.kind = 'rating' THEN 1 + floor(5 * sqrt({_by(14)}))::int END, false,
    q.opened_at + {_by(15)} * interval '200 seconds'
FROM people q LEFT JOIN LATERAL (SELECT o.id, row_number() OVER (ORDER BY o.position) - 1 AS place, count(*) OVER () AS of
    FROM webinar_poll_option o WHERE o.poll = q.poll) o ON o.place = floor(o.of * power({_by(16)}, 1.6))
WHERE {_by(17)} < 0.71 AND (q.kind = 'rating' OR o.id IS NOT NULL)
"""
_TOOK = f"""
INSERT INTO webinar_resource_taken (resource, seat, at)
SELECT resource, seat, at FROM (SELECT r.id AS resource, a.seat, a.last_seen AS at, a.seat * 17 + r.id AS n,
        (ARRAY[0.34, 0.21, 0.12])[least(3, 1 + row_number() OVER (PARTITION BY a.seat ORDER BY r.position, r.id) - 1)] AS share
    FROM webinar_resource r JOIN webinar_attendance a ON a.webinar = r.webinar
    WHERE r.webinar = $1 AND NOT r.needs_consent) x WHERE {_by(18)} < share
"""
_REACTED = f"""
INSERT INTO webinar_reaction_count (webinar, reaction, at, given)
SELECT id, reaction, at, floor(1 + 3 * {_by(20)})
FROM (SELECT w.id, r.reaction, at, extract(epoch FROM at)::bigint * 7 + r.of AS n
    FROM webinar w CROSS JOIN generate_series(w.live_at, w.ended_at - interval '10 seconds', interval '10 seconds') AS at
    CROSS JOIN (VALUES ('thumbs-up', 1), ('heart', 2), ('lightbulb', 3), ('hand', 4)) AS r (reaction, of) WHERE w.id = $1) x
WHERE {_by(19)} < 0.05
"""
# Asked by whoever was there, in turn; voted for by a share of those who came.
_ASKED = f"""
WITH here AS (
    SELECT a.webinar, w.live_at, a.seat, left(s.first_name, 1) || '. ' || s.last_name AS name,
        row_number() OVER (ORDER BY a.seat) AS n
    FROM webinar_attendance a JOIN webinar w ON w.id = a.webinar JOIN seat s ON s.id = a.seat
    WHERE a.webinar = $1 AND NOT isempty(a.spans)
), given AS (
    SELECT * FROM unnest($2::text[], $3::float[], $4::text[], $5::int[]) WITH ORDINALITY AS q (text, votes, answered, minute, n)
), asked AS (
    INSERT INTO webinar_question (webinar, seat, author, text, anonymous, asked_at, state, decided_at, decided_by, answered,
        answered_at, answered_position, answer, answered_by)
    SELECT h.webinar, h.seat, CASE WHEN q.n % 3 = 0 THEN 'Anonymous' ELSE h.name END, q.text, q.n % 3 = 0,
        h.live_at + make_interval(mins => coalesce(q.minute, 40) - 9),
        CASE WHEN q.votes > 0 THEN 'approved' ELSE 'declined' END,
        h.live_at + make_interval(mins => coalesce(q.minute, 40) - 8), 'Judith Kerkhoven', q.answered,
        h.live_at + make_interval(mins => q.minute), CASE WHEN q.answered <> 'no' THEN least(q.minute, 59) END,
        CASE q.answered WHEN 'typed' THEN 'Answered in the notes to the slides.' ELSE '' END,
        CASE q.answered WHEN 'typed' THEN 'Judith Kerkhoven' ELSE '' END
    FROM given q JOIN here h ON h.n = q.n * 5 RETURNING id, text, asked_at
)
INSERT INTO webinar_question_vote (question, seat, at)
SELECT id, seat, asked_at + interval '2 minutes' FROM (SELECT a.id, a.asked_at, h.seat, h.seat * 13 + a.id AS n, q.votes
    FROM asked a JOIN given q ON q.text = a.text CROSS JOIN here h) x WHERE {_by(21)} < votes
"""
_SAID = """
INSERT INTO webinar_chat_message (webinar, seat, author, text, at)
SELECT a.webinar, a.seat, left(s.first_name, 1) || '. ' || s.last_name, m.text,
    w.live_at + make_interval(mins => m.n::int * 9 - 8)
FROM unnest($2::text[]) WITH ORDINALITY AS m (text, n) JOIN LATERAL (SELECT * FROM webinar_attendance
    WHERE webinar = $1 AND NOT isempty(spans) ORDER BY seat OFFSET m.n * 7 LIMIT 1) a ON true
JOIN webinar w ON w.id = a.webinar JOIN seat s ON s.id = a.seat
"""


async def seed_turnouts(*, now: datetime) -> None:
    """All of it once."""
    async with db.transaction():
        if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'turnouts'"):
            return
        for slug, turnout in read().items():
            await _seed(slug, turnout)
        await db.execute(
            "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'turnouts', '{}')",
            now,
        )


async def _seed(slug: str, turnout: Turnout) -> None:
    room = await db.fetch_one(
        "SELECT w.id, w.event, w.live_at, r.seconds FROM webinar w JOIN event e ON e.id = w.event "
        "JOIN webinar_recording r ON r.webinar = w.id WHERE e.slug = $1 AND w.ended_at IS NOT NULL", slug,
    )  # fmt: skip
    assert room is not None, slug
    webinar, start = room["id"], room["live_at"]
    await take_places(
        [Gone(room["event"], _TICKET, turnout.places, on_sale=(start - timedelta(days=40), start))], now=start
    )
    for sql in (_ARRIVED, _GAVE_UP, _CHOSE):
        await db.execute(sql, webinar)
    until, minutes = 0.0, dict(sorted(turnout.leaving.items()))
    shares = [until := until + share for share in minutes.values()]
    await db.execute(_CAME, webinar, turnout.came, list(minutes), shares, turnout.watched, room["seconds"])
    for sql in (_OPENED, _ANSWERED, _TOOK, _REACTED):
        await db.execute(sql, webinar)
    asked = turnout.questions
    await db.execute(
        _ASKED, webinar, [one.ask for one in asked], [one.votes for one in asked], [one.answered for one in asked],
        [one.minute for one in asked],
    )  # fmt: skip
    await db.execute(_SAID, webinar, turnout.chat)
