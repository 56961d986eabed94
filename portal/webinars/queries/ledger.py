"""What is known of everybody's attendance at a webinar: the one reading that pages, lists and certificates share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.queries.shared import FILM_ZERO
from portal.webinars.rules.earning import Record, Rule, Setting, Verdict, judge, setting
from portal.webinars.values import Room

_ALL = f"""
SELECT w.id AS webinar_id, s.id AS seat_id,
    trim(s.first_name || ' ' || s.last_name) AS name, s.company, s.job_title, s.email, o.confirmed_at,
    a.first_seen, a.last_seen, a.handed_over_at, lower(l.live) AS joined_at, upper(l.live) AS left_at,
    span_seconds(l.live) AS live_seconds, (SELECT count(*) FROM unnest(l.live)) AS stays,
    floor(least(film_seconds(a.watched - film_positions(l.live, {FILM_ZERO})), span_seconds(a.watching)))::int AS replay_seconds,
    (SELECT coalesce(sum(c.minutes), 0) FROM webinar_attendance_correction c
        WHERE c.webinar = w.id AND c.seat = s.id)::int AS corrected,
    (SELECT count(DISTINCT p.id) FROM webinar_poll_answer g JOIN webinar_poll p ON p.id = g.poll
        WHERE p.webinar = w.id AND g.seat = s.id AND p.opened_at IS NOT NULL AND NOT p.is_test) AS polls_answered,
    t.best, t.tries, c.number, c.issued_at, c.revoked_at,
    EXISTS (SELECT FROM room_restriction r WHERE r.webinar = w.id AND r.seat = s.id AND r.kind = 'removed'
        AND r.lifted_at IS NULL) AS removed
FROM webinar w JOIN seat_order o ON o.event = w.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type k ON k.id = s.ticket_type AND NOT k.extra
LEFT JOIN webinar_recording r ON r.webinar = w.id
LEFT JOIN webinar_attendance a ON a.webinar = w.id AND a.seat = s.id
CROSS JOIN LATERAL (SELECT coalesce(a.spans, '{{}}') * on_air(w.live_at, w.ended_at, w.paused, $2) AS live) l
CROSS JOIN LATERAL (SELECT max(100 * g.correct / g.asked) AS best, count(*) AS tries FROM webinar_test_attempt g
    WHERE g.webinar = w.id AND g.seat = s.id) t
LEFT JOIN LATERAL (SELECT c.number, c.issued_at, c.revoked_at FROM certificate c
    WHERE c.webinar = w.id AND c.seat = s.id ORDER BY c.revoked_at IS NULL DESC, c.id DESC LIMIT 1) c ON true
"""
ENTRY = f"{_ALL} WHERE w.id = $1"
"""Everybody with a place at webinar $1, as of $2."""

# Places that count for something still, or where somebody was.
_OWN = f"""
{_ALL} WHERE s.email = $1 AND (w.state IN ('live', 'ended', 'replay') OR a.spans <> '{{}}')
    AND EXISTS (SELECT FROM certificate_rule r WHERE r.webinar = w.id)
ORDER BY w.live_at DESC NULLS LAST, s.id LIMIT 200
"""
_RULES = """
SELECT webinar, id, version, since, minutes, polls, test_percent, replay_counts, credit, offered
FROM certificate_rule WHERE webinar = ANY($1) ORDER BY version
"""
_ASKED = """
SELECT webinar, count(*) FILTER (WHERE NOT is_test AND opened_at IS NOT NULL) AS polls_asked,
    count(*) FILTER (WHERE is_test AND kind IN ('single', 'multiple')
        AND EXISTS (SELECT FROM webinar_poll_option o WHERE o.poll = p.id AND o.is_right)) AS test_questions
FROM webinar_poll p WHERE webinar = ANY($1) GROUP BY webinar
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One person in the ledger. `certificate` is the standing one, or the newest that was revoked."""

    webinar_id: int
    seat_id: int
    name: str
    company: str
    job_title: str
    email: str
    confirmed_at: datetime
    first_seen: datetime | None
    last_seen: datetime | None
    handed_over_at: datetime | None
    joined_at: datetime | None
    left_at: datetime | None
    live_seconds: float
    stays: int
    replay_seconds: int | None
    corrected: int
    polls_answered: int
    best: int | None
    tries: int
    number: str | None
    issued_at: datetime | None
    revoked_at: datetime | None
    removed: bool

    @property
    def certificate(self) -> str:
        """The number of the certificate that stands; empty without."""
        return self.number or "" if self.revoked_at is None else ""

    @property
    def revoked(self) -> bool:
        """Whether the certificate was taken back, and none given since."""
        return self.revoked_at is not None

    @property
    def record(self) -> Record:
        return Record(
            live_seconds=self.live_seconds, replay_seconds=self.replay_seconds or 0, corrected=self.corrected,
            polls_answered=self.polls_answered, best=self.best, tries=self.tries, named=bool(self.name),
            removed=self.removed, handed_over=self.handed_over_at is not None and not self.live_seconds,
        )  # fmt: skip


class Measure(msgspec.Struct, frozen=True):
    """By what a webinar's people are measured."""

    rules: tuple[Rule, ...]
    setting: Setting

    def verdict(self, entry: Entry) -> Verdict:
        return judge(self.rules, entry.confirmed_at, entry.record, self.setting)


async def measure(room: Room) -> Measure:
    """The versions of its rule, and what there was to do."""
    return (await measures([room]))[room.id]


async def measures(rooms: Sequence[Room]) -> dict[int, Measure]:
    """The same for several."""
    ids = [room.id for room in rooms]
    rules: dict[int, list[Rule]] = {webinar_id: [] for webinar_id in ids}
    for row in await db.fetch(_RULES, ids):
        rules[row["webinar"]].append(msgspec.convert(dict(row), Rule))
    asked = {row["webinar"]: (row["polls_asked"], row["test_questions"]) for row in await db.fetch(_ASKED, ids)}
    found = {}
    for room in rooms:
        polls_asked, test_questions = asked.get(room.id, (0, 0))
        stands = setting(room, polls_asked=polls_asked, test_questions=test_questions)
        found[room.id] = Measure(tuple(rules[room.id]), stands)
    return found


async def of_seat(webinar_id: int, seat_id: int, now: datetime) -> Entry | None:
    """One person's; None without a confirmed place."""
    row = await db.fetch_one(f"{ENTRY} AND s.id = $3", webinar_id, now, seat_id)
    return None if row is None else entry(row)


async def of_seats(webinar_id: int, seat_ids: Sequence[int], now: datetime) -> list[Entry]:
    return [
        entry(row) for row in await db.fetch(f"{ENTRY} AND s.id = ANY($3) ORDER BY s.id", webinar_id, now, seat_ids)
    ]


async def of_person(email: str, now: datetime) -> list[Entry]:
    """Somebody's at all webinars with certificates, the newest first."""
    return [entry(row) for row in await db.fetch(_OWN, email, now)]


def entry(row: Any) -> Entry:
    return msgspec.convert(dict(row), Entry)
