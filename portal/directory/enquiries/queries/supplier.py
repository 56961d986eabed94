"""Enquiries as a company sees them. Who asks is only read once it is revealed.

A company's next owner gets what is open, with what both sides wrote, and its buyer's data is disclosed to it anew. What was over
before, the former owner's notes, who looked after what and its leads are not the next one's to read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.directory.enquiries.queries.rows import ASKED, asked, said
from portal.directory.enquiries.tables import EnquiryKind, EnquiryState, Missed, RecipientState
from portal.directory.enquiries.values import Buyer, Line, Received

_OURS = "(c.claimed_at IS NULL OR e.closed_at IS NULL OR e.closed_at >= c.claimed_at)"
_SHOWN = f"r.company = $1 AND r.state <> 'blocked' AND e.sent_at IS NOT NULL AND {_OURS}"
_ASSIGNEE = """
LEFT JOIN account a ON a.id = r.assignee AND EXISTS (
    SELECT FROM membership m WHERE m.account = a.id AND m.organisation = c.organisation)
"""
_DISCLOSED = "r.disclosed_at >= coalesce(c.claimed_at, r.disclosed_at)"
_REVEALED = "r.revealed_at IS NOT NULL AND e.email <> ''"
_ONE = f"""
SELECT {ASKED}, r.id AS recipient, r.company AS company_id, r.state AS recipient_state, r.version, r.seen_at, r.answered_at,
    r.reason, r.agreed_at, r.revealed_at, a.id AS assignee, a.name AS assignee_name, r.won, r.reported_at,
    (SELECT count(*) FROM enquiry_recipient o WHERE o.enquiry = e.id) AS recipients,
    CASE WHEN {_REVEALED} THEN e.name END AS buyer_name, CASE WHEN {_REVEALED} THEN e.company END AS buyer_company,
    CASE WHEN {_REVEALED} THEN e.email END AS buyer_email
FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company {_ASSIGNEE}
WHERE {_SHOWN} AND e.number = $2
"""
_SAID = f"""
SELECT m.side, m.kind, m.text, m.at, CASE WHEN m.side = 'supplier' THEN a.name WHEN {_REVEALED} THEN e.name END AS author
FROM enquiry_message m JOIN enquiry_recipient r ON r.id = m.recipient JOIN enquiry e ON e.id = r.enquiry
JOIN company c ON c.id = r.company LEFT JOIN account a ON a.id = m.author
WHERE m.recipient = $1 AND (m.kind <> 'note' OR c.claimed_at IS NULL OR m.at >= c.claimed_at) ORDER BY m.id LIMIT 2000
"""
_PLAIN = ("company_id", "version", "recipients", "seen_at", "answered_at", "reason", "agreed_at", "revealed_at", "assignee",
          "assignee_name", "won", "reported_at")  # fmt: skip


async def received(company_id: int, number: str) -> Received | None:
    """One enquiry of a company."""
    row = await db.fetch_one(_ONE, company_id, number)
    if row is None:
        return None
    known = row["buyer_email"] is not None
    return msgspec.convert(
        {
            **{name: row[name] for name in _PLAIN},
            "asked": asked(row),
            "id": row["recipient"],
            "state": row["recipient_state"],
            "buyer": Buyer(row["buyer_name"], row["buyer_company"], row["buyer_email"]) if known else None,
            "said": [said(message) for message in await db.fetch(_SAID, row["recipient"])],
        },
        Received,
    )


class Incoming(msgspec.Struct, frozen=True):
    """A line of the company's list. `buyer` is None while it is hidden, and until somebody opened it: that is when it is noted
    as disclosed.
    """

    number: str
    kind: EnquiryKind
    state: RecipientState
    enquiry_state: EnquiryState
    need: str
    blind: bool
    needed_by: Any
    sent_at: datetime
    answered_at: datetime | None
    assignee_name: str | None
    buyer: str | None
    won: bool | None


OPEN, ANSWERED, OVER = "open", "answered", "over"
VIEWS = {
    OPEN: "e.state = 'open' AND r.state IN ('sent', 'seen', 'question')",
    ANSWERED: "e.state = 'open' AND r.state IN ('yes', 'no')",
    OVER: "(e.state <> 'open' OR r.state = 'expired')",
}
_LIST = f"""
SELECT e.number, e.kind, r.state, e.state AS enquiry_state, e.need, e.blind, e.needed_by, e.sent_at, r.answered_at,
    a.name AS assignee_name,
    CASE WHEN {_REVEALED} AND {_DISCLOSED} THEN coalesce(nullif(e.company, ''), e.name) END AS buyer, r.won
FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company {_ASSIGNEE}
WHERE {_SHOWN} AND """


async def incoming(
    company_id: int, *, view: str, offset: int = 0, limit: int = 25
) -> tuple[list[Incoming], dict[str, int]]:
    """A company's enquiries of one view, and how many each view has. What waits comes oldest first."""
    order = "e.sent_at, e.id" if view == OPEN else "e.sent_at DESC, e.id DESC"
    rows: Sequence[Any] = await db.fetch(
        f"{_LIST} {VIEWS[view]} ORDER BY {order} LIMIT $2 OFFSET $3", company_id, limit, offset
    )
    counts = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in VIEWS.items())
    total = await db.fetch_one(
        f"SELECT {counts} FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company "
        f"WHERE {_SHOWN}",
        company_id,
    )
    return [msgspec.convert(dict(row), Incoming) for row in rows], dict(total or {})


class Lead(msgspec.Struct, frozen=True):
    """A buyer who may be known, as a line of the export."""

    number: str
    sent_at: datetime
    kind: str
    name: str
    company: str
    email: str
    state: str
    answered_at: datetime | None
    need: str
    lines: list[Line]
    needed_by: Any
    assignee: str | None
    outcome: str | None
    won: bool | None


_LEADS = f"""
SELECT e.number, e.sent_at, e.kind, e.name, e.company, e.email, r.state, r.answered_at, e.need, e.lines::text AS lines,
    e.needed_by, a.name AS assignee, e.outcome, r.won
FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company {_ASSIGNEE}
WHERE {_SHOWN} AND {_REVEALED} AND {_DISCLOSED} ORDER BY e.sent_at DESC LIMIT 10000
"""


async def leads(company_id: int) -> list[Lead]:
    """Everybody who asked this company and may be known to it, the newest first, 10,000 at most."""
    rows = await db.fetch(_LEADS, company_id)
    return [msgspec.convert({**row, "lines": msgspec.json.decode(row["lines"])}, Lead) for row in rows]


class Blocked(msgspec.Struct, frozen=True):
    id: int
    number: str
    at: datetime


async def blocked(company_id: int) -> list[Blocked]:
    """Senders this company takes nothing from, by the enquiry that was the last straw."""
    rows = await db.fetch(
        "SELECT id, number, at FROM enquiry_block WHERE company = $1 ORDER BY at DESC LIMIT 200", company_id
    )
    return [Blocked(**row) for row in rows]


async def may_read_files(number: str, organisations: Sequence[int]) -> bool:
    """Whether members of these organisations may open the files of an enquiry."""
    return bool(
        await db.fetch_value(
            f"""
            SELECT EXISTS (
                SELECT FROM enquiry e JOIN enquiry_recipient r ON r.enquiry = e.id JOIN company c ON c.id = r.company
                WHERE e.number = $1 AND e.sent_at IS NOT NULL AND r.state <> 'blocked'
                  AND c.organisation = ANY($2) AND {_OURS} AND (NOT e.files_after_yes OR r.state = 'yes'))
            """,
            number, list(organisations),
        )
    )  # fmt: skip


class MissedCount(msgspec.Struct, frozen=True):
    reason: Missed
    term: str
    count: int


async def missed(company_id: int, since: datetime) -> list[MissedCount]:
    """Enquiries that went to others, by reason and by what was lacking."""
    rows = await db.fetch(
        "SELECT reason, coalesce(t.name, m.term) AS term, count(DISTINCT m.enquiry) AS count FROM enquiry_missed m "
        "LEFT JOIN term t ON t.kind || ':' || t.slug = m.term "
        "WHERE m.company = $1 AND m.at > $2 "
        "GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 500",
        company_id, since,
    )  # fmt: skip
    return [msgspec.convert(dict(row), MissedCount) for row in rows]


class Lost(msgspec.Struct, frozen=True):
    """Enquiries that came here and went to another: by what decided, or because no answer came in time."""

    decided: str
    count: int


async def lost(company_id: int, since: datetime) -> list[Lost]:
    rows = await db.fetch(
        f"""
        SELECT CASE WHEN r.state IN ('expired', 'ended') THEN 'no answer' ELSE coalesce(e.decided, 'not said') END AS decided,
            count(DISTINCT e.id) AS count
        FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company
        WHERE {_SHOWN} AND e.sent_at > $2 AND (r.won = false OR r.state = 'expired')
        GROUP BY 1 ORDER BY 2 DESC
        """,
        company_id, since,
    )  # fmt: skip
    return [Lost(row["decided"], row["count"]) for row in rows]
