"""A browser, the worker and a mail server for tests about places."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.attending import Attending
from tests.events.conftest import editor, sign_in
from tests.notifications.receiver import Receiver

__all__ = ["attending", "editor", "sign_in"]


@pytest.fixture
async def attending(client: httpx.AsyncClient) -> AsyncIterator[Attending]:
    receiver = Receiver()
    await receiver.start(enable_SMTPUTF8=True)
    yield Attending(client, receiver)
    await receiver.stop()
