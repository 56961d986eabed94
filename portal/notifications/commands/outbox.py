"""Everything that changes the outbox.

A mail is sent between two commands: `claim` keeps other workers away, `record_answer` writes down what the
server said. A worker that dies in between has perhaps handed the mail over: it is sent again after the claim
has lapsed, with the same Message-ID and the same bytes (at least once; mail systems drop the second copy).
"""

import re
from datetime import datetime
from itertools import count
from urllib.parse import urlsplit

from portal.core import audit, db, jobs, text, tokens
from portal.core.errors import Conflict, NotFound
from portal.core.settings import current
from portal.core.urgency import Urgency
from portal.notifications import rules
from portal.notifications.commands import addresses
from portal.notifications.tables import MailState, Reason
from portal.notifications.values import Answer, Message, Outgoing, Part, Verdict

_SENT_AGAIN = re.compile(r"~\d+$")


async def queue_mail(*, message: Message, now: datetime) -> int | None:
    """Put a mail into the outbox, inside the caller's transaction; None when its key was there before.

    A recipient that is no address does not stop the caller's act: the mail is kept as failed and says why.
    """
    recipient = rules.normal(_kept(message.recipient))
    fits = bool(rules.sendable(recipient))
    state = MailState.QUEUED if fits else MailState.FAILED
    answer = "" if fits else "This is not an address mail can be sent to."
    async with db.transaction():
        mail: int | None = await db.fetch_value(
            """
            INSERT INTO mail (key, topic, recipient, reply_to, subject, text, html, message_id, about_kind,
                              about_key, state, answer, attempts, queued_at, next_try_at, answered_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15)
            ON CONFLICT (key) DO NOTHING RETURNING id
            """,
            _key(message.key), message.topic, recipient[:254], text.one_line(message.reply_to)[:254],
            text.one_line(message.subject)[:250], _kept(message.text), _kept(message.html), _message_id(),
            message.about_kind, message.about_key, state, answer, now,
            *((now, None) if fits else (None, now)),
        )  # fmt: skip
        if mail is None:
            return None
        await _add_parts(mail, message.parts)
        if fits:
            await jobs.enqueue(rules.job(message.topic), urgency=rules.urgency(message.topic), mail=mail)
    return mail


def _kept(value: str) -> str:
    """Text as PostgreSQL and mail can hold it: without NUL and halves of characters."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _key(key: str) -> str:
    return key if len(key) <= 200 else f"{key[:130]}:{tokens.hashed(key)}"


def _message_id() -> str:
    return f"<{tokens.secret()}@{urlsplit(current().base_url).hostname or 'localhost'}>"


async def _add_parts(mail: int, parts: tuple[Part, ...]) -> None:
    if not parts:
        return
    await db.execute(
        """
        INSERT INTO mail_part (mail, position, alternative, filename, content_type, content)
        SELECT $1, * FROM unnest($2::int[], $3::bool[], $4::text[], $5::text[], $6::bytea[])
        """,
        mail,
        list(range(len(parts))),
        [part.alternative for part in parts],
        [text.one_line(part.filename)[:120] for part in parts],
        [text.one_line(part.content_type)[:120] for part in parts],
        [part.content for part in parts],
    )


_PARTS = "SELECT filename, content_type, content, alternative FROM mail_part WHERE mail = $1 ORDER BY position"


async def _parts(mail: int) -> tuple[Part, ...]:
    rows = await db.fetch(_PARTS, mail)
    return tuple(Part(**row) for row in rows)


_CLAIM = """
UPDATE mail SET attempts = attempts + 1, claimed_until = $2::timestamptz + $3::interval
WHERE id = $1 AND state IN ('queued', 'deferred') AND next_try_at <= $2::timestamptz + $4::interval
  AND (claimed_until IS NULL OR claimed_until <= $2)
RETURNING id, attempts AS attempt, topic, recipient, reply_to, subject, text, html, message_id, queued_at,
  ARRAY(SELECT reason FROM suppression s WHERE s.address = mail.recipient AND s.topic IN ('*', mail.topic)
        ORDER BY s.topic) AS reasons
