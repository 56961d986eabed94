"""Two acts on one company at the same moment: who comes second sees what the first left, and nobody waits in a circle."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.organisations import commands as organisations
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.directory import privacy
from portal.directory.commands import claiming, ownership, publishing
from portal.directory.commands.claiming import Wish
from portal.directory.commands.merging import merge_companies
from portal.directory.pages.portrait import portrait
from portal.directory.queries import companies as queries
from portal.directory.rules.claims import Found
from portal.directory.rules.domains import home_of
from portal.directory.rules.showing import EVERYTHING
from portal.directory.tables.companies import ClaimWay
from portal.directory.values import ProfileContact
from tests.directory.conftest import SignIn, account, join, organisation
from tests.directory.enquiries.conftest import fields
from tests.factories import companies

_BLOCKS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
LEONIE = "leonie@isarwerk.example"


async def _second(
    first: Callable[[], Awaitable[object]],
    late: Coroutine[Any, Any, Any],
    then: Callable[[], Awaitable[object]],
) -> Any:
    """Do `first`, and `then` in the same transaction once `late` waits for it or is over; what came of `late`."""
    async with db.transaction():
        await first()
        # In a context of its own: it must not join this transaction.
        task = asyncio.create_task(late, context=Context())
        async with asyncio.timeout(8):
            while not task.done() and not await db.fetch_value(_BLOCKS):
                await asyncio.sleep(0.01)
        await then()
    return await task


async def _nothing() -> None:
    """Only commit."""


async def test_no_enquiry_reaches_a_company_while_it_is_merged_away(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    kept, merged = await companies.make("Halden AS"), await companies.make("Tessin Lyo SA")
    buyer = await sign_in("noor@velmora.example")
    asking = buyer.post("/enquiries/new", data=fields() | {"c": ["tessin-lyo"]})
    answer = await _second(
        lambda: merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now()), asking, _nothing
    )
    assert answer.status_code == 422
    assert "takes no enquiries any more" in answer.text
    assert await db.fetch_value("SELECT count(*) FROM enquiry_recipient WHERE company = $1", merged) == 0


async def test_somebody_is_erased_while_the_file_that_proves_the_claim_is_found(database: str) -> None:
    company = await companies.make(
        website="https://www.isarwerk.example", contacts=(ProfileContact(id="c1", name="Leonie", email=LEONIE),)
    )
    actor = Actor(account_id=await account(LEONIE), email=LEONIE, name="Leonie")
    wish = Wish(way=ClaimWay.FILE, organisation_name="Isarwerk")
    claim = await claiming.claim(actor=actor, company_id=company, wish=wish, network="", now=clock.now())
    website = await db.fetch_value("SELECT website FROM company")
    home, found = home_of(website), Found(holds=True, words="It holds.")
    assert home is not None
    told = await _second(
        lambda: ownership.locked(company),
        privacy.forget(LEONIE, clock.now()),
        lambda: claiming.note_look(claim_id=claim, home=home, found=found, now=clock.now()),
    )
    assert "You are no contact of 1 company any more" in told
    row = await db.fetch_one("SELECT state, evidence FROM claim")
    assert row is not None
    assert (row["state"], row["evidence"]) == ("accepted", ""), "the proof came first, and says nothing of her any more"


async def test_a_page_that_was_being_made_is_not_kept_under_what_was_published_meanwhile(database: str) -> None:
    async def nowhere(_: object) -> list[Any]:
        return []

    company_id = await companies.make()
    before = await queries.by_id(company_id)
    assert before is not None
    profile = msgspec.structs.replace(before.profile, tagline="New words.")
    await publishing.publish(actor=PORTAL, company_id=company_id, profile=profile, now=clock.now())
    seen = await portrait(before, EVERYTHING, appearances=nowhere, now=clock.now())
    assert seen.profile.tagline == "New words."


async def test_a_removed_owner_whose_form_is_on_its_way_invites_nobody(database: str) -> None:
    made = await organisation()
    second = await account("second@isarwerk.example")
    await join(made, second, MemberRole.OWNER)
    removed = Actor(account_id=second, email="second@isarwerk.example", name="S", memberships={made: MemberRole.OWNER})
    await db.execute("DELETE FROM membership WHERE account = $1", second)
    with pytest.raises(Conflict, match="not an owner"):
        await organisations.invite(
            actor=removed, organisation_id=made, email="back@door.example", role=MemberRole.OWNER, now=clock.now()
        )


async def test_an_offer_is_taken_while_it_is_made_anew(database: str) -> None:
    made = await organisation()
    owner = await db.fetch_value("SELECT account FROM membership")
    actor = Actor(account_id=owner, email="owner@isarwerk.example", name="O", memberships={made: MemberRole.OWNER})
    invitee = Actor(account_id=await account(LEONIE), email=LEONIE, name="Leonie")
    now = clock.now()
    invite = lambda: organisations.invite(  # noqa: E731
        actor=actor, organisation_id=made, email=LEONIE, role=MemberRole.EDITOR, now=now
    )
    offer = await invite()
    joined = await _second(
        lambda: db.fetch_value("SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE", made),
        organisations.accept_invitation(actor=invitee, invitation_id=offer, now=now),
        invite,
    )
    assert joined == made
    assert await db.fetch_value("SELECT role FROM membership WHERE account = $1", invitee.account_id) == "editor"
