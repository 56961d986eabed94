"""What went on in the demo’s rooms: who came, asked, voted, answered, talked. In bulk, like the places that are gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from portal.core import db
from portal.demo.seed import own
from portal.webinars.announcing import touch_all
from portal.webinars.commands.consents import wording_of
from portal.webinars.queries import stage
from portal.webinars.rules.consent import OCCASION, How
from portal.webinars.rules.reactions import Reaction
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.tables.taking_part import Answered, QuestionState

_FILE = Path(__file__).parent / "data" / "rooms.yml"


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """`heard` is when it was taken up on stage, `replied` when the answer was typed."""

    text: str
    by: int
    at: int
    votes: int = 0
    anonymous: bool = False
    state: QuestionState = QuestionState.PENDING
    into: str = ""
    answered: Answered = Answered.NO
    heard: int | None = None
    answer: str = ""
    answered_by: str = ""
    replied: int | None = None
    faq: bool = False

    @property
    def row(self) -> tuple[Any, ...]:
        state = self.state
        if self.votes or self.answer or self.answered is not Answered.NO:
            state = QuestionState.APPROVED
        answered = Answered.TYPED if self.answer and self.answered is Answered.NO else self.answered
        return (
            self.text, self.by, self.at, self.anonymous, state.value, answered.value, self.heard, self.answer,
            self.answered_by, self.replied or self.heard, self.faq,
        )  # fmt: skip


class Answers(msgspec.Struct, forbid_unknown_fields=True):
    """How often each choice was made, by the people from one number on; open still, unless it was closed at some second.

    Nobody answers as many as a certificate asks for: the worker would write to all of them once it is over.
    """

    ask: str
    answers: dict[str, int]
    closed: int | None = None
    first: int = msgspec.field(default=1, name="from")


class Line(msgspec.Struct, forbid_unknown_fields=True):
    at: int
    text: str
    by: int | None = None
    crew: str = ""
    hidden: bool = False


class Note(msgspec.Struct, forbid_unknown_fields=True):
    author: str
    at: int
    text: str


class Muted(msgspec.Struct, forbid_unknown_fields=True):
    by: int
    at: int
    reason: str


class Member(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    name: str
    role: CrewRole


class Doings(msgspec.Struct, forbid_unknown_fields=True):
    """Of one room."""

    questions: tuple[Question, ...]
    crew: tuple[Member, ...] = ()
    polls: tuple[Answers, ...] = ()
    chat: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    muted: Muted | None = None
    reactions: dict[Reaction, int] = {}


def read() -> dict[str, Doings]:
    """By the key of the event; `clinic` is every clinic."""
    found: Any = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(found, dict[str, Doings])


_UNTOUCHED = """
SELECT w.id, r.key FROM webinar w JOIN event e ON e.id = w.event
    JOIN unnest($2::text[]) AS r (key) ON e.source_key = r.key OR (r.key = 'clinic' AND e.source_key LIKE 'annex-1-clinic-%')
WHERE e.source = $1 AND w.live_at IS NOT NULL AND NOT EXISTS (SELECT FROM webinar_question q WHERE q.webinar = w.id)
"""
# Whoever has an account comes by themselves.
_PEOPLE = """
WITH room AS (
    SELECT w.id, w.live_at, w.event, coalesce(w.ended_at, e.ends_at) AS until
    FROM webinar w JOIN event e ON e.id = w.event WHERE w.id = $1),
people AS (
    SELECT s.id AS seat, s.email, o.confirmed_at, row_number() OVER (ORDER BY s.id)::int AS n,
        left(s.first_name, 1) || '. ' || s.last_name || ', ' || s.job_title AS called
    FROM room JOIN seat_order o ON o.event = room.event AND o.state = 'confirmed'
    JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    WHERE NOT EXISTS (SELECT FROM account a WHERE a.email = s.email))
"""
# Most stay to the end, which is written down before it comes: so it is true whenever the demo starts again.
_COME = """
INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, spans)
SELECT room.id, seat, came, went, went, tstzmultirange(tstzrange(came, went, '[]'))
    - CASE WHEN n % 5 = 3 THEN tstzmultirange(tstzrange(live_at + interval '3 min', live_at + interval '4 min')) ELSE '{}' END