"""
_SUPPRESSED = {
    Reason.REFUSED: "Not sent: the address was refused by its mail server before.",
    Reason.UNSUBSCRIBED: "Not sent: the recipient does not want mail on this topic.",
    Reason.STAFF: "Not sent: mail to this address was stopped by our staff.",
}


async def claim(*, mail_id: int, now: datetime) -> Outgoing | None:
    """Take a mail for one try; None when it is not due, not waiting, claimed already, or suppressed."""
    async with db.transaction():
        row = await db.fetch_one(_CLAIM, mail_id, now, rules.LEASE, rules.EARLY)
        if row is None:
            return None
        facts = dict(row)
        reasons = [Reason(reason) for reason in facts.pop("reasons")]
        if stopping := [reason for reason in reasons if rules.stops(reason, row["topic"])]:
            await _unsent(mail_id, MailState.SUPPRESSED, _SUPPRESSED[stopping[0]], now)
            return None
        if rules.worn_out(row["topic"], row["attempt"]):
            await _unsent(mail_id, MailState.FAILED, "Given up: every try broke off on our side.", now)
            return None
        parts = await _parts(mail_id)
    return Outgoing(**facts, parts=parts)


async def _unsent(mail_id: int, state: MailState, answer: str, now: datetime) -> None:
    await db.execute(
        "UPDATE mail SET state = $2, answer = $3, answered_at = $4, next_try_at = NULL, "
        "claimed_until = NULL, attempts = attempts - 1 WHERE id = $1",
        mail_id, state, answer, now,
    )  # fmt: skip


_STATES = {
    Verdict.ACCEPTED: MailState.ACCEPTED,
    Verdict.REFUSED: MailState.BOUNCED,
    Verdict.ADDRESS_REFUSED: MailState.BOUNCED,
    Verdict.ADDRESS_DOUBTED: MailState.BOUNCED,
    Verdict.IMPOSSIBLE: MailState.FAILED,
}
_RECORD = """
UPDATE mail SET state = $3, answer = $4, answered_at = $5, next_try_at = $6, claimed_until = NULL,
    text = CASE WHEN $7 THEN '' ELSE text END, html = CASE WHEN $7 THEN '' ELSE html END
WHERE id = $1 AND state <> 'accepted'
  AND ($3 = 'accepted' OR attempts = $2 AND state IN ('queued', 'deferred'))
"""


async def record_answer(*, mail: Outgoing, answer: Answer, now: datetime) -> MailState | None:
    """Write down how a try ended, and ask for the next one if there is to be one.

    None when the answer came too late to count: the claim had lapsed and another worker went on. That a
    server took the mail counts always. The text of a code is dropped with the last answer.
    """
    verdict = rules.verdict(answer)
    wait = rules.wait_after(mail.topic, mail.attempt) if verdict is Verdict.LATER else None
    state = MailState.DEFERRED if wait else _STATES.get(verdict, MailState.FAILED)
    said = text.one_line(answer.line)[:500]
    drop = mail.topic == "codes" and wait is None
    next_try_at = now + wait if wait else None
    async with db.transaction():
        done = await db.execute(_RECORD, mail.id, mail.attempt, state, said, now, next_try_at, drop)
        if not db.affected(done):
            return None
        if wait is not None:
            await jobs.enqueue(rules.job(mail.topic), after=wait, urgency=rules.urgency(mail.topic), mail=mail.id)
        match verdict:
            case Verdict.ACCEPTED:
                await addresses.forget_refusals(mail.recipient)
            case Verdict.ADDRESS_REFUSED:
                await addresses.note_refused(address=mail.recipient, words=said, now=now)
            case Verdict.ADDRESS_DOUBTED:
                await addresses.note_doubted(address=mail.recipient, words=said, now=now)
    return state


_WITHOUT_JOB = """
SELECT id, topic FROM mail m
WHERE state IN ('queued', 'deferred') AND next_try_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $2)
  AND NOT EXISTS (SELECT 1 FROM pgqueuer q WHERE q.entrypoint = ANY($3) AND q.status IN ('queued', 'picked')
                  AND q.payload = convert_to(format('{"mail":%s}', m.id), 'UTF8'))
