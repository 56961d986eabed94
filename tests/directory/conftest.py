"""People with browsers of their own: members of organisations that own companies, staff, strangers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from litestar import Litestar

from portal.accounts import commands
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.organisations import commands as organisation_commands
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from tests.conftest import browser

PASSWORD = "three vials on a line"
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def sign_in(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[SignIn]:
    """Open a browser in which somebody is signed in: `await sign_in("a@b.example", owner_of, MemberRole.EDITOR)`, or
    with `staff` a member of the publisher's staff."""
    async with AsyncExitStack() as stack:

        async def signed_in(
            email: str = "leonie@isarwerk.example",
            organisation_id: int | None = None,
            role: MemberRole = MemberRole.OWNER,
            *,
            staff: StaffRole | None = None,
        ) -> httpx.AsyncClient:
            account_id = await account(email)
            await commands.set_password(account_id=account_id, password=PASSWORD, now=clock.now())
            if organisation_id is not None:
                await join(organisation_id, account_id, role)
            if staff is not None:
                await commands.grant_role(actor=PORTAL, email=email, role=staff, now=clock.now())
            opened = await stack.enter_async_context(browser(app))
            answer = await opened.post("/account/sign-in", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 303
            return opened

        yield signed_in


async def account(email: str, name: str = "Leonie Bachmair") -> int:
    """An account made without the pages; gives its id."""
    return await commands.ensure_account(email=email, name=name, now=clock.now())


async def organisation(owner: str = "owner@isarwerk.example", name: str = "Isarwerk Biologics GmbH") -> int:
    """An organisation with one owner; gives its id."""
    actor = Actor(account_id=await account(owner), email=owner, name="Olga Owner", timezone="UTC")
    return await organisation_commands.create_organisation(actor=actor, name=name, now=clock.now())


async def join(organisation_id: int, account_id: int, role: MemberRole) -> None:
    """Make somebody a member with a role, whatever they were before."""
    await db.execute(
        "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, $3, now()) "
        "ON CONFLICT (organisation, account) DO UPDATE SET role = excluded.role",
        organisation_id, account_id, role.value,
    )  # fmt: skip
