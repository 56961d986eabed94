"""Leads for the company’s pages, exports and API."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core import db
from portal.exhibitors.leads.values import Asking, Chain, Colleague, LeadRow, Question, Share, Step
from portal.exhibitors.queries.desks import OURS
from portal.exhibitors.values import AtEvent
from portal.leads.chain.exports import Record

# A company that was merged into another keeps its chains: links cannot go over to another chain. They are the kept company's to
# read and to go on with.
_OURS = f"k.event_id = $2 AND k.company_id IN {OURS.format(company='$1::bigint')}"
_COLUMNS = """
CASE WHEN k.company_id = $1 THEN '' ELSE n.name END AS scanned_for,
l.id, l.code, l.name, l.first_name, l.last_name, l.job_title, l.company, l.email, l.rating, l.note, l.tags, l.answers,
l.follow_up, l.follow_up_by, l.follow_up_who,
w.name AS follow_up_name, l.follow_up_done_at, l.visits, l.first_at, l.last_at, l.last_by, b.name AS last_by_name,
c.given_at AS agreed_at, t.text AS wording, t.version AS wording_version, l.changed_at, l.version
"""
_FROM = f"""
FROM lead_chain k JOIN company n ON n.id = k.company_id JOIN lead l ON l.chain = k.id
JOIN consent c ON c.id = l.consent_id AND c.withdrawn_at IS NULL
JOIN wording_of_consent t ON t.id = c.wording LEFT JOIN account b ON b.id = l.last_by AND b.erased_at IS NULL
LEFT JOIN account w ON w.id = l.follow_up_who AND w.erased_at IS NULL
WHERE {_OURS}
"""
_FILTERED = f"""{_FROM}
AND ($3 = '' OR concat_ws(' ', l.name, l.job_title, l.company, l.email, l.code, l.note, l.answers) ILIKE $3)
AND ($4 = '' OR l.rating = $4 OR ($4 = 'none' AND l.rating IS NULL)) AND ($5 = '' OR $5 = ANY(l.tags))
AND ($6::bigint IS NULL OR CASE $7 WHEN '' THEN l.last_by = $6 OR l.follow_up_who = $6
    ELSE coalesce(l.follow_up_who, l.last_by) = $6 END)
AND ($7 = '' OR l.follow_up <> '' AND CASE $7 WHEN 'done' THEN l.follow_up_done_at IS NOT NULL
    WHEN 'due' THEN l.follow_up_done_at IS NULL AND l.follow_up_by <= $8 ELSE l.follow_up_done_at IS NULL END)
AND ($9::timestamptz IS NULL OR (l.changed_at, l.code) > ($9, $10))
"""
# By what does not shift while others change or go, where somebody asks for changes.
_LIST = f"""
SELECT {_COLUMNS}, count(*) OVER () AS total {_FILTERED}
ORDER BY CASE WHEN $9::timestamptz IS NOT NULL THEN l.changed_at END, CASE WHEN $9::timestamptz IS NOT NULL THEN l.code END,
    CASE WHEN $7 IN ('open', 'due') THEN l.follow_up_by END, l.last_at DESC, l.id DESC LIMIT $11 OFFSET $12
"""
_COUNT = f"SELECT count(*) {_FILTERED}"
_ONE = f"SELECT {_COLUMNS} {_FROM} AND l.code = $3"
_ALL = f"SELECT {_COLUMNS} {_FROM} ORDER BY l.first_at, l.id LIMIT 100000"
_TEAM = """
SELECT a.id, a.name, a.email FROM membership m JOIN account a ON a.id = m.account
WHERE m.organisation = $1 AND a.erased_at IS NULL ORDER BY a.name, a.id LIMIT 500
"""
_HISTORY = f"""
SELECT r.seq, r.kind, r.at, r.payload, r.digest FROM lead_chain k JOIN lead_record r ON r.chain = k.id
WHERE {_OURS} AND r.lead = $3 ORDER BY r.seq DESC LIMIT 500
"""
_CHAINS = f"""
SELECT k.id, k.key, k.length, k.head, k.company_id, n.name AS company FROM lead_chain k JOIN company n ON n.id = k.company_id
WHERE {_OURS} ORDER BY k.company_id <> $1, lower(n.name), k.id
"""
_HAS_SCANNED = f"""
SELECT EXISTS (SELECT FROM lead_chain k JOIN lead_record r ON r.chain = k.id WHERE {_OURS} AND r.lead = $3 AND r.kind = 'scan'
    AND r.payload IS NOT NULL AND (r.payload::jsonb ->> 'by')::bigint = $4)
