"""Everybody at a desk with a browser of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from litestar import Litestar

from portal.accounts.tables import StaffRole
from portal.webinars.tables.rooms import CrewRole
from tests.conftest import browser
from tests.factories import webinars
from tests.webinars.desk.hands import PASSWORD, account, named

AtDesk = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def at_desk(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[AtDesk]:
    """A browser in which somebody is signed in: of a webinar's crew with a role, or of the publisher's staff."""
    async with AsyncExitStack() as stack:

        async def opened(
            made: webinars.Webinar | None = None, role: CrewRole = CrewRole.MODERATOR, *, name: str = "Marit Solheim",
            email: str = "", staff: StaffRole | None = None,
        ) -> httpx.AsyncClient:  # fmt: skip
            email = await account(name, email, staff=staff)
            if made is not None:
                await named(made, email, role)
            one = await stack.enter_async_context(browser(app))
            answer = await one.post("/account/sign-in", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 303
            return one

        yield opened
