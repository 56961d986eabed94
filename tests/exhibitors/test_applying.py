"""A company asks to exhibit and is let in: once, by those who may, and never more than a package has places."""

import asyncio
from datetime import timedelta

import asyncpg
import msgspec
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import accept, decline
from portal.exhibitors.commands.offering import PackageFacts, Terms, save_package, set_up
from portal.exhibitors.queries import desks, offers
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from tests.factories import events, exhibitors
from tests.factories.exhibitors import Stand


async def ask(stand: Stand, actor: Actor | None = None, package: str = "standard") -> int:
    return await apply_to_exhibit(
        actor=actor or stand.owner, event_id=stand.exhibitor.event_id, package=package,
        company_id=stand.exhibitor.company_id, contact_name="A", contact_email="a@b.example", wishes="", now=clock.now(),
    )  # fmt: skip


async def test_who_is_accepted_has_what_the_package_gives(database: str) -> None:
    stand = await exhibitors.make(rights=(Right.SCAN, Right.LEADS), passes=3)
    here = stand.exhibitor
    assert (here.state, here.passes) == (ExhibitorState.ACCEPTED, 3)
    assert here.rights == {Right.SCAN, Right.LEADS}
    assert [right for right in Right if here.may(right)] == [Right.SCAN, Right.LEADS]


async def test_an_application_opens_nothing(database: str) -> None:
    stand = await exhibitors.make(accepted=False)
    assert stand.exhibitor.state is ExhibitorState.APPLIED
    assert [right for right in Right if stand.exhibitor.may(right)] == []


async def test_a_company_applies_once_at_a_time(database: str) -> None:
    stand = await exhibitors.make(accepted=False)
    with pytest.raises(Conflict, match="applied already"):
        await ask(stand)
    await decline(actor=PORTAL, exhibitor_id=stand.exhibitor.id, note="Full.", now=clock.now())
    again = await ask(stand)
    found = await desks.at_event(stand.exhibitor.company_slug, stand.exhibitor.event_slug)
    assert found is not None
    assert (found.id, found.state) == (again, ExhibitorState.APPLIED)
    assert [one.id for one in await desks.of_company(found.company_slug)] == [again]
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute("UPDATE exhibitor SET state = 'accepted' WHERE id = $1", stand.exhibitor.id)


async def test_eight_at_once_apply_once(database: str) -> None:
    stand = await exhibitors.make(accepted=False)
    await decline(actor=PORTAL, exhibitor_id=stand.exhibitor.id, note="", now=clock.now())
    answers = await asyncio.gather(*(ask(stand) for _ in range(8)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 7 + ["int"]


@pytest.mark.parametrize("role", [MemberRole.LEADS, None])
async def test_only_owners_and_editors_apply(role: MemberRole | None, database: str) -> None:
    stand = await exhibitors.make(accepted=False)
    memberships = {} if role is None else {stand.organisation_id: role}
    with pytest.raises(Forbidden):
        await ask(stand, msgspec.structs.replace(stand.owner, memberships=memberships))


async def test_packages_that_are_not_offered_cannot_be_asked_for(database: str) -> None:
    stand = await exhibitors.make(accepted=False)
    event_id, now = stand.exhibitor.event_id, clock.now()
    await decline(actor=PORTAL, exhibitor_id=stand.exhibitor.id, note="", now=now)
    await save_package(actor=PORTAL, event_id=event_id, facts=PackageFacts(name="Old", on_offer=False), now=now)
    for package in ("old", "nothing"):
        with pytest.raises(Invalid):
            await ask(stand, package=package)
    past = now - timedelta(minutes=1)
    await set_up(actor=PORTAL, event_id=event_id, terms=Terms(currency="EUR", until=past), now=now)
    with pytest.raises(Invalid):
        await ask(stand)
    await set_up(actor=PORTAL, event_id=event_id, terms=Terms(currency="EUR", open=False), now=now)
    with pytest.raises(Invalid):
        await ask(stand)


async def test_a_package_with_two_places_takes_two_however_many_are_accepted_at_once(database: str) -> None:
    event_id = await events.make()
    stands = [await exhibitors.make(f"Company {n}", event_id=event_id, accepted=False) for n in range(6)]
    offer = await offers.of_event(event_id)
    assert offer is not None
    facts = PackageFacts(name="Standard", most=2)
    await save_package(actor=PORTAL, event_id=event_id, facts=facts, package_id=offer.packages[0].id, now=clock.now())
    answers = await asyncio.gather(
        *(accept(actor=PORTAL, exhibitor_id=one.exhibitor.id, note="", now=clock.now()) for one in stands),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 4 + ["NoneType"] * 2
    assert await db.fetch_value("SELECT count(*) FROM exhibitor WHERE state = 'accepted'") == 2


async def test_organisers_decide_once(database: str) -> None:
    stand = await exhibitors.make(accepted=False)
    now, here = clock.now(), stand.exhibitor
    with pytest.raises(Forbidden):
        await accept(actor=stand.owner, exhibitor_id=here.id, note="", now=now)
    finance = Actor(account_id=1, email="f@s.example", name="F", roles=frozenset({StaffRole.FINANCE}))
    with pytest.raises(Forbidden):
        await decline(actor=finance, exhibitor_id=here.id, note="", now=now)
    with pytest.raises(NotFound):
        await accept(actor=PORTAL, exhibitor_id=here.id + 99, note="", now=now)
    await accept(actor=PORTAL, exhibitor_id=here.id, note="", now=now)
    with pytest.raises(Conflict, match="decided already"):
        await decline(actor=PORTAL, exhibitor_id=here.id, note="", now=now)
