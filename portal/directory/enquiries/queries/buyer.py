"""Enquiries as their buyer sees them. Of a company that is not revealed neither name nor people are read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.directory.enquiries.queries.rows import ASKED, asked, said
from portal.directory.enquiries.tables import EnquiryKind, EnquiryState
from portal.directory.enquiries.values import OwnEnquiry, Supplier

# A guest's enquiry belongs to whoever proves the same address later.
_OWN = "(e.account = $1 OR (e.account IS NULL AND e.email = $2)) AND e.email <> '' AND e.state <> 'unproved'"
_ENQUIRY = f"SELECT {ASKED}, e.email, e.name, e.company, e.secret FROM enquiry e WHERE "
_SUPPLIERS = """
SELECT r.id, r.position, r.state, CASE WHEN r.revealed_at IS NOT NULL OR NOT e.blind THEN c.name END AS company,
    CASE WHEN r.revealed_at IS NOT NULL OR NOT e.blind THEN c.slug END AS slug,
    CASE WHEN r.revealed_at IS NOT NULL OR NOT e.blind THEN c.organisation IS NOT NULL END AS read_here,
    r.answered_at, r.reason, r.agreed_at, r.revealed_at, r.won
FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company
WHERE r.enquiry = $1 ORDER BY r.position
"""
_UNREAD = """
SELECT count(*) FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry JOIN company c ON c.id = r.company
WHERE r.enquiry = $1 AND e.blind AND r.revealed_at IS NULL AND r.state = 'sent' AND c.organisation IS NULL
"""
_SAID = """
SELECT m.recipient, m.side, m.kind, m.text, m.at,
    CASE WHEN m.side = 'buyer' THEN e.name WHEN r.revealed_at IS NOT NULL THEN a.name END AS author
FROM enquiry_message m JOIN enquiry_recipient r ON r.id = m.recipient JOIN enquiry e ON e.id = r.enquiry
LEFT JOIN account a ON a.id = m.author
WHERE r.enquiry = $1 AND m.kind <> 'note' ORDER BY m.id LIMIT 2000
"""


async def own(key: str, actor: Actor | None) -> OwnEnquiry | None:
    """The enquiry at `/enquiries/KEY`: by number for who is signed in and asked it, by its secret for anybody who has that,
    to read it.
    """
    if len(key) <= 12:
        if actor is None:
            return None
        row = await db.fetch_one(f"{_ENQUIRY} {_OWN} AND e.number = $3", actor.account_id, actor.email, key)
    else:
        row = await db.fetch_one(f"{_ENQUIRY} e.secret = $1 AND e.email <> '' AND e.state <> 'unproved'", key)
    return await _with_suppliers(row, key) if row else None


async def _with_suppliers(row: Any, key: str) -> OwnEnquiry:
    threads: dict[int, list[Any]] = {}
    for message in await db.fetch(_SAID, row["id"]):
        threads.setdefault(message["recipient"], []).append(said(message))
    suppliers = [
        msgspec.convert({**one, "said": threads.get(one["id"], [])}, Supplier)
        for one in await db.fetch(_SUPPLIERS, row["id"])
    ]
    return OwnEnquiry(
        asked(row), row["email"], row["name"], row["company"], f"/enquiries/{key}", key == row["secret"], suppliers,
        await db.fetch_value(_UNREAD, row["id"]), key != row["secret"],
    )  # fmt: skip


class Listed(msgspec.Struct, frozen=True):
    """A line of “Your enquiries”: how many companies are where."""

    number: str
    kind: EnquiryKind
    state: EnquiryState
    need: str
    created_at: datetime
    sent_at: datetime | None
    recipients: int
    yes: int
    no: int
    questions: int


_LIST = f"""
SELECT e.number, e.kind, e.state, e.need, e.created_at, e.sent_at, count(r.id) AS recipients,
    count(*) FILTER (WHERE r.state = 'yes') AS yes, count(*) FILTER (WHERE r.state = 'no') AS no,
    count(*) FILTER (WHERE r.state = 'question') AS questions
FROM enquiry e LEFT JOIN enquiry_recipient r ON r.enquiry = e.id WHERE {_OWN}
GROUP BY e.id ORDER BY e.id DESC LIMIT $3 OFFSET $4
"""


async def enquiries(actor: Actor, *, offset: int = 0, limit: int = 25) -> tuple[list[Listed], int]:
    """Somebody's enquiries, the newest first, and how many there are."""
    rows: Sequence[Any] = await db.fetch(_LIST, actor.account_id, actor.email, limit, offset)
    total = await db.fetch_value(f"SELECT count(*) FROM enquiry e WHERE {_OWN}", actor.account_id, actor.email)
    return [msgspec.convert(dict(row), Listed) for row in rows], int(total)


async def is_buyer(number: str, actor: Actor) -> bool:
    return bool(
        await db.fetch_value(
            f"SELECT EXISTS (SELECT FROM enquiry e WHERE {_OWN} AND e.number = $3)",
            actor.account_id,
            actor.email,
            number,
        )
    )
