"""The demo's mail server: refusals on demand, this machine only, never in production."""

import asyncio
from pathlib import Path

import httpx
import pytest

from portal.core.settings import current
from portal.demo.mailbox.pages import create_mailbox
from portal.demo.mailbox.smtp import MailServer, start_smtp
from portal.demo.mailbox.store import MailStore
from portal.notifications.values import Answer, Stage
from tests.core.test_settings import REAL
from tests.demo.mailbox.conftest import mail, post


async def test_bounce_is_refused_and_later_is_put_off_once(browser: httpx.AsyncClient, server: MailServer) -> None:
    gone, later, other = (
        mail(1, recipient="Bounce+1@x.example"), mail(2, recipient="later@x.example"), mail(3, recipient="later@x.example")
    )  # fmt: skip
    answers = await post(server, gone, later, other, later, other)
    assert [(answer.stage, answer.code) for answer in answers] == [
        (Stage.RECIPIENT, 550), (Stage.CONTENT, 451), (Stage.CONTENT, 451), (Stage.CONTENT, 250), (Stage.CONTENT, 250)
    ]  # fmt: skip
    assert (await browser.get("/mail")).text.count('href="/mail/messages/') == 2


async def test_slow_never_answers(server: MailServer) -> None:
    [answer] = await post(server, mail(recipient="slow@x.example"), seconds=0.2)
    assert answer == Answer(Stage.RECIPIENT, 0, "The mail server did not answer in time, after the recipient.")


async def test_many_at_once_are_all_kept(server: MailServer, folder: Path) -> None:
    await asyncio.gather(*(post(server, mail(n)) for n in range(30)))
    assert len(MailStore(folder).letters()) == 30


async def test_it_never_runs_in_production(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    current.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="never runs in production"):
            create_mailbox(folder)
        with pytest.raises(RuntimeError, match="never runs in production"):
            await start_smtp("127.0.0.1", 0, folder)
    finally:
        current.cache_clear()
    assert folder.exists() is False


async def test_it_listens_on_this_machine_only_and_says_when_a_port_is_taken(server: MailServer, folder: Path) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        await start_smtp("0.0.0.0", 0, folder)
    with pytest.raises(OSError, match="in use"):
        await start_smtp("127.0.0.1", server.port, folder)
