"""Delivery over a real SMTP server: what arrives, retries, refusals, crashes, several workers."""

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta

import pytest

from portal import wiring, worker
from portal.core import clock, db
from portal.core.settings import Settings
from portal.notifications import commands, jobs, queries, rules
from portal.notifications.sending.smtp import Transport, read_url
from portal.notifications.tables import MailState
from portal.notifications.values import Answer, MailRecord, Part, Stage
from tests.notifications.conftest import MINUTE, SENDER, Send, mail_row, message, queued
from tests.notifications.receiver import Receiver, words

INVITATION = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
PARTS = (
    Part("invite.ics", "text/calendar; method=REQUEST; charset=utf-8", INVITATION, alternative=True),
    Part("invite.ics", "text/calendar; method=REQUEST; charset=utf-8", INVITATION),
    Part("ticket.pdf", "application/pdf", b"%PDF-1.7\r\n\x00\xff"),
)


async def test_a_queued_mail_goes_out_with_the_next_job(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    mail = await queued(message(parts=PARTS, about_kind="order", about_key="17"), clock.now())
    await worker.drain(services)
    envelope, arrived = receiver.taken[0], receiver.messages()[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "events@sterileline.example",
        ["amara@brennhof.example"],
    )
    assert [(part.get_content_type(), part.get_content_disposition()) for part in arrived.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("text/calendar", "attachment"),
        ("application/pdf", "attachment"),
    ]
    invitation, attached, ticket = list(arrived.walk())[4:]
    assert dict(invitation["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert invitation.get_payload(decode=True) == attached.get_payload(decode=True) == INVITATION
    assert [attached.get_filename(), ticket.get_filename()] == ["invite.ics", "ticket.pdf"]
    assert ticket.get_payload(decode=True) == b"%PDF-1.7\r\n\x00\xff"
    row = await mail_row(mail)
    assert arrived["Message-ID"] == row["message_id"]
    assert sorted(arrived.keys()) == sorted(
        ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version"]
        + [name for name in arrived.keys() if name.startswith("X-")]
    )
    assert arrived["From"] == SENDER
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Date"].datetime == row["queued_at"].replace(microsecond=0)
    [shown] = await queries.mails_about("order", "17")
    assert shown == MailRecord(
        id=mail, topic="orders", recipient="amara@brennhof.example", subject="Your ticket", state=MailState.ACCEPTED,
        attempts=1, answer="250 2.0.0 queued as 1", queued_at=row["queued_at"], next_try_at=None,
        answered_at=row["answered_at"],
    )  # fmt: skip
    assert shown.domain == "brennhof.example"


async def test_every_line_is_short_ascii_with_crlf(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    text = "Grüße aus Łódź – „ja“ 名前 👩‍🔬\n" * 40 + "x" * 3000 + "\n.\n..dots\nFrom here\n"
    mail = await queued(message(text=text, html=f"<p>{text}</p>", subject="Größe " * 40, parts=PARTS), now)
    await send(mail, now)
    content = receiver.taken[0].original_content
    assert content is not None
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    arrived = receiver.messages()[0]
    assert arrived["Subject"] == ("Größe " * 40).strip()[:250]
    plain, html = list(arrived.walk())[2:4]
    assert words(plain) == text
    assert words(html) == f"<p>{text}</p>\n"


async def test_a_mail_without_parts_has_no_mixed_around_it(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    await send(await queued(message(), now), now)
    await send(await queued(message("order:2", html=""), now), now)
    kinds = [[part.get_content_type() for part in arrived.walk()] for arrived in receiver.messages()]
    assert kinds == [["multipart/alternative", "text/plain", "text/html"], ["text/plain"]]


async def test_the_same_key_is_sent_once(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    async with db.transaction():
        first = await commands.queue_mail(message=message(), now=clock.now())
        second = await commands.queue_mail(message=message(), now=clock.now())
    async with db.transaction():
        third = await commands.queue_mail(message=message(), now=clock.now())
    assert (type(first), second, third) == (int, None, None)
    await worker.drain(services)
    assert len(receiver.taken) == 1


async def test_a_rolled_back_act_sends_nothing(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            await commands.queue_mail(message=message(), now=clock.now())
            raise ZeroDivisionError
    await worker.drain(services)
    assert (receiver.taken, await db.fetch_value("SELECT count(*) FROM mail")) == ([], 0)


async def test_a_temporary_refusal_is_tried_again_and_then_taken(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(), now)
    receiver.refuse_recipient = lambda _: "451 4.7.1 Greylisted, come back later"
    assert await send(mail, now) is MailState.DEFERRED
    row = await mail_row(mail)
    assert (row["attempts"], row["answer"], row["next_try_at"]) == (
        1, "451 4.7.1 Greylisted, come back later", now + MINUTE
    )  # fmt: skip
    receiver.refuse_recipient = lambda _: None
    assert await send(mail, now + MINUTE / 2) is None
    assert await send(mail, now + MINUTE) is MailState.ACCEPTED
    row = await mail_row(mail)
    assert (row["attempts"], row["answer"], row["next_try_at"], len(receiver.taken)) == (
        2, "250 2.0.0 queued as 1", None, 1
    )  # fmt: skip


async def test_a_deferred_mail_has_a_job_for_its_next_try(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    mail = await queued(message(), clock.now())
    receiver.refuse_recipient = lambda _: "451 later"
    await worker.drain(services)
    jobs_waiting = await db.fetch(
        "SELECT payload, execute_after - created > interval '50 seconds' AS later FROM pgqueuer WHERE status = 'queued'"
    )
    assert [(row["payload"], row["later"]) for row in jobs_waiting] == [(b'{"mail":%d}' % mail, True)]


async def test_tries_end_after_about_two_days(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(), now)
    receiver.refuse_content = lambda _: "452 4.3.1 Out of space"
    at, waits = now, []
    while await send(mail, at) is MailState.DEFERRED:
        row = await mail_row(mail)
        waits.append(row["next_try_at"] - at)
        at = row["next_try_at"]
    assert [wait.total_seconds() / 60 for wait in waits] == [1, 5, 15, 60, 240, 720, 720, 1080]
    row = await mail_row(mail)
    assert (row["state"], row["attempts"], row["answer"]) == ("failed", 9, "452 4.3.1 Out of space")
    assert at - now == timedelta(hours=47, minutes=21)


async def test_a_code_is_given_up_soon_and_its_text_is_dropped(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(topic="codes", text="493027", html="493027"), now)
    receiver.refuse_recipient = lambda _: "451 later"
    assert [await send(mail, now + m * MINUTE) for m in (0, 1, 6)] == ["deferred", "deferred", "failed"]
    row = await mail_row(mail)
    assert (row["text"], row["html"]) == ("", "")
    receiver.refuse_recipient = lambda _: None
    taken = await queued(message("codes:2", topic="codes", text="118204", html="118204"), now)
    assert await send(taken, now) is MailState.ACCEPTED
    assert [words(part) for part in receiver.messages()[0].iter_parts()] == ["118204\n", "118204\n"]
    assert (await mail_row(taken))["text"] == ""


async def test_a_refused_recipient_bounces_and_gets_no_more_mail(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(), now)
    receiver.refuse_recipient = lambda _: "550 5.1.1 No such person here"
    assert await send(mail, now) is MailState.BOUNCED
    stopped = await queries.suppression("Amara@Brennhof.example", "calendar")
    assert stopped is not None
    assert (stopped.topic, stopped.reason, stopped.detail) == (
        "*",
        "refused",
        "550 5.1.1 No such person here",
    )
    other = await queued(message("calendar:1", topic="calendar"), now)
    assert await send(other, now) is None
    row = await mail_row(other)
    assert (row["state"], row["attempts"]) == ("suppressed", 0)
    assert row["answer"] == "Not sent: the address was refused by its mail server before."


@pytest.mark.parametrize(
    "reply",
    ["552 5.2.2 Mailbox full", "550 5.7.1 Your host is on a block list", "554 5.7.26 unauthenticated"],
)
async def test_a_refusal_that_is_not_about_the_address_suppresses_nothing(
    database: str, receiver: Receiver, send: Send, now: datetime, reply: str
) -> None:
    receiver.refuse_recipient = lambda _: reply
    assert await send(await queued(message(), now), now) is MailState.BOUNCED
    assert await queries.suppression("amara@brennhof.example", "orders") is None


async def test_refused_content_bounces_without_suppression(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    receiver.refuse_content = lambda _: "554 5.6.0 Looks like spam"
    mail = await queued(message(), now)
    assert await send(mail, now) is MailState.BOUNCED
    assert (await mail_row(mail))["answer"] == "554 5.6.0 Looks like spam"
    assert await queries.is_suppressed("amara@brennhof.example", "orders") is False


async def test_nobody_at_home_is_tried_again(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    await receiver.stop()
    mail = await queued(message(), now)
    assert await send(mail, now) is MailState.DEFERRED
    assert (await mail_row(mail))["answer"] == "The mail server took no connection."


async def test_a_silent_server_is_tried_again(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    gone = asyncio.Event()

    async def wait() -> None:
        await gone.wait()

    receiver.before_answer = wait
    mail = await queued(message(), now)
    assert await send(mail, now, seconds_per_answer=0.2) is MailState.DEFERRED
    gone.set()
    assert (await mail_row(mail))[
        "answer"
    ] == "The mail server did not answer in time, after the mail itself."


async def test_without_a_mail_server_mail_waits_and_goes_out_later(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    now = clock.now()
    mail = await queued(message(), now)
    await worker.drain(wiring.services(Settings(portal_env="test", smtp_url="")))  # type: ignore[call-arg]
    row = await mail_row(mail)
    assert (row["state"], row["attempts"]) == ("queued", 0)
    assert await commands.sweep(now=now + rules.OVERDUE) == 1
    assert await commands.sweep(now=now + rules.OVERDUE) == 0
    await worker.drain(services)
    assert len(receiver.taken) == 1


async def test_two_drains_and_many_tries_at_once_send_one_mail(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    async def linger() -> None:
        await asyncio.sleep(0.05)

    receiver.before_answer = linger
    now = clock.now()
    mail = await queued(message(), now)
    ways = [Transport(read_url(receiver.url)) for _ in range(6)]
    tries = [jobs.deliver(mail_id=mail, way=way, sender=SENDER, clock=clock.now) for way in ways]
    *_, ended = await asyncio.gather(worker.drain(services), worker.drain(services), asyncio.gather(*tries))
    assert len(receiver.taken) == 1
    assert (await mail_row(mail))["attempts"] == 1
    assert set(ended) <= {None, MailState.ACCEPTED}


async def test_a_worker_killed_after_the_mail_was_taken_sends_it_again_with_the_same_id(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    """At least once: between the server's acceptance and our commit there is no atomic step."""
    mail = await queued(message(parts=PARTS), now)
    script = (
        "import asyncio, sys; from datetime import datetime; from portal.core import db\n"
        "from portal.notifications import jobs; from portal.notifications.sending.smtp import Transport, read_url\n"
        "async def main():\n"
        "    db.configure(sys.argv[1]); at = datetime.fromisoformat(sys.argv[4])\n"
        "    async with db.pool(size=2):\n"
        "        await jobs.deliver(mail_id=int(sys.argv[3]), way=Transport(read_url(sys.argv[2])),\n"
        f"                           sender={SENDER!r}, clock=lambda: at)\n"
        "asyncio.run(main())\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, database, receiver.url, str(mail), now.isoformat()
    )

    async def kill() -> None:
        os.kill(child.pid, signal.SIGKILL)

    receiver.before_answer = kill
    assert await asyncio.wait_for(child.wait(), 30) == -signal.SIGKILL
    receiver.before_answer = None
    row = await mail_row(mail)
    assert (row["state"], row["attempts"], row["claimed_until"]) == ("queued", 1, now + rules.LEASE)
    assert await send(mail, now + rules.LEASE - MINUTE) is None
    await db.execute("DELETE FROM pgqueuer")
    assert await commands.sweep(now=now + rules.LEASE - MINUTE) == 0
    assert await commands.sweep(now=now + rules.LEASE) == 1
    assert await send(mail, now + rules.LEASE) is MailState.ACCEPTED
    first, second = receiver.taken
    assert first.content == second.content
    assert (await mail_row(mail))["attempts"] == 2


async def test_a_mail_that_kills_every_worker_is_given_up(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(), now)
    await db.execute("UPDATE mail SET attempts = 9 WHERE id = $1", mail)
    assert await send(mail, now) is None
    row = await mail_row(mail)
    assert (row["state"], row["answer"]) == ("failed", "Given up: every try broke off on our side.")


async def test_a_late_answer_does_not_undo_a_newer_one(
    database: str, receiver: Receiver, now: datetime
) -> None:
    mail = await queued(message(), now)
    first = await commands.claim(mail_id=mail, now=now)
    second = await commands.claim(mail_id=mail, now=now + rules.LEASE)
    assert first is not None
    assert second is not None
    busy, taken = Answer(Stage.CONTENT, 451, "busy"), Answer(Stage.CONTENT, 250, "ok")
    assert await commands.record_answer(mail=first, answer=busy, now=now) is None
    assert await commands.record_answer(mail=first, answer=taken, now=now) is MailState.ACCEPTED
    assert await commands.record_answer(mail=second, answer=busy, now=now) is None
    assert (await mail_row(mail))["state"] == "accepted"


async def test_many_mails_share_a_few_connections(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    now = clock.now()
    async with db.transaction():
        for number in range(60):
            await commands.queue_mail(message=message(f"order:{number}"), now=now)
    await worker.drain(services)
    assert len(receiver.taken) == 60
    assert len({arrived["Message-ID"] for arrived in receiver.messages()}) == 60
    assert receiver.connections <= 24