"""
_FORMER = f"SELECT id FROM {OURS.format(company='$1::bigint')} ours WHERE id <> $1 ORDER BY id"
_COMPANY_OF = f"SELECT k.company_id FROM lead_chain k JOIN lead l ON l.chain = k.id WHERE {_OURS} AND l.code = $3"
# All of it in one statement: what is written meanwhile is not half in it.
_RECORDS = """
SELECT k.key, k.head, r.seq, r.lead, r.kind,
    to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, r.payload, r.salt,
    r.payload_digest, r.previous, r.digest
FROM lead_chain k JOIN lead_record r ON r.chain = k.id WHERE k.id = $1 ORDER BY r.seq
"""
_WITHDRAWN = f"""
SELECT r.seq, r.lead, r.kind, r.at FROM lead_chain k JOIN lead_record r ON r.chain = k.id
WHERE {_OURS} AND r.kind IN ('withdrawal', 'removal', 'expiry')
    AND ($3::timestamptz IS NULL OR r.at > $3)
ORDER BY r.at, r.id LIMIT $4 OFFSET $5
"""
_DIGEST = """
SELECT r.digest, k.length FROM lead_chain k JOIN lead_record r ON r.chain = k.id WHERE k.key = $1 AND r.seq = $2
"""

_QUESTIONS = "SELECT id, text, choices FROM lead_question WHERE exhibitor = $1 ORDER BY position, id"
# Of the whole list, whatever is asked for.
_WHOLE = f"""
WITH mine AS (SELECT l.* FROM lead_chain k JOIN lead l ON l.chain = k.id WHERE {_OURS})
SELECT ARRAY(SELECT DISTINCT unnest(tags) AS tag FROM mine ORDER BY tag LIMIT 200) AS tags,
    (SELECT count(*) FROM mine WHERE follow_up <> '' AND follow_up_done_at IS NULL AND follow_up_by <= $3
        AND coalesce(follow_up_who, last_by) = $5) AS due, coalesce((SELECT json_agg(s) FROM (
    SELECT m.last_by AS account, a.name, count(*) AS leads, count(*) FILTER (WHERE m.rating = 'hot') AS hot,
        count(*) FILTER (WHERE m.follow_up <> '' AND m.follow_up_done_at IS NULL) AS open,
        count(*) FILTER (WHERE (m.last_at AT TIME ZONE $4)::date = $3) AS today
    FROM mine m LEFT JOIN account a ON a.id = m.last_by AND a.erased_at IS NULL
    GROUP BY m.last_by, a.name ORDER BY leads DESC, a.name, m.last_by LIMIT 100) s), '[]') AS shares
"""
# What forms about leads need.
_ASKING = """
SELECT coalesce((SELECT json_agg(json_build_object('id', t.id, 'name', t.name, 'email', t.email) ORDER BY t.name, t.id) FROM (
    SELECT a.id, a.name, a.email FROM membership m JOIN account a ON a.id = m.account
    WHERE m.organisation = $1 AND a.erased_at IS NULL ORDER BY a.name, a.id LIMIT 500) t), '[]') AS team,
    coalesce((SELECT json_agg(json_build_object('id', q.id, 'text', q.text, 'choices', q.choices) ORDER BY q.position, q.id)
        FROM lead_question q WHERE q.exhibitor = $2), '[]') AS questions
"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads of a list: words, rating (or `none`), a tag, a colleague, follow-ups (`open`, `due` or `done`)."""

    q: str = ""
    rating: str = ""
    tag: str = ""
    person: int | None = None
    follow_up: str = ""


async def some(
    company_id: int, event_id: int, wanted: Wanted, *, today: date, size: int, offset: int,
    changed_since: datetime | None = None, after: str = "",
) -> tuple[list[LeadRow], int]:  # fmt: skip
    """A part of the list, and how many there are: whoever came last first; of what is to be done, what is due first.

    With `changed_since`, in the order they changed, from that moment on; of those of the moment itself, after this code.
    """
    asked = (company_id, event_id, *_asked(wanted, today), changed_since, after)
    rows = await db.fetch(_LIST, *asked, size, offset)
    total = rows[0]["total"] if rows else await db.fetch_value(_COUNT, *asked)
    return [_lead(row) for row in rows], total


