"""Delivery over a real SMTP server: what arrives, retries, refusals, crashes, several workers."""

import asyncio
from datetime import datetime, timedelta

import pytest

from portal import wiring, worker
from portal.core import clock, db
from portal.core.settings import Settings
from portal.notifications import queries, rules
from portal.notifications.commands import outbox
from portal.notifications.tables import MailState
from tests.notifications.conftest import MINUTE, Send, mail_row, message, queued
from tests.notifications.receiver import Receiver, words


async def test_the_same_key_is_sent_once(database: str, receiver: Receiver, services: wiring.Services) -> None:
    async with db.transaction():
        first = await outbox.queue_mail(message=message(), now=clock.now())
        second = await outbox.queue_mail(message=message(), now=clock.now())
    async with db.transaction():
        third = await outbox.queue_mail(message=message(), now=clock.now())
    assert (type(first), second, third) == (int, None, None)
    await worker.drain(services)
    assert len(receiver.taken) == 1


async def test_a_rolled_back_act_sends_nothing(database: str, receiver: Receiver, services: wiring.Services) -> None:
    async def act() -> None:
        async with db.transaction():
            await outbox.queue_mail(message=message(), now=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act()
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


async def test_tries_end_after_about_two_days(database: str, receiver: Receiver, send: Send, now: datetime) -> None:
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
    assert await queries.suppression("amara@brennhof.example", "orders") is None


async def test_nobody_at_home_is_tried_again(database: str, receiver: Receiver, send: Send, now: datetime) -> None:
    await receiver.stop()
    mail = await queued(message(), now)
    assert await send(mail, now) is MailState.DEFERRED
    assert (await mail_row(mail))["answer"] == "The mail server took no connection."


async def test_a_silent_server_is_tried_again(database: str, receiver: Receiver, send: Send, now: datetime) -> None:
    gone = asyncio.Event()

    async def wait() -> None:
        await gone.wait()

    receiver.before_answer = wait
    mail = await queued(message(), now)
    assert await send(mail, now, seconds_per_answer=0.2) is MailState.DEFERRED
    gone.set()
    assert (await mail_row(mail))["answer"] == "The mail server did not answer in time, after the mail itself."


async def test_without_a_mail_server_mail_waits_and_goes_out_later(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    now = clock.now()
    mail = await queued(message(), now)
    await worker.drain(wiring.services(Settings(portal_env="test", smtp_url="")))  # type: ignore[call-arg]
    row = await mail_row(mail)
    assert (row["state"], row["attempts"]) == ("queued", 0)
    assert await outbox.sweep(now=now + rules.OVERDUE) == 1
    assert await outbox.sweep(now=now + rules.OVERDUE) == 0
    await worker.drain(services)
    assert len(receiver.taken) == 1
