"""The outbox with a real mail server behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from portal import wiring
from portal.core import db
from portal.core.settings import Settings
from portal.notifications import jobs
from portal.notifications.commands import outbox
from portal.notifications.sending.smtp import Transport, read_url
from portal.notifications.tables import MailState
from portal.notifications.values import Message, Part
from tests.notifications.receiver import Receiver

SENDER = "Sterile Line <events@sterileline.example>"
MINUTE = timedelta(minutes=1)
INVITATION = b"".join(
    line + b"\r\n"
    for line in (
        b"BEGIN:VCALENDAR",
        b"VERSION:2.0",
        b"METHOD:REQUEST",
        b"BEGIN:VEVENT",
        b"UID:1@x",
        b"END:VEVENT",
        b"END:VCALENDAR",
    )
)
PARTS = (
    Part("invite.ics", "text/calendar; method=REQUEST; charset=utf-8", INVITATION, alternative=True),
    Part("invite.ics", "text/calendar; charset=utf-8", INVITATION),
    Part("ticket.pdf", "application/pdf", b"%PDF-1.7\r\n\x00\xff"),
)
Send = Callable[..., Awaitable[MailState | None]]


def message(key: str = "order:1", **changes: Any) -> Message:
    """An ordinary mail, changed where a test needs it."""
    facts: dict[str, Any] = {
        "key": key,
        "topic": "orders",
        "recipient": "amara@brennhof.example",
        "subject": "Your ticket",
        "text": "Hello Amara,\nyour ticket is attached.\n",
        "html": "<p>Hello Amara, your ticket is attached.</p>",
    }
    return Message(**{**facts, **changes})


async def queued(message: Message, now: datetime) -> int:
    """Queue a mail that was not there before."""
    async with db.transaction():
        mail = await outbox.queue_mail(message=message, now=now)
    assert mail is not None
    return mail


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    await made.start(enable_SMTPUTF8=True)
    yield made
    await made.stop()


@pytest.fixture
def services(receiver: Receiver) -> wiring.Services:
    """The portal's services with the test's mail server, for `worker.drain`."""
    return wiring.services(Settings(portal_env="test", smtp_url=receiver.url))  # type: ignore[call-arg]


@pytest.fixture
def send(receiver: Receiver) -> Send:
    """One try of a mail at a given moment, over a connection of its own."""

    async def one(mail_id: int, at: datetime, *, url: str = "", **options: Any) -> MailState | None:
        way = Transport(read_url(url or receiver.url), **options)
        return await jobs.deliver(mail_id=mail_id, way=way, sender=SENDER, clock=lambda: at)

    return one


async def mail_row(mail_id: int) -> dict[str, Any]:
    row = await db.fetch_one("SELECT * FROM mail WHERE id = $1", mail_id)
    assert row is not None
    return dict(row)
