"""What people did in the room: questions, polls, chat, reactions, things taken, and mails with what came of them."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.queries.report.people import PEOPLE, PLACES
from portal.webinars.rules.reminders import AFTERWARDS, STEPS, name
from portal.webinars.rules.report.taking_part import Asked, Choice, MailEffect, Polled, Said, Taken, Voted
from portal.webinars.tables.reminders import ReminderKind

_ASKED = """
SELECT count(*) AS asked, count(*) FILTER (WHERE state = 'approved') AS approved,
    count(*) FILTER (WHERE state = 'merged') AS merged, count(*) FILTER (WHERE state = 'declined') AS declined,
    count(*) FILTER (WHERE state = 'pending') AS waiting, count(*) FILTER (WHERE answered = 'live') AS live,
    count(*) FILTER (WHERE answered = 'typed') AS typed, count(DISTINCT seat) AS people,
    (SELECT count(*) FROM webinar_question_vote v JOIN webinar_question q ON q.id = v.question WHERE q.webinar = $1) AS votes,
    (SELECT count(DISTINCT v.seat) FROM webinar_question_vote v JOIN webinar_question q ON q.id = v.question
        WHERE q.webinar = $1) AS voters
FROM webinar_question WHERE webinar = $1
"""
# Whoever voted for two questions that became one has one vote.
_VOTED = """
SELECT q.text, q.answered, count(DISTINCT v.seat) AS votes FROM webinar_question q
JOIN webinar_question p ON p.webinar = $1 AND coalesce(p.merged_into, p.id) = q.id
LEFT JOIN webinar_question_vote v ON v.question = p.id
WHERE q.webinar = $1 AND q.state = 'approved' GROUP BY q.id ORDER BY votes DESC, q.id LIMIT 10
"""
_POLLED = f"""
WITH {PLACES}, polls AS (
    SELECT * FROM webinar_poll WHERE webinar = ANY($1) AND NOT is_test AND opened_at IS NOT NULL
    ORDER BY opened_at, position, id LIMIT 50
), answers AS MATERIALIZED (
    SELECT a.poll, a.seat, a.option, a.rating FROM webinar_poll_answer a JOIN places p ON p.seat = a.seat AND p.held
    WHERE a.poll IN (SELECT id FROM polls)
), chosen AS (
    SELECT o.poll, o.position, o.label, count(a.seat) AS count FROM webinar_poll_option o LEFT JOIN answers a ON a.option = o.id
    WHERE o.poll IN (SELECT id FROM polls) GROUP BY o.id
    UNION ALL
    SELECT p.id, r.n, r.n || ' of 5', count(a.seat) FROM polls p CROSS JOIN generate_series(1, 5) AS r (n)
    LEFT JOIN answers a ON a.poll = p.id AND a.rating = r.n WHERE p.kind = 'rating' GROUP BY p.id, r.n
), present AS (
    SELECT p.id AS poll, count(*) AS there FROM polls p JOIN webinar_attendance t ON t.webinar = p.webinar
        AND t.spans && tstzmultirange(tstzrange(p.opened_at, coalesce(p.closed_at, $2), '[]'))
    JOIN places q ON q.seat = t.seat AND q.held GROUP BY p.id
)
SELECT p.question, p.kind, (SELECT count(DISTINCT a.seat) FROM answers a WHERE a.poll = p.id) AS answered,
    coalesce(t.there, 0) AS there, coalesce((SELECT json_agg(json_build_object('label', c.label, 'count', c.count)
        ORDER BY c.position) FROM chosen c WHERE c.poll = p.id), '[]')::text AS choices
FROM polls p LEFT JOIN present t ON t.poll = p.id ORDER BY p.opened_at, p.position, p.id
"""
_SAID = """
SELECT count(*) FILTER (WHERE seat IS NOT NULL) AS said, count(DISTINCT seat) AS people,
    count(*) FILTER (WHERE seat IS NULL) AS by_crew, count(*) FILTER (WHERE hidden_at IS NOT NULL) AS hidden,
    coalesce((SELECT json_object_agg(reaction, given) FROM (SELECT reaction, sum(given) AS given FROM webinar_reaction_count
        WHERE webinar = $1 GROUP BY reaction) r), '{}')::text AS reactions
