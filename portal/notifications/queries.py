"""Reads of the outbox and of what recipients asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from portal.core import db
from portal.notifications import rules
from portal.notifications.tables import MailState, Reason
from portal.notifications.values import MailRecord, Suppressed, TopicChoice

_COLUMNS = "id, topic, recipient, subject, state, attempts, answer, queued_at, next_try_at, answered_at"


def _record(row: asyncpg.Record) -> MailRecord:
    return MailRecord(**{**row, "state": MailState(row["state"])})


async def mails_about(kind: str, key: str) -> list[MailRecord]:
    """The mails about a thing, oldest first, 100 at most: what its page shows of them."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM mail WHERE about_kind = $1 AND about_key = $2 ORDER BY id LIMIT 100",
        kind,
        key,
    )
    return [_record(row) for row in rows]


async def mail(mail_id: int) -> MailRecord | None:
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM mail WHERE id = $1", mail_id)
    return None if row is None else _record(row)


async def mail_log(
    *, recipient: str = "", states: Sequence[MailState] = (), before: int | None = None, limit: int = 50
) -> list[MailRecord]:
    """Mails of everybody, newest first; `before` is the id to go on from."""
    rows = await db.fetch(
        f"""
        SELECT {_COLUMNS} FROM mail
        WHERE ($1 = '' OR recipient = $1) AND (cardinality($2::text[]) = 0 OR state = ANY($2))
          AND ($3::bigint IS NULL OR id < $3)
        ORDER BY id DESC LIMIT $4
        """,
        rules.normal(recipient), list(states), before, min(limit, 200),
    )  # fmt: skip
    return [_record(row) for row in rows]


async def count_by_state(*, since: datetime) -> dict[MailState, int]:
    """How many of the mails queued since then are in each state."""
    rows = await db.fetch("SELECT state, count(*) AS mails FROM mail WHERE queued_at >= $1 GROUP BY state", since)
    found = {row["state"]: row["mails"] for row in rows}
    return {state: found.get(state, 0) for state in MailState}


async def suppression(address: str, topic: str) -> Suppressed | None:
    """Why the address gets no mail on the topic, if so."""
    row = await db.fetch_one(
        "SELECT topic, reason, detail, since FROM suppression WHERE address = $1 AND topic IN ('*', $2) "
        "ORDER BY topic LIMIT 1",
        rules.normal(address), topic,
    )  # fmt: skip
    return None if row is None else Suppressed(**{**row, "reason": Reason(row["reason"])})


async def is_suppressed(address: str, topic: str) -> bool:
    return await suppression(address, topic) is not None


async def topic_choices(address: str, *, at_hand: str) -> list[TopicChoice]:
    """The optional topics this reader was written to about or has switched off, and the one `at_hand`."""
    rows = await db.fetch(
        """
        SELECT topic, bool_or(off) AS off FROM (
            SELECT $2::text AS topic, false AS off
            UNION SELECT topic, false FROM mail WHERE recipient = $1
            UNION SELECT topic, true FROM suppression WHERE address = $1 AND topic <> '*') t
        WHERE topic <> ALL($3) GROUP BY topic ORDER BY topic LIMIT 50
        """,
        rules.normal(address), at_hand, sorted(rules.TRANSACTIONAL),
    )  # fmt: skip
    return [TopicChoice(topic=row["topic"], title=rules.title(row["topic"]), wanted=not row["off"]) for row in rows]


async def personal_data(email: str) -> list[dict[str, Any]]:
    """What is known about an address here: its mails (the newest 1,000) and what it is not sent."""
    address = rules.normal(email)
    mails = await db.fetch(
        "SELECT queued_at, topic, subject, state, answer FROM mail WHERE recipient = $1 ORDER BY id DESC LIMIT 1000",
        address,
    )
    stopped = await db.fetch(
        "SELECT since, topic, reason, detail FROM suppression WHERE address = $1 ORDER BY id LIMIT 100",
        address,
    )
    return [{"what": "mail", **row} for row in mails] + [{"what": "no mail", **row} for row in stopped]
