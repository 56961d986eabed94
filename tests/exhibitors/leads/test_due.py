"""Follow-ups that are due: whose they are, on the list and by mail, each told once."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.times import today
from portal.exhibitors.leads import commands, jobs, queries, reminding
from portal.exhibitors.tables.exhibiting import Right
from portal.leads.chain.values import Noted
from tests.directory.conftest import SignIn, account, join
from tests.factories.scans import Hall, account_of
from tests.queries import counting


@pytest.fixture
async def me(team: httpx.AsyncClient) -> int:
    return await account_of("leads@isarwerk.example")


async def meant(hall: Hall, name: str, days: int | None, who: int | None = None, *, done: bool = False) -> str:
    """Somebody was scanned by the owner, and something is to be done by so many days from today."""
    kept = await hall.scan(await hall.attendee(f"{name.casefold()}@x.example", f"{name} Guest"))
    day = today(clock.now()) + timedelta(days=days) if days is not None else None
    noted = Noted(follow_up=f"Call {name}", follow_up_by=day, follow_up_who=who, done=done)
    exhibitor, owner = hall.stand.exhibitor, hall.stand.owner
    await commands.note(exhibitor=exhibitor, actor=owner, code=kept.code, noted=noted, version=None, now=clock.now())
    return kept.code


async def reminded(hall: Hall) -> dict[str, list[str]]:
    """Who was told of whom, by mails that were not there before."""
    before = {row["id"] for row in await db.fetch("SELECT id FROM mail WHERE topic = 'lead-reminders'")}
    await jobs.remind(await db.fetch_value("SELECT id FROM lead_chain"))
    rows = await db.fetch("SELECT id, recipient, text FROM mail WHERE topic = 'lead-reminders' ORDER BY id")
    return {
        row["recipient"]: [part.partition(",")[0] for part in row["text"].split("- Call ")[1:]]
        for row in rows
        if row["id"] not in before
    }


async def test_each_of_the_team_is_told_of_what_is_due_and_theirs_once(hall: Hall, me: int) -> None:
    owner = hall.stand.owner.email
    code = await meant(hall, "Anna", -3, me)
    for name, days, who, done in (("Bob", 0, me, False), ("Cem", 0, None, False), ("Dora", 1, me, False),
                                  ("Eve", -1, me, True), ("Finn", None, me, False)):  # fmt: skip
        await meant(hall, name, days, who, done=done)
    assert await reminded(hall) == {"leads@isarwerk.example": ["Anna", "Bob"], owner: ["Cem"]}
    text = await db.fetch_value("SELECT text FROM mail WHERE recipient = 'leads@isarwerk.example'")
    assert f"(lead {code})" in " ".join(text.split())
    assert "Guest" not in text
    assert f"{hall.address}/leads?follow_up=due&person={me}" in text
    assert await reminded(hall) == {}
    # Another day is told anew, with what is still due from before; nothing is told for that alone.
    await db.execute(
        "UPDATE lead SET follow_up_by = follow_up_by - 1, reminded_for = NULL WHERE follow_up = 'Call Bob'"
    )
    await db.execute("UPDATE mail SET key = key || '-yesterday'")
    assert await reminded(hall) == {"leads@isarwerk.example": ["Anna", "Bob"]}


async def test_what_is_whose_who_left_goes_to_who_scanned_and_then_to_the_owners(hall: Hall, me: int) -> None:
    owner = hall.stand.owner
    await meant(hall, "Anna", -1, me)
    second = await account("second@isarwerk.example")
    await join(hall.stand.organisation_id, second, MemberRole.OWNER)
    await db.execute("DELETE FROM membership WHERE account = $1", me)
    assert await reminded(hall) == {owner.email: ["Anna"]}
    # On the list it is still the colleague’s who left: the link leads to what is due of everybody.
    text = await db.fetch_value("SELECT text FROM mail WHERE recipient = $1 AND topic = 'lead-reminders'", owner.email)
    assert f"{hall.address}/leads?follow_up=due" in text
    assert "&person=" not in text
    await meant(hall, "Bob", 0)
    await db.execute("DELETE FROM membership WHERE account = $1", owner.account_id)
    await db.execute("UPDATE mail SET key = key || '-before'")
    assert await reminded(hall) == {"second@isarwerk.example": ["Anna", "Bob"]}


async def test_nobody_is_told_without_the_right_or_after_they_took_it_back(hall: Hall) -> None:
    await meant(hall, "Anna", 0)
    await hall.rights(Right.SCAN)
    assert await reminded(hall) == {}
    await hall.rights(Right.LEADS)
    await db.execute("UPDATE consent SET withdrawn_at = now()")
    assert await reminded(hall) == {}
    await db.execute("UPDATE consent SET withdrawn_at = NULL")
    assert len(await reminded(hall)) == 1


async def test_mornings_of_weekdays_by_the_clocks_of_the_event(hall: Hall) -> None:
    await meant(hall, "Anna", 0)
    await db.execute("UPDATE event SET timezone = 'America/New_York'")
    await db.execute("UPDATE lead SET follow_up_by = '2027-03-12'")
    chain = await db.fetch_value("SELECT id FROM lead_chain")
    # Clocks go forward on Sunday 14 March: seven there is twelve in UTC on Friday, eleven on Monday.
    for at, found in (((11, 12), False), ((12, 12), True), ((12, 13), False), ((13, 12), False), ((14, 11), False),
                      ((15, 11), True), ((15, 12), False)):  # fmt: skip
        now = datetime(2027, 3, at[0], at[1], 4, tzinfo=UTC)
        assert await reminding.due_chains(now=now) == ([chain] if found else []), at
    await reminding.take_note(chain=chain, organisation_id=None, now=datetime(2027, 3, 12, 12, 4, tzinfo=UTC))
    assert await reminding.due_chains(now=datetime(2027, 3, 15, 11, 4, tzinfo=UTC)) == []


async def test_the_list_says_what_is_due_and_shows_it_first(
    hall: Hall, team: httpx.AsyncClient, sign_in: SignIn
) -> None:
    me = await account_of("leads@isarwerk.example")
    for name, days in (("Anna", 4), ("Bob", -2), ("Cem", 0)):
        await meant(hall, name, days, me)
    await meant(hall, "Dora", -1)
    page = (await team.get(f"{hall.address}/leads")).text
    assert "2 follow-ups of yours are due" in page
    address = f"{hall.address}/leads?follow_up=due&amp;person={me}"
    assert address in page
    found = (await team.get(address.replace("&amp;", "&"))).text
    names = [name for name in ("Anna", "Bob", "Cem", "Dora") if f">{name} Guest<" in found]
    assert (names, found.index("Bob Guest") < found.index("Cem Guest")) == (["Bob", "Cem"], True)
    assert "of yours" not in found
    boss = await sign_in("boss@isarwerk.example", hall.stand.organisation_id, MemberRole.OWNER)
    assert "of yours" not in (await boss.get(f"{hall.address}/leads")).text
    exhibitor = hall.stand.exhibitor
    assert len(await queries.everyone(exhibitor.company_id, exhibitor.event_id)) == 4


async def test_the_desks_first_page_says_what_is_due_to_who_may_see_leads(hall: Hall, team: httpx.AsyncClient) -> None:
    me = await account_of("leads@isarwerk.example")
    at = hall.address
    assert "leads?follow_up=due" not in (await team.get(at)).text
    for name, days, who, done in (("Bob", -2, me, False), ("Cem", 0, None, False), ("Dora", 1, me, False),
                                  ("Eve", -1, me, True), ("Finn", None, me, False)):  # fmt: skip
        await meant(hall, name, days, who, done=done)
    async with counting() as seen:
        page = (await team.get(at)).text
    assert len(seen) <= 6, seen
    assert f'href="{at}/leads?follow_up=due">2 follow-ups of leads are due</a>' in page
    own = f"{at}/leads?follow_up=due&amp;person={me}"
    assert f'href="{own}">1 of them yours</a>' in page
    for address, names in ((f"{at}/leads?follow_up=due", ["Bob", "Cem"]), (own.replace("&amp;", "&"), ["Bob"])):
        found = (await team.get(address)).text
        assert [name for name in ("Bob", "Cem", "Dora", "Eve", "Finn") if f">{name} Guest<" in found] == names
    await hall.rights(Right.SCAN, Right.EXPORT)
    assert "follow_up=due" not in (await team.get(at)).text