FROM webinar_chat_message WHERE webinar = $1
"""
_TAKEN = f"""
WITH {PLACES}
SELECT r.title, r.kind, coalesce(c.name, '') AS sponsor, count(p.seat) AS people
FROM webinar_resource r LEFT JOIN webinar_sponsor s ON s.id = r.sponsor LEFT JOIN company c ON c.id = s.company
LEFT JOIN webinar_resource_taken t ON t.resource = r.id LEFT JOIN places p ON p.seat = t.seat AND p.held
WHERE r.webinar = ANY($1) GROUP BY r.id, c.name ORDER BY r.position, r.id LIMIT 100
"""
# A mail that was moved on with its event counts once. `did` is what it is for: to come, or afterwards to watch.
_MAILS = f"""
WITH {PEOPLE}, sent AS (
    SELECT t.kind, t.seat, bool_or(m.state = 'accepted') AS reached
    FROM webinar_reminder_sent t LEFT JOIN mail m ON m.id = t.mail WHERE t.webinar = ANY($1) GROUP BY t.kind, t.seat
), kinds AS (SELECT DISTINCT kind FROM sent)
SELECT k.kind, count(*) FILTER (WHERE s.reached) AS reached,
    count(s.seat) FILTER (WHERE NOT coalesce(s.reached, false)) AS missed,
    count(*) FILTER (WHERE s.reached AND d.did) AS reached_did,
    count(*) FILTER (WHERE NOT coalesce(s.reached, false)) AS others,
    count(*) FILTER (WHERE NOT coalesce(s.reached, false) AND d.did) AS others_did
FROM kinds k CROSS JOIN people p LEFT JOIN sent s ON s.kind = k.kind AND s.seat = p.seat
CROSS JOIN LATERAL (SELECT CASE WHEN k.kind IN ('attended', 'missed') THEN p.watched ELSE p.stayed > 0 END AS did) d
WHERE CASE k.kind WHEN 'attended' THEN p.stayed > 0 WHEN 'missed' THEN NOT p.stayed > 0 ELSE p.expected END
GROUP BY k.kind
"""
_ORDER = [*STEPS, *AFTERWARDS]


async def asked(webinar_id: int) -> Asked:
    row = await db.fetch_one(_ASKED, webinar_id)
    assert row is not None
    return Asked(**row)


async def most_voted(webinar_id: int) -> list[Voted]:
    """Approved questions only, and nobody's name."""
    return [Voted(**row) for row in await db.fetch(_VOTED, webinar_id)]


async def polled(webinar_id: int, now: datetime) -> list[Polled]:
    """Every poll that was opened; of answers in words the number alone."""
    return [
        Polled(
            question=row["question"], in_words=row["kind"] == "open", answered=row["answered"], there=row["there"],
            choices=msgspec.json.decode(row["choices"], type=list[Choice]),
        )
        for row in await db.fetch(_POLLED, [webinar_id], now)
    ]  # fmt: skip


async def said(webinar_id: int) -> Said:
    row = await db.fetch_one(_SAID, webinar_id)
    assert row is not None
    return Said(**{**row, "reactions": msgspec.json.decode(row["reactions"], type=dict[str, int])})


async def taken(webinar_id: int) -> list[Taken]:
    return [Taken(**row) for row in await db.fetch(_TAKEN, [webinar_id])]


async def mails(webinar_id: int, now: datetime) -> list[MailEffect]:
    """Of each mail that was sent, whom it reached and what they did, in the order of their time."""
    found = {ReminderKind(row["kind"]): row for row in await db.fetch(_MAILS, [webinar_id], now)}
    return [
        MailEffect(name=name(kind), afterwards=kind in AFTERWARDS, **{k: v for k, v in found[kind].items() if k != "kind"})
        for kind in _ORDER
        if kind in found
    ]  # fmt: skip
