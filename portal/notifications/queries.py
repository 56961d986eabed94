"""Reads of the outbox and of what recipients asked for."""

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


async def mail_log(
    *, recipient: str = "", state: MailState | None = None, before: int | None = None, limit: int = 50
) -> list[MailRecord]:
    """Mails of everybody, newest first; `before` is the id to go on from."""
    rows = await db.fetch(
        f"""
        SELECT {_COLUMNS} FROM mail
        WHERE ($1 = '' OR recipient = $1) AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR id < $3)
        ORDER BY id DESC LIMIT $4
        """,
        rules.normal(recipient), state, before, min(limit, 200),
    )  # fmt: skip
    return [_record(row) for row in rows]


_REASONS = "SELECT topic, reason, detail, since FROM suppression WHERE address = $1"


async def reasons(address: str) -> list[Suppressed]:
    """Everything that stops, or may soon stop, mail to an address."""
    rows = await db.fetch(f"{_REASONS} ORDER BY topic LIMIT 100", rules.normal(address))
    return [Suppressed(**{**row, "reason": Reason(row["reason"])}) for row in rows]


async def suppression(address: str, topic: str) -> Suppressed | None:
    """Why the address gets no mail on the topic, if so."""
    known = [found for found in await reasons(address) if found.topic in ("*", topic)]
    return next((found for found in known if rules.stops(found.reason, topic)), None)


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


LABELS = {"queued_at": "Written", "answer": "Answer of the mail server", "topic": "About"}


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
    return [
        *({"what": "Mail", **row, "topic": rules.title(row["topic"])} for row in mails),
        *({"what": "No mail", **row, "topic": "Everything" if row["topic"] == "*" else rules.title(row["topic"])}
          for row in stopped),
    ]  # fmt: skip
