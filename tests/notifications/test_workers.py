"""Several workers, workers that die, and many mails."""

import asyncio
import os
import signal
import sys
from datetime import datetime

from portal import wiring, worker
from portal.core import clock, db
from portal.notifications import jobs, rules
from portal.notifications.commands import outbox
from portal.notifications.sending.smtp import Transport, read_url
from portal.notifications.tables import MailState
from portal.notifications.values import Answer, Stage
from tests.notifications.conftest import MINUTE, PARTS, SENDER, Send, mail_row, message, queued
from tests.notifications.receiver import Receiver

_WORKER = f"""
import asyncio, sys
from datetime import datetime
from portal.core import db
from portal.notifications import jobs
from portal.notifications.sending.smtp import Transport, read_url

async def main(database, url, mail, at):
    db.configure(database)
    async with db.pool(size=2):
        way, moment = Transport(read_url(url)), datetime.fromisoformat(at)
        await jobs.deliver(mail_id=int(mail), way=way, sender={SENDER!r}, clock=lambda: moment)

asyncio.run(main(*sys.argv[1:]))
"""


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
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WORKER, database, receiver.url, str(mail), now.isoformat()
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
    assert await outbox.sweep(now=now + rules.LEASE - MINUTE) == 0
    assert await outbox.sweep(now=now + rules.LEASE) == 1
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


async def test_a_late_answer_does_not_undo_a_newer_one(database: str, receiver: Receiver, now: datetime) -> None:
    mail = await queued(message(), now)
    first = await outbox.claim(mail_id=mail, now=now)
    second = await outbox.claim(mail_id=mail, now=now + rules.LEASE)
    assert first is not None
    assert second is not None
    busy, taken = Answer(Stage.CONTENT, 451, "busy"), Answer(Stage.CONTENT, 250, "ok")
    assert await outbox.record_answer(mail=first, answer=busy, now=now) is None
    assert await outbox.record_answer(mail=first, answer=taken, now=now) is MailState.ACCEPTED
    assert await outbox.record_answer(mail=second, answer=busy, now=now) is None
    assert (await mail_row(mail))["state"] == "accepted"


async def test_many_mails_share_a_few_connections(database: str, receiver: Receiver, services: wiring.Services) -> None:
    now = clock.now()
    async with db.transaction():
        for number in range(60):
            await outbox.queue_mail(message=message(f"order:{number}"), now=now)
    await worker.drain(services)
    assert len(receiver.taken) == 60
    assert len({arrived["Message-ID"] for arrived in receiver.messages()}) == 60
    assert receiver.connections <= 24


async def test_whoever_waits_for_a_code_does_not_wait_for_the_many(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    now = clock.now()
    async with db.transaction():
        for number in range(30):
            await outbox.queue_mail(message=message(f"moved:{number}", topic="calendar"), now=now)
        await outbox.queue_mail(message=message("bought", topic="orders"), now=now)
        await outbox.queue_mail(message=message("code", topic="codes", subject="412 977"), now=now)
    waiting = await db.fetch(
        "SELECT m.topic FROM pgqueuer q JOIN mail m ON q.payload = convert_to(format('{\"mail\":%s}', m.id), 'UTF8') "
        "ORDER BY q.priority DESC, q.id"
    )
    assert [row["topic"] for row in waiting] == ["codes", "orders", *["calendar"] * 30]
    await worker.drain(services)
    # Ten go out at once, in whatever order; the next ones begin when the first of these is done.
    assert "412 977" in [str(arrived["Subject"]) for arrived in receiver.messages()[:20]]


async def test_a_slow_server_keeps_nobody_from_their_code(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    """Every connection for ordinary mail is stuck, and more mails wait behind it; the code goes out all the same."""
    released, code_came = asyncio.Event(), asyncio.Event()

    async def linger() -> None:
        if b"Subject: 412 977" in receiver.taken[-1].content:
            code_came.set()
        else:
            await released.wait()

    receiver.before_answer = linger
    now = clock.now()
    async with db.transaction():
        for number in range(60):
            await outbox.queue_mail(message=message(f"order:{number}"), now=now)
    working = asyncio.create_task(worker.drain(services))
    while len(receiver.taken) < 3:
        await asyncio.sleep(0.01)
    async with db.transaction():
        await outbox.queue_mail(message=message("code", topic="codes", subject="412 977"), now=now)
    await asyncio.wait_for(code_came.wait(), 10)
    assert len(receiver.taken) == 4
    released.set()
    await working
    assert len(receiver.taken) == 61
