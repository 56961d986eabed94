"""People with browsers of their own: members of organisations that own companies, staff, strangers. Companies to claim, and
a market to search."""

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
from tests.directory.claiming import OWNER, RIVAL, SITE, Network, by_record, network, states
from tests.directory.market import open_market
from tests.directory.network import NameServer, name_server
from tests.factories import companies

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


@pytest.fixture
async def net(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[Network]:
    """The network that proofs of claims are looked for in."""
    async with network(app) as made:
        yield made


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """A name server alone."""
    async with name_server() as server:
        yield server


@pytest.fixture
async def unclaimed(database: str) -> int:
    """A company without an owner."""
    return await companies.make(website=SITE)


@pytest.fixture
async def owner(database: str) -> int:
    """The organisation that owns the company."""
    made = await organisation(OWNER)
    await companies.make(owner=made, website=SITE)
    return made


@pytest.fixture
async def editor(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)


@pytest.fixture
async def proved(net: Network, owner: int, sign_in: SignIn) -> httpx.AsyncClient:
    """A rival who proved the domain although the company has an owner."""
    rival = await sign_in(RIVAL)
    await by_record(rival, net)
    assert await states() == [(RIVAL, "proved")]
    return rival


@pytest.fixture
async def market(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A visitor's browser, where there are four companies in three countries."""
    await open_market()
    return client