ORDER BY next_try_at LIMIT $4
"""


async def sweep(*, now: datetime, limit: int = 500) -> int:
    """Give mails that are overdue and have no job a new one; the number of them.

    They lost it when a worker died after its claim, or when no mail server was set.
    """
    async with db.transaction():
        rows = await db.fetch(_WITHOUT_JOB, now - rules.OVERDUE, now, list(rules.JOBS), limit)
        for job in rules.JOBS:
            await jobs.enqueue_many(job, [{"mail": row["id"]} for row in rows if rules.job(row["topic"]) == job])
    return len(rows)


_AFRESH = """
UPDATE mail SET state = 'queued', attempts = 0, answer = '', answered_at = NULL, message_id = $3, next_try_at = $2
WHERE id = $1
"""


async def resend(*, actor: str, mail_id: int, now: datetime) -> str:
    """Try a mail afresh because somebody of the staff asked for it; the address it goes to.

    A mail still waiting is tried at once. One that did not arrive is queued anew, of one that was taken a copy goes
    out, both with another Message-ID. That the address was refused in the past counts no more.
    """
    async with db.transaction():
        mail = await db.fetch_one(
            "SELECT key, topic, recipient, state, text || html = '' AS dropped FROM mail WHERE id = $1 FOR UPDATE",
            mail_id,
        )
        if mail is None:
            raise NotFound("There is no such mail.")
        if mail["topic"] == "codes":
            raise Conflict("A code is not sent a second time. Please ask for a new one.")
        if mail["dropped"]:
            raise Conflict("What this mail said is no longer kept, so it cannot be sent again.")
        recipient = str(mail["recipient"])
        if not rules.sendable(recipient):
            raise Conflict("This is not an address mail can be sent to.")
        await addresses.forget_refusals(recipient)
        if mail["state"] == MailState.ACCEPTED:
            await _copy(mail_id, _SENT_AGAIN.sub("", mail["key"]), now)
        else:
            if mail["state"] in {MailState.QUEUED, MailState.DEFERRED}:
                await db.execute("UPDATE mail SET next_try_at = least(next_try_at, $2) WHERE id = $1", mail_id, now)
            else:
                await db.execute(_AFRESH, mail_id, now, _message_id())
            await jobs.enqueue(rules.job(mail["topic"]), urgency=Urgency.SOMEBODY_WAITS, mail=mail_id)
        await audit.record(actor=actor, verb="mail sent again", kind="mail", key=mail_id, now=now)
    return recipient


async def _copy(mail_id: int, key: str, now: datetime) -> None:
    wanted = "topic, recipient, reply_to, subject, text, html, about_kind, about_key"
    facts = await db.fetch_one(f"SELECT {wanted} FROM mail WHERE id = $1", mail_id)
    assert facts is not None
    parts = await _parts(mail_id)
    for number in count(1):
        again = Message(key=f"{key[:190]}~{number}", parts=parts, **facts)
        if await queue_mail(message=again, now=now) is not None:
            return


_DROP = """
WITH old AS (SELECT id FROM mail WHERE answered_at < $1 AND state NOT IN ('queued', 'deferred')
             AND (text <> '' OR html <> '') ORDER BY answered_at LIMIT 500),
gone AS (DELETE FROM mail_part WHERE mail IN (SELECT id FROM old))
UPDATE mail SET text = '', html = '' WHERE id IN (SELECT id FROM old)
"""


async def drop_contents(*, before: datetime) -> int:
    """Drop what mails said, with their files, where the last word on them came before a moment; their number.

    The record stays: to whom, about what, when, and how it ended.
    """
    dropped = 0
    while found := db.affected(await db.execute(_DROP, before)):
        dropped += found
    return dropped


async def forget(address: str, now: datetime) -> str:
    """Erase the mails an address was sent; what is kept, and why, as a sentence."""
    person = rules.normal(address)
    async with db.transaction():
        gone = db.affected(
            await db.execute("DELETE FROM mail WHERE recipient = $1 AND state NOT IN ('queued', 'deferred')", person)
        )
        kept = await db.fetch_value("SELECT count(*) FROM suppression WHERE address = $1", person)
    told = f"{gone} {'mail' if gone == 1 else 'mails'} erased; what is still on its way is sent."
    return f"{told} That this address wants or takes no mail is kept, so that none is sent." if kept else told
