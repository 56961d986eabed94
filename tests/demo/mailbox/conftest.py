"""A mailbox in a folder of the test's own: its mail server, its pages, mails for it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from portal.calendars import invitations
from portal.calendars.tables import Method
from portal.calendars.values import Entry, Revision
from portal.demo.mailbox.pages import create_mailbox
from portal.demo.mailbox.smtp import MailServer, start_smtp
from portal.notifications.sending import mime
from portal.notifications.sending.smtp import Transport, read_url
from portal.notifications.values import Answer, Outgoing, Part

SENDER = "Sterile Line <events@sterileline.example>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "mail"


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[MailServer]:
    started = await start_smtp("127.0.0.1", 0, folder)
    yield started
    await started.stop()


@pytest.fixture
def app(folder: Path) -> Litestar:
    return create_mailbox(folder)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://localhost:8001",  # type: ignore[arg-type]
    ) as client:
        yield client


def mail(number: int = 1, **changes: object) -> Outgoing:
    facts: dict[str, object] = {
        "id": number, "attempt": 1, "topic": "orders", "recipient": "amara@brennhof.example", "reply_to": "",
        "subject": "Your ticket", "text": "Hello Amara\n", "html": "<p>Hello <b>Amara</b></p>\n",
        "message_id": f"<{number}@localhost>", "queued_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    }  # fmt: skip
    return Outgoing(**{**facts, **changes})  # type: ignore[arg-type]


def invitation(sequence: int = 0, method: Method = Method.REQUEST, **entry: object) -> tuple[Part, ...]:
    facts: dict[str, object] = {
        "title": "Fill & Finish Forum", "starts_at": datetime(2027, 2, 9, 8, 0, tzinfo=UTC),
        "ends_at": datetime(2027, 2, 9, 16, 30, tzinfo=UTC), "timezone": "Europe/Vienna",
        "location": "Donauhalle Wien", "cancelled": method is Method.CANCEL,
    }  # fmt: skip
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    revision = Revision(
        item_id=1, uid="event-1@localhost", number=sequence + 1, sequence=sequence, at=at,
        entry=Entry(**{**facts, **entry}),  # type: ignore[arg-type]
    )  # fmt: skip
    return invitations.parts(
        revision, method=method, attendee_email="amara@brennhof.example", attendee_name="Amara", organizer=SENDER
    )


async def post(server: MailServer, *mails: Outgoing, seconds: float = 5) -> list[Answer]:
    way = Transport(read_url(f"smtp://127.0.0.1:{server.port}"), seconds_per_answer=seconds)
    answers = []
    async with way.turn():
        for one in mails:
            content = mime.build(one, sender=SENDER)
            async with way.turn():
                answers.append(await way.send(content, sender="events@sterileline.example", recipient=one.recipient))
    return answers


async def address_of(browser: httpx.AsyncClient, words: str = "") -> str:
    """The page of the newest mail with these words."""
    listed = (await browser.get("/mail", params={"q": words})).text
    return "/mail/messages/" + listed.split('href="/mail/messages/', 1)[1].split('"', 1)[0]
