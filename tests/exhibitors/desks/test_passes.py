"""Passes: real places, as many as the organiser gave, whoever asks at once."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.directory.commands.publishing import publish
from portal.directory.queries import companies
from portal.exhibitors.commands.codes import follow_codes
from portal.exhibitors.commands.deciding import set_rights
from portal.exhibitors.desks.commands import passes as commands
from portal.exhibitors.desks.commands.guests import make_guest_code
from portal.exhibitors.desks.commands.passes import Holder, give_pass, pass_on, set_badge, take_back
from portal.exhibitors.desks.queries import passes
from portal.exhibitors.desks.routes import JOBS
from portal.exhibitors.tables.exhibiting import Right
from portal.registration.commands.holding import SoldOut, hold_seats
from portal.registration.queries import tickets
from tests.factories import exhibitors
from tests.factories.companies import make as make_company
from tests.factories.exhibitors import Stand
from tests.factories.registration import make_shop


def holder(number: int = 1, **changed: str) -> Holder:
    facts = {
        "first_name": "Ada",
        "last_name": f"Reuter {number}",
        "email": f"ada{number}@isarwerk.example",
        "role": "Sales",
    }
    return Holder(**{**facts, **changed})


async def give(stand: Stand, number: int = 1, **changed: str) -> int:
    return await give_pass(
        actor=stand.owner, exhibitor_id=stand.exhibitor.id, holder=holder(number, **changed), now=clock.now()
    )


async def allow(stand: Stand, passes: int, guests: int = 0) -> None:
    """The organiser gives more or fewer."""
    version = await db.fetch_value("SELECT version FROM exhibitor WHERE id = $1", stand.exhibitor.id)
    await set_rights(
        actor=PORTAL, exhibitor_id=stand.exhibitor.id, rights=list(Right), passes=passes, guests=guests, version=version,
        now=clock.now(),
    )  # fmt: skip


async def names(stand: Stand) -> list[str]:
    return [one.name for one in await passes.of_exhibitor(stand.exhibitor.id)]


async def test_twenty_at_once_for_three_passes_give_three(database: str) -> None:
    stand = await exhibitors.make(passes=3)
    answers = await asyncio.gather(*(give(stand, n) for n in range(20)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 17 + ["int"] * 3
    assert len(await names(stand)) == 3
    assert await db.fetch_value("SELECT count(*) FROM seat WHERE state = 'confirmed'") == 3
    assert await db.fetch_value("SELECT count(*) FROM ticket_type") == 1


async def test_a_pass_is_an_ordinary_place(database: str) -> None:
    shop = await make_shop(capacity=10)
    stand = await exhibitors.make(event_id=shop.event_id, passes=1)
    await give(stand)
    row = await db.fetch_one(
        "SELECT o.state, o.email, o.contact_name, o.source, s.state AS seat, s.first_name, s.job_title, s.company, s.net, "
        "length(s.code) AS code, t.name AS ticket, t.by_code_only FROM seat s JOIN seat_order o ON o.id = s.seat_order "
        "JOIN ticket_type t ON t.id = s.ticket_type"
    )
    assert dict(row or {}) == {
        "state": "confirmed", "email": "ada1@isarwerk.example", "contact_name": "Ada Reuter 1",
        "source": "exhibitor isarwerk-biologics", "seat": "confirmed", "first_name": "Ada", "job_title": "Sales",
        "company": "Isarwerk Biologics GmbH", "net": 0, "code": 10, "ticket": "Exhibitor staff", "by_code_only": True,
    }  # fmt: skip
    # It takes nobody's place, and the event's figures are of its places.
    assert await db.fetch_value("SELECT taken FROM quota") == 0
    assert await tickets.sold([shop.event_id]) == {shop.event_id: (0, 10)}
    with pytest.raises(Invalid):
        await hold_seats(event_id=shop.event_id, wanted={await staff_ticket(): 1}, code="", actor=None, now=clock.now())


async def staff_ticket() -> int:
    return int(await db.fetch_value("SELECT staff_ticket FROM exhibition"))


async def test_a_hall_that_is_full_has_no_passes_where_the_organiser_counts_them(database: str) -> None:
    shop = await make_shop(capacity=1)
    stand = await exhibitors.make(event_id=shop.event_id, passes=3)
    await give(stand)
    quota = await db.fetch_value("SELECT id FROM quota")
    await db.execute("INSERT INTO ticket_quota (ticket_type, quota) VALUES ($1, $2)", await staff_ticket(), quota)
    await db.execute("UPDATE quota SET taken = 1 WHERE id = $1", quota)
    with pytest.raises(Conflict, match="no place left"):
        await give(stand, 2)
    assert len(await names(stand)) == 1


async def test_a_pass_goes_to_somebody_else_with_a_ticket_of_their_own(database: str) -> None:
    stand = await exhibitors.make(passes=2)
    made, _ = await give(stand), await give(stand, 2)
    old = await db.fetch_one(
        "SELECT code, claim_secret, secret FROM seat s JOIN seat_order o ON o.id = s.seat_order ORDER BY s.id"
    )
    here, now = stand.exhibitor.id, clock.now()
    renamed = await pass_on(
        actor=stand.owner, exhibitor_id=here, pass_id=made, holder=holder(1, last_name="Roth"), now=now
    )
    assert (renamed, (await names(stand))[1]) == (False, "Ada Roth")
    with pytest.raises(Invalid):
        await pass_on(actor=stand.owner, exhibitor_id=here, pass_id=made, holder=holder(2), now=now)
    assert await pass_on(actor=stand.owner, exhibitor_id=here, pass_id=made, holder=holder(3), now=now)
    new = await db.fetch_one(
        "SELECT code, claim_secret, secret, o.email, s.email AS own FROM exhibitor_pass p JOIN seat s ON s.id = p.seat "
        "JOIN seat_order o ON o.id = s.seat_order WHERE p.id = $1",
        made,
    )
    assert old is not None
    assert new is not None
    assert (new["email"], new["own"]) == ("ada3@isarwerk.example",) * 2
    assert not {new["code"], new["claim_secret"], new["secret"]} & set(old.values())
    with pytest.raises(NotFound):
        await pass_on(actor=stand.owner, exhibitor_id=here, pass_id=made + 99, holder=holder(4), now=now)


async def test_what_is_taken_back_can_be_given_again(database: str) -> None:
    stand = await exhibitors.make(passes=1)
    made, here = await give(stand), stand.exhibitor.id
    with pytest.raises(Conflict, match="Your pass is given"):
        await give(stand, 2)
    await take_back(actor=stand.owner, exhibitor_id=here, pass_id=made, now=clock.now())
    await give(stand, 2)
    assert await names(stand) == ["Ada Reuter 2"]
    with pytest.raises(NotFound):
        await take_back(actor=stand.owner, exhibitor_id=here, pass_id=made, now=clock.now())


async def test_whoever_came_keeps_the_pass(database: str) -> None:
    stand = await exhibitors.make(passes=1)
    made, here = await give(stand), stand.exhibitor.id
    await db.execute("UPDATE seat SET checked_in_at = now()")
    with pytest.raises(Conflict, match="came with this place"):
        await take_back(actor=stand.owner, exhibitor_id=here, pass_id=made, now=clock.now())
    with pytest.raises(Conflict, match="came with this place"):
        await pass_on(actor=stand.owner, exhibitor_id=here, pass_id=made, holder=holder(2), now=clock.now())


async def test_fewer_passes_than_are_given_let_nobody_go_and_nobody_in(database: str) -> None:
    stand = await exhibitors.make(passes=3)
    first = await give(stand)
    await give(stand, 2)
    await allow(stand, 1, 0)
    assert len(await names(stand)) == 2
    await take_back(actor=stand.owner, exhibitor_id=stand.exhibitor.id, pass_id=first, now=clock.now())
    with pytest.raises(Conflict):
        await give(stand, 3)


async def test_badges_say_what_the_company_wants(database: str) -> None:
    stand = await exhibitors.make(passes=2)
    await give(stand)
    await set_badge(actor=stand.owner, exhibitor_id=stand.exhibitor.id, name="Isarwerk", now=clock.now())
    await give(stand, 2)
    assert [one.badge for one in await passes.of_exhibitor(stand.exhibitor.id)] == ["Isarwerk"] * 2
    await set_badge(actor=stand.owner, exhibitor_id=stand.exhibitor.id, name="", now=clock.now())
    assert {one.badge for one in await passes.of_exhibitor(stand.exhibitor.id)} == {"Isarwerk Biologics GmbH"}


async def rename(stand: Stand, name: str) -> None:
    """The company’s owner writes another name into its profile."""
    company = await companies.by_id(stand.exhibitor.company_id)
    assert company is not None
    profile = msgspec.structs.replace(company.profile, name=name)
    await publish(actor=stand.owner, company_id=company.id, profile=profile, now=clock.now())


async def badges_follow() -> None:
    """The worker does what is due."""
    name = "exhibitors.follow_names"
    follow = next(job.handler for job in JOBS if job.name == name)
    for row in await db.fetch("DELETE FROM pgqueuer WHERE entrypoint = $1 RETURNING payload", name):
        await follow(**msgspec.json.decode(row["payload"]))


async def badges() -> list[str]:
    return [row["company"] for row in await db.fetch("SELECT company FROM seat ORDER BY email")]


async def test_badges_follow_the_company_when_it_is_renamed(database: str) -> None:
    stand = await exhibitors.make(passes=4)
    other = await exhibitors.make("Isarwerk Holding", event_id=stand.exhibitor.event_id, passes=1)
    for n in range(1, 4):
        await give(stand, n)
    await give(other, 9)
    await db.execute("UPDATE seat SET company = 'Isarwerk Sales' WHERE email = 'ada2@isarwerk.example'")
    await db.execute("UPDATE seat SET checked_in_at = now() WHERE email = 'ada3@isarwerk.example'")
    old = stand.exhibitor.company_name
    await rename(stand, "Isarwerk SE")
    await badges_follow()
    assert await badges() == ["Isarwerk SE", "Isarwerk Sales", old, "Isarwerk Holding"]
    await set_badge(actor=stand.owner, exhibitor_id=stand.exhibitor.id, name="Isarwerk SE", now=clock.now())
    await rename(stand, "Isarwerk AG")
    await badges_follow()
    assert (await badges())[0] == "Isarwerk SE", "the company wrote it itself"
    await set_badge(actor=stand.owner, exhibitor_id=stand.exhibitor.id, name="", now=clock.now())
    await db.execute("UPDATE event SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'")
    await rename(stand, "Isarwerk")
    await badges_follow()
    assert (await badges())[0] == "Isarwerk AG", "it was worn"


async def test_so_does_one_that_is_given_while_it_is_renamed(database: str) -> None:
    stand = await exhibitors.make(passes=1)
    given = asyncio.Event()

    async def follow() -> None:
        await given.wait()
        await rename(stand, "Isarwerk SE")
        await badges_follow()

    following = asyncio.create_task(follow())
    async with asyncio.timeout(20):
        async with db.transaction():
            await give(stand)
            given.set()
            while not following.done() and not await db.fetch_value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
            ):
                pass
        await following
    assert await badges() == ["Isarwerk SE"]


async def test_badges_follow_a_company_that_alone_exhibited_when_it_is_made_one_with_another(database: str) -> None:
    stand = await exhibitors.make(passes=2)
    kept = await make_company("Quellmark Group", owner=stand.organisation_id)
    await give(stand)
    await give(stand, 2)
    await db.execute("UPDATE seat SET company = 'Isarwerk Sales' WHERE email = 'ada2@isarwerk.example'")
    old, merged = stand.exhibitor.company_name, stand.exhibitor.company_id
    merge = await merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now())
    await badges_follow()
    assert await badges() == ["Quellmark Group", "Isarwerk Sales"]
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    await badges_follow()
    assert await badges() == [old, "Isarwerk Sales"]
    # Twice before the worker comes to it.
    last = await make_company("Quellmark Holding", owner=stand.organisation_id)
    await merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now())
    await merge_companies(actor=PORTAL, kept_id=last, merged_id=kept, now=clock.now())
    await badges_follow()
    assert await badges() == ["Quellmark Holding", "Isarwerk Sales"]


@pytest.mark.parametrize("why", ["leads", "stranger", "right", "not accepted", "over", "called off"])
async def test_who_may_not_gives_none(why: str, database: str) -> None:
    rights = [right for right in Right if why != "right" or right is not Right.PASSES]
    stand = await exhibitors.make(passes=3, rights=rights)
    actor, now = stand.owner, clock.now()
    if why in ("leads", "stranger"):
        roles = {stand.organisation_id: MemberRole.LEADS} if why == "leads" else {}
        actor = msgspec.structs.replace(actor, memberships=roles)
    if why == "not accepted":
        await db.execute("UPDATE exhibitor SET state = 'cancelled'")
    if why == "over":
        now += timedelta(days=400)
    if why == "called off":
        await db.execute("UPDATE event SET state = 'cancelled'")
    expected = {"stranger": NotFound, "over": Conflict, "called off": Conflict}.get(why, Forbidden)
    with pytest.raises(expected):
        await give_pass(actor=actor, exhibitor_id=stand.exhibitor.id, holder=holder(), now=now)
    assert await db.fetch_value("SELECT count(*) FROM seat") == 0


async def test_passes_end_with_the_companys_part(database: str) -> None:
    stand = await exhibitors.make(passes=2)
    await give(stand)
    await commands.end_of_gone(now=clock.now())
    assert len(await names(stand)) == 1
    await db.execute("UPDATE exhibitor SET state = 'cancelled'")
    await commands.end_of_gone(now=clock.now())
    assert await names(stand) == []


async def test_guests_come_by_code_as_many_as_the_package_has(database: str) -> None:
    shop = await make_shop(capacity=50, price=10000)
    stand = await exhibitors.make(event_id=shop.event_id, passes=0)
    here, now = stand.exhibitor.id, clock.now()
    with pytest.raises(Conflict, match="no tickets for guests"):
        await make_guest_code(actor=stand.owner, exhibitor_id=here, now=now)
    await allow(stand, 0, 3)
    codes = await asyncio.gather(*(make_guest_code(actor=stand.owner, exhibitor_id=here, now=now) for _ in range(5)))
    assert len(set(codes)) == 1
    ticket = await db.fetch_value("SELECT guest_ticket FROM exhibition")
    answers = await asyncio.gather(
        *(
            hold_seats(event_id=shop.event_id, wanted={ticket: 1}, code=codes[0], actor=None, now=now)
            for _ in range(10)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in answers).count("Hold") == 3
    assert all(isinstance(one, Invalid | SoldOut) for one in answers if isinstance(one, Exception))
    assert await db.fetch_value("SELECT array_agg(DISTINCT net) FROM seat") == [0]
    assert await db.fetch_value("SELECT taken FROM quota") == 3
    with pytest.raises(Invalid):
        await hold_seats(event_id=shop.event_id, wanted={ticket: 2}, code=codes[0], actor=None, now=now)
    await allow(stand, 0, 1)
    (found,) = await passes.guests(here, now=now)
    assert (found.most, found.used, found.ended) == (3, 3, False)
    await db.execute("UPDATE exhibitor SET rights = '{}'")
    await follow_codes(now=now)
    (ended,) = await passes.guests(here, now=now)
    assert ended.ended
