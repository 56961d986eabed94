"""Staff with a browser of their own."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock
from tests.conftest import browser

PASSWORD = "three vials on a line"
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def sign_in(app: Litestar, client: httpx.AsyncClient) -> SignIn:
    """A browser in which somebody is signed in; with `role`, a member of staff."""

    async def signed_in(role: StaffRole | None = None, email: str = "staff@sterileline.example") -> httpx.AsyncClient:
        account_id = await commands.ensure_account(email=email, name="Editha Editor", now=clock.now())
        await commands.set_password(account_id=account_id, password=PASSWORD, now=clock.now())
        if role is not None:
            await commands.grant_role(actor=PORTAL, email=email, role=role, now=clock.now())
        opened = browser(app)
        answer = await opened.post("/account/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303
        return opened

    return signed_in


@pytest.fixture
async def editor(sign_in: SignIn) -> httpx.AsyncClient:
    """An editor's browser."""
    return await sign_in(StaffRole.EDITOR)