def _asked(wanted: Wanted, today: date) -> tuple[Any, ...]:
    words = wanted.q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{words}%" if words else "", wanted.rating, wanted.tag, wanted.person, wanted.follow_up, today


async def one(company_id: int, event_id: int, code: str) -> LeadRow | None:
    row = await db.fetch_one(_ONE, company_id, event_id, code)
    return None if row is None else _lead(row)


async def has_scanned(company_id: int, event_id: int, code: str, account_id: int) -> bool:
    """Whether this one of the team ever scanned the lead."""
    return bool(await db.fetch_value(_HAS_SCANNED, company_id, event_id, code, account_id))


async def everyone(company_id: int, event_id: int) -> list[LeadRow]:
    """All leads, for a file."""
    return [_lead(row) for row in await db.fetch(_ALL, company_id, event_id)]


async def whole(
    company_id: int, event_id: int, today: date, timezone: str, reader: int
) -> tuple[list[str], list[Share], int]:
    """Tags in use, who of the team has scanned how many, the most first, and how much is due that is the reader’s; `today` by the
    clocks of the event.
    """
    row = await db.fetch_one(_WHOLE, company_id, event_id, today, timezone, reader)
    assert row is not None, "an aggregate has one row"
    return list(row["tags"]), msgspec.json.decode(row["shares"], type=list[Share]), row["due"]


async def asking(exhibitor: AtEvent) -> Asking:
    """Who can be given a follow-up, and what is asked."""
    row = await db.fetch_one(_ASKING, exhibitor.organisation_id, exhibitor.id)
    assert row is not None, "it has one row"
    return Asking(
        msgspec.json.decode(row["team"], type=list[Colleague]),
        msgspec.json.decode(row["questions"], type=list[Question]),
    )


async def team(organisation_id: int | None) -> list[Colleague]:
    """Who works for the exhibitor."""
    return [Colleague(**row) for row in await db.fetch(_TEAM, organisation_id)]


async def history(company_id: int, event_id: int, code: str) -> list[Step]:
    """What was written of a lead, the newest first."""
    return [Step(**row) for row in await db.fetch(_HISTORY, company_id, event_id, code)]


async def records(chain_id: int) -> tuple[str, list[Record]] | None:
    """A chain’s end, and its records up to there."""
    rows = await db.fetch(_RECORDS, chain_id)
    return (rows[0]["head"], [_record(row) for row in rows]) if rows else None


async def chains(company_id: int, event_id: int) -> list[Chain]:
    """A company’s own chain, then those of companies that were merged into it."""
    return [Chain(**row) for row in await db.fetch(_CHAINS, company_id, event_id)]


async def company_of(company_id: int, event_id: int, code: str) -> int:
    """In whose chain a lead of the company is: its own, or that of one merged into it."""
    found = await db.fetch_value(_COMPANY_OF, company_id, event_id, code)
    return company_id if found is None else int(found)


async def former(company_id: int) -> tuple[int, ...]:
    """Companies that were merged into this one."""
    return tuple(row["id"] for row in await db.fetch(_FORMER, company_id))


async def withdrawn(company_id: int, event_id: int, since: datetime | None, *, size: int, offset: int) -> Sequence[Any]:
    """Codes of leads that are gone, and why."""
    return await db.fetch(_WITHDRAWN, company_id, event_id, since, size, offset)


async def known_digest(key: str, seq: int) -> tuple[str, int] | None:
    """What the portal’s own chain says at a place, and how long it is now."""
    row = await db.fetch_one(_DIGEST, key, seq)
    return None if row is None else (row["digest"], row["length"])


async def questions(exhibitor_id: int) -> list[Question]:
    """What the team asks at its stand."""
    return [msgspec.convert(dict(row), Question) for row in await db.fetch(_QUESTIONS, exhibitor_id)]


def _lead(row: Any) -> LeadRow:
    fields = {name: row[name] for name in LeadRow.__struct_fields__}
    return msgspec.convert({**fields, "answers": msgspec.json.decode(row["answers"])}, LeadRow)


def _record(row: Any) -> Record:
    payload = None if row["payload"] is None else msgspec.json.decode(row["payload"])
    return Record(**{name: row[name] for name in Record.__struct_fields__ if name != "payload"}, payload=payload)
