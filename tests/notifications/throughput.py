"""How fast one worker empties the outbox: `uv run python -m tests.notifications.throughput [MAILS]`.

Mails with an invitation and a PDF of 60 kB go through the real queue to a real SMTP server on the loopback, which runs
in a process of its own.
"""

import asyncio
import os
import sys
import time

os.environ["PICCOLO_CONF"] = "portal.piccolo_conf"
os.environ["PORTAL_ENV"] = "test"

from portal import wiring, worker
from portal.core import clock, db, logs
from portal.core.settings import Settings
from portal.notifications.commands import outbox
from portal.notifications.values import Message, Part
from tests import database

_RECEIVER = """
import asyncio
from tests.notifications.receiver import Receiver

async def main():
    receiver = Receiver()
    await receiver.start(enable_SMTPUTF8=True)
    print(receiver.port, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
_PARTS = (
    Part("invite.ics", "text/calendar; method=REQUEST; charset=utf-8", b"BEGIN:VCALENDAR\r\n" * 80, alternative=True),
    Part("invite.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR\r\n" * 80),
    Part("ticket.pdf", "application/pdf", os.urandom(60_000)),
)


async def main(mails: int) -> None:
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", _RECEIVER, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    settings = Settings(portal_env="test", smtp_url=f"smtp://127.0.0.1:{port}", log_format="json")  # type: ignore[call-arg]
    logs.set_up(settings)
    address = await database.copy("throughput")
    db.configure(address)
    async with db.pool(size=10):
        started = time.perf_counter()
        for number in range(mails):
            async with db.transaction():
                await outbox.queue_mail(message=_message(number), now=clock.now())
        queued = time.perf_counter()
        await worker.drain(wiring.services(settings))
        sent = time.perf_counter()
        accepted = await db.fetch_value("SELECT count(*) FROM mail WHERE state = 'accepted'")
    server.terminate()
    await server.wait()
    print(f"{mails} mails: queued {mails / (queued - started):.0f}/s, sent {mails / (sent - queued):.0f}/s, "
          f"accepted {accepted}")  # fmt: skip


def _message(number: int) -> Message:
    return Message(
        key=f"order:{number}", topic="orders", recipient=f"person{number}@company.example", subject="Your ticket",
        text="Hello\n" * 20, html="<p>Hello</p>\n" * 200, parts=_PARTS,
    )  # fmt: skip


if __name__ == "__main__":
    handle = database.start()
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
    finally:
        database.stop(handle)