FROM room CROSS JOIN people CROSS JOIN LATERAL (SELECT
    live_at + make_interval(secs => CASE WHEN n % 7 = 0 THEN 150 + n % 4 * 45 ELSE -n * 37 % 400 END) AS came,
    CASE WHEN n % 11 = 0 THEN live_at + make_interval(mins => 22 + n % 9) ELSE until + make_interval(secs => n % 40) END AS went
) AS stay WHERE n % 9 <> 0 AND NOT EXISTS (SELECT FROM webinar_attendance a WHERE a.webinar = room.id)
"""
_ASK = """
INSERT INTO webinar_question (webinar, seat, author, text, anonymous, asked_at, position, state, decided_at, decided_by,
    answered, answered_position, answer, answered_by, answered_at, in_faq)
SELECT room.id, p.seat, p.called, x.text, x.anonymous, live_at + make_interval(secs => x.at), x.at, x.state,
    CASE WHEN x.state <> 'pending' THEN live_at + make_interval(secs => x.at + 20) END,
    CASE WHEN x.state <> 'pending' THEN 'Judith Kerkhoven' ELSE '' END,
    x.answered, x.heard, x.answer, x.by, live_at + make_interval(secs => x.replied), x.faq
FROM unnest($2::text[], $3::int[], $4::int[], $5::bool[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[],
    $11::int[], $12::bool[]) AS x (text, n, at, anonymous, state, answered, heard, answer, by, replied, faq)
CROSS JOIN room JOIN people p ON p.n = x.n
"""
_VOTE = """
INSERT INTO webinar_question_vote (question, seat, at)
SELECT q.id, p.seat, q.decided_at + make_interval(secs => p.n)
FROM unnest($2::text[], $3::int[]) AS x (text, votes) JOIN webinar_question q ON q.webinar = $1 AND q.text = x.text
CROSS JOIN LATERAL (SELECT seat, n FROM people ORDER BY md5(x.text || n) LIMIT x.votes) AS p
"""
_MERGE = """
UPDATE webinar_question q SET state = 'merged', merged_into = t.id
FROM unnest($2::text[], $3::text[]) AS x (text, into_text) JOIN webinar_question t ON t.webinar = $1 AND t.text = x.into_text
WHERE q.webinar = $1 AND q.text = x.text
"""
_OPEN = """
UPDATE webinar_poll p SET state = CASE WHEN x.closed IS NULL THEN 'open' ELSE 'closed' END,
    opened_at = w.live_at + make_interval(secs => coalesce(p.opens_after, x.closed - 240)),
    closed_at = w.live_at + make_interval(secs => x.closed)
FROM unnest($2::text[], $3::int[]) AS x (ask, closed), webinar w WHERE w.id = $1 AND p.webinar = $1 AND p.question = x.ask
"""
_ANSWER = """
INSERT INTO webinar_poll_answer (poll, seat, option, words, several, at)
SELECT p.id, s.seat, o.id, '', false, p.opened_at + make_interval(secs => 4 + s.n * 13 % 90)
FROM unnest($2::text[], $3::text[], $4::int[], $5::int[]) AS x (ask, label, first, last)
JOIN webinar_poll p ON p.webinar = $1 AND p.question = x.ask
JOIN webinar_poll_option o ON o.poll = p.id AND o.label = x.label
JOIN people s ON s.n BETWEEN x.first AND x.last
"""
_SAY = """
INSERT INTO webinar_chat_message (webinar, seat, account, author, text, at, hidden_at)
SELECT room.id, p.seat, a.id, coalesce(p.called, x.crew), x.text, live_at + make_interval(secs => x.at),
    CASE WHEN x.hidden THEN live_at + make_interval(secs => x.at + 9) END
FROM unnest($2::int[], $3::text[], $4::text[], $5::int[], $6::bool[]) AS x (n, crew, text, at, hidden) CROSS JOIN room
LEFT JOIN people p ON p.n = x.n LEFT JOIN account a ON a.name = x.crew ORDER BY x.at
"""
_NOTE = """
INSERT INTO backstage_note (webinar, author, text, at) SELECT w.id, x.author, x.text, w.live_at + make_interval(secs => x.at)
FROM unnest($2::text[], $3::text[], $4::int[]) AS x (author, text, at), webinar w WHERE w.id = $1
"""
_MUTE = """
INSERT INTO room_restriction (webinar, seat, kind, reason, at)
SELECT room.id, p.seat, 'muted', $4, live_at + make_interval(secs => $3) FROM room JOIN people p ON p.n = $2
"""
_CREW = """
INSERT INTO webinar_crew (webinar, email, name, role, added_at)
SELECT $1, x.email, x.name, x.role, $5 FROM unnest($2::text[], $3::text[], $4::text[]) AS x (email, name, role)
ON CONFLICT (webinar, email) DO NOTHING
"""
_REACT = """
INSERT INTO webinar_reaction_count (webinar, reaction, at, given)
SELECT w.id, x.reaction, date_bin('10 s', w.live_at, '2026-01-01') + interval '10 s' * part,
    x.given / 4 + (part <= x.given % 4)::int
FROM unnest($2::text[], $3::int[]) AS x (reaction, given), generate_series(1, 4) AS part, webinar w
WHERE w.id = $1 AND x.given / 4 + (part <= x.given % 4)::int > 0
"""
_AGREE = """
INSERT INTO consent (email, company_id, company_name, wording, kind, key, how, given_at)
SELECT email, $2, $3, $4, $5, room.id::text, $6, confirmed_at FROM room CROSS JOIN people WHERE n % 3 = 0
"""
# Whoever takes what needs consent is one of those who gave it.
_TAKE = """
INSERT INTO webinar_resource_taken (resource, seat, at)
SELECT r.id, seat, live_at + make_interval(secs => 300 + n) FROM room
JOIN webinar_resource r ON r.webinar = room.id AND coalesce(r.shows_after, 0) < 300 CROSS JOIN people
WHERE n % CASE WHEN r.needs_consent THEN 6 ELSE 4 END = 0 AND n % 9 <> 0
"""


async def seed_doings(*, now: datetime) -> None:
    """Fill each room that has been live and in which nobody has asked anything yet; others are left as they are."""
    content = read()
    async with db.transaction():
        for room in await db.fetch(_UNTOUCHED, own.SOURCE, list(content)):
            await _fill(room["id"], content[room["key"]], now)
            await touch_all(room["id"])


async def _fill(room: int, told: Doings, now: datetime) -> None:
    await db.execute(_PEOPLE + _COME, room)
    await _ask(room, told.questions)
    await _poll(room, told.polls)
    said = [(line.by, line.crew, line.text, line.at, line.hidden) for line in told.chat]
    await db.execute(_PEOPLE + _SAY, room, *_columns(said, 5))
    await db.execute(_NOTE, room, *_columns([(one.author, one.text, one.at) for one in told.notes], 3))
    if told.muted is not None:
        await db.execute(_PEOPLE + _MUTE, room, told.muted.by, told.muted.at, told.muted.reason)
    await db.execute(_CREW, room, *_columns([(one.email, one.name, one.role.value) for one in told.crew], 3), now)
    await db.execute(_REACT, room, [one.value for one in told.reactions], list(told.reactions.values()))
    await db.execute(_PEOPLE + _TAKE, room)
    # Some agreed when they registered: the sentence is older than any of them.
    for one in await stage.sponsors(room):
        wording = await wording_of(company_id=one.company_id, company=one.name, now=now - timedelta(days=60))
        await db.execute(_PEOPLE + _AGREE, room, one.company_id, one.name, wording.id, OCCASION, How.REGISTRATION.value)


async def _ask(room: int, questions: Sequence[Question]) -> None:
    await db.execute(_PEOPLE + _ASK, room, *_columns([one.row for one in questions], 11))
    await db.execute(_PEOPLE + _VOTE, room, [one.text for one in questions], [one.votes for one in questions])
    merged = [one for one in questions if one.into]
    await db.execute(_MERGE, room, [one.text for one in merged], [one.into for one in merged])


async def _poll(room: int, polls: Sequence[Answers]) -> None:
    await db.execute(_OPEN, room, [one.ask for one in polls], [one.closed for one in polls])
    given = []
    for poll in polls:
        last = poll.first - 1
        for label, count in poll.answers.items():
            given.append((poll.ask, label, last + 1, last + count))
            last += count
    await db.execute(_PEOPLE + _ANSWER, room, *_columns(given, 4))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]
