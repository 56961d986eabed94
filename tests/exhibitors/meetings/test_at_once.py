"""Never two meetings at a table, with a host or for an attendee: held by the database, whatever happens at once."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.meetings.commands import answering, asking, ending, following, publishing
from portal.exhibitors.meetings.commands.placing import Guest, place
from portal.exhibitors.meetings.commands.turns import turn
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import openings
from portal.exhibitors.meetings.values import Slot
from tests.factories import meetings
from tests.factories.meetings import shown


def kinds(answers: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in answers)


async def planned() -> list[tuple[str, float, float]]:
    ids = [row["id"] for row in await db.fetch("SELECT id FROM meeting WHERE state = 'planned' ORDER BY id")]
    return [shown(one) for one in await known.by_ids(ids)]


async def test_twenty_accepted_at_once_for_one_slot_are_one_meeting(database: str) -> None:
    fair = await meetings.fair()
    asked = [await fair.ask(await fair.visitor(f"v{n}@brennhof.example", f"V {n}"), 10) for n in range(20)]
    answers = await asyncio.gather(*(fair.accept(one) for one in asked), return_exceptions=True)
    assert kinds(list(answers)) == ["Conflict"] * 19 + ["int"]
    assert await planned() == [("planned", 10, 10.5)]


async def test_twenty_hosts_at_once_share_three_tables(database: str) -> None:
    fair = await meetings.fair()
    await fair.tables(2)
    requests = []
    for n in range(20):
        host = await fair.member(f"host{n}@isarwerk.example")
        await fair.publish(host)
        visitor = await fair.visitor(f"v{n}@brennhof.example", f"V {n}")
        requests.append((await fair.ask(visitor, 10, actor=host), host))
    answers = await asyncio.gather(*(fair.accept(one, actor=host) for one, host in requests), return_exceptions=True)
    assert kinds(list(answers)) == ["Conflict"] * 17 + ["int"] * 3
    assert await db.fetch_value("SELECT count(DISTINCT meeting_table) FROM meeting WHERE state = 'planned'") == 3


@pytest.mark.parametrize("column", ["meeting_table", "account", "seat"])
async def test_the_database_itself_refuses_the_second(column: str, database: str) -> None:
    """Twenty connections that ask nobody, each with the one thing in common."""
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    tables = await fair.tables(20)
    accounts = [(await fair.member(f"host{n}@isarwerk.example")).account_id for n in range(20)]
    seats = [(await fair.visitor(f"v{n}@brennhof.example")).seat_id for n in range(20)]
    values = {"meeting_table": tables[1:], "account": accounts, "seat": seats}
    own = [one for one in values if one != column]

    async def insert(n: int) -> None:
        chosen = ", ".join(f"${own.index(one) + 2}::bigint" if one in own else one for one in values)
        await db.execute(
            "INSERT INTO meeting (event, exhibitor, host, email, guest, topic, starts_at, ends_at, state, walk_in, made_at, "
            f"moves, ended_by, end_reason, absent, {', '.join(values)}) SELECT event, exhibitor, host, '', '', '', "
            f"starts_at + interval '20 minutes', ends_at, 'planned', false, made_at, 0, '', '', '', {chosen} "
            "FROM meeting WHERE id = $1",
            made, *(values[one][n] for one in own),
        )  # fmt: skip

    answers = await asyncio.gather(*(insert(n) for n in range(20)), return_exceptions=True)
    refused = (asyncpg.ExclusionViolationError, asyncpg.DeadlockDetectedError)
    assert all(isinstance(one, refused) for one in answers), answers
    await db.execute("UPDATE meeting SET state = 'cancelled'")
    await insert(0)


async def test_move_against_accept(database: str) -> None:
    fair = await meetings.fair()
    for round_ in range(8):
        amara = await fair.visitor(f"a{round_}@brennhof.example")
        made = await fair.meet(amara, 9)
        asked = await fair.ask(await fair.visitor(f"b{round_}@brennhof.example"), 11)
        key, now = await fair.key(11), clock.now()
        moving = answering.move(
            actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, key=key, now=now
        ) if round_ % 2 else asking.move_own(visitor=amara, meeting_id=made, key=key, now=now)  # fmt: skip
        both = [moving, fair.accept(asked)]
        answers = await asyncio.gather(*(both if round_ % 4 < 2 else both[::-1]), return_exceptions=True)
        lost = [type(one).__name__ for one in answers if isinstance(one, Exception)]
        assert lost in (["Conflict"], ["Invalid"])
        hours = [first for _, first, _ in await planned()]
        assert hours in ([9, 11], [11])
        await db.execute("UPDATE meeting SET state = 'cancelled'")
        await db.execute("UPDATE meeting_request SET state = 'cancelled'")


async def test_no_show_against_accept(database: str) -> None:
    """The table is given to somebody else only once whoever did not come is noted."""
    fair = await meetings.fair()
    for round_ in range(6):
        made = await fair.meet(await fair.visitor(f"a{round_}@brennhof.example"), 9)
        now = fair.at(9) + timedelta(minutes=10)
        both: list[Any] = [
            ending.note_absence(actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, now=now),
            answering.sit_down(actor=fair.owner, exhibitor_id=fair.exhibitor_id, minutes=20, name="Walter", now=now),
        ]
        answers = await asyncio.gather(*(both if round_ % 2 else both[::-1]), return_exceptions=True)
        assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, Conflict)]
        sat = any(isinstance(one, int) for one in answers)
        assert len(await planned()) == int(sat)
        assert await db.fetch_value("SELECT state FROM meeting WHERE id = $1", made) == "no_show"
        if sat:
            with pytest.raises(Conflict, match="another meeting then"):
                await ending.note_arrival(actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, now=now)
        else:
            await ending.note_arrival(actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, now=now)
            assert len(await planned()) == 1
        await db.execute("UPDATE meeting SET state = 'cancelled', absent = ''")


async def test_many_hands_at_once_leave_nothing_double(database: str) -> None:
    """Eight people act at random for a while, without asking each other."""
    fair = await meetings.fair()
    hosts = [fair.owner, *[await fair.member(f"host{n}@isarwerk.example") for n in range(3)]]
    for host in hosts[1:]:
        await fair.publish(host)
    await fair.tables(1)
    visitors = [await fair.visitor(f"v{n}@brennhof.example") for n in range(8)]
    chance = random.Random(7)

    async def act(who: int) -> int:
        done = 0
        for _ in range(8):
            hour, host = chance.choice([9, 9.5, 10, 10.5]), chance.choice(hosts)
            try:
                if chance.random() < 0.6:
                    await fair.meet(visitors[who], hour, actor=host)
                else:
                    mine = await known.of_seat(visitors[who].seat_id, visitors[who].email)
                    one = chance.choice([m for m in mine if m.is_planned])
                    if chance.random() < 0.7:
                        key = await fair.key(hour, host)
                        await asking.move_own(visitor=visitors[who], meeting_id=one.id, key=key, now=clock.now())
                    else:
                        await ending.cancel_own(visitor=visitors[who], meeting_id=one.id, words="", now=clock.now())
                done += 1
            except (Conflict, Invalid, IndexError):
                await db.execute("UPDATE meeting_request SET state = 'cancelled' WHERE seat = $1 AND state = 'asked'",
                                 visitors[who].seat_id)  # fmt: skip
                await db.execute("DELETE FROM meeting_request WHERE seat = $1", visitors[who].seat_id)
        return done

    assert sum(await asyncio.gather(*(act(n) for n in range(8)))) > 8
    for column in ("meeting_table", "account", "seat"):
        double = await db.fetch_value(
            f"SELECT count(*) FROM meeting a JOIN meeting b ON a.id < b.id AND a.{column} = b.{column} "
            "AND a.state = 'planned' AND b.state = 'planned' AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        assert double == 0


async def test_a_span_is_not_published_twice(database: str) -> None:
    fair = await meetings.fair()
    with pytest.raises(asyncpg.ExclusionViolationError):
        await db.execute(
            "INSERT INTO meeting_availability (host, starts_at, ends_at) SELECT host, starts_at, ends_at "
            "FROM meeting_availability"
        )
    await asyncio.gather(*(fair.publish(fair.owner, 9, 12) for _ in range(6)))
    assert await db.fetch_value("SELECT count(*) FROM meeting_availability") == 1


async def test_the_organisers_tables_are_shared_by_companies(database: str) -> None:
    """Two companies without tables of their own: one table of the area takes one of them."""
    fair = await meetings.fair()
    other = await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id)
    second = meetings.Fair(other, fair.day)
    await second.publish(second.owner)
    await db.execute("UPDATE meeting_table SET active = false")
    shared = await db.fetch_value(
        "INSERT INTO meeting_table (event, name, place, active) VALUES ($1, 'Table 1', 'Hall B', true) RETURNING id",
        fair.event_id,
    )
    assert (await openings.of(fair.exhibitor_id, now=clock.now())).slots == (), "the area has no times yet"
    await db.execute(
        "INSERT INTO meeting_area_time (area, starts_at, ends_at) SELECT id, $1, $2 FROM meeting_area",
        fair.at(10), fair.at(12),
    )  # fmt: skip
    assert len((await openings.of(fair.exhibitor_id, now=clock.now())).slots) == 4
    asked = [
        (one, await one.ask(await one.visitor(f"{n}@brennhof.example"), 10)) for n, one in enumerate((fair, second))
    ]
    answers = await asyncio.gather(*(one.accept(request) for one, request in asked), return_exceptions=True)
    assert kinds(list(answers)) == ["Conflict", "int"]
    assert await db.fetch_value("SELECT meeting_table FROM meeting") == shared


async def test_nobody_meets_for_two_companies_at_a_time(database: str) -> None:
    fair = await meetings.fair()
    other = await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id)
    await db.execute(
        "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, 'owner', now())",
        other.organisation_id, fair.owner.account_id,
    )  # fmt: skip
    both = meetings.Fair(
        meetings.Stand(other.exhibitor, meetings.as_member(fair.owner, other), other.organisation_id), fair.day
    )
    await both.publish(both.owner)
    asked = await both.ask(await both.visitor("b@brennhof.example"), 9)
    await fair.meet(await fair.visitor(), 9)
    with pytest.raises(Conflict, match="Olga Owner has another meeting"):
        await both.accept(asked)


async def test_nothing_is_placed_outside_the_event(database: str) -> None:
    fair = await meetings.fair()
    host = (await openings.hosts(fair.exhibitor_id))[0]
    for first, last in ((8.5, 9), (16.75, 17.25)):
        slot = Slot(
            host_id=host.id, account_id=host.account_id, host_name="O", starts_at=fair.at(first), ends_at=fair.at(last)
        )
        async with turn(fair.event_id):
            with pytest.raises(Conflict, match="outside"):
                await place(fair.stand.exhibitor, Guest(name="W"), slot, topic="", now=clock.now())


async def test_accept_move_no_show_tables_and_times_at_once(database: str) -> None:
    """Three companies' hosts who are each other's guests, tables that come and go, times that change, and the worker between."""
    fair = await meetings.fair()
    hosts = [fair.owner, *[await fair.member(f"host{n}@isarwerk.example") for n in range(2)]]
    for host in hosts:
        await fair.publish(host, 9, 11)
    await fair.tables(2)
    other = meetings.Fair(await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id), fair.day)
    await other.publish(other.owner, 9, 11)
    guests = [await fair.visitor(f"v{n}@brennhof.example", f"V {n}") for n in range(4)]
    guests += [await fair.visitor(other.owner.email, "Olga Other"), await fair.visitor("v0@brennhof.example", "V 0")]
    chance, said = random.Random(11), []
    at: dict[str, Any] = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}

    async def tried(act: Any) -> None:
        try:
            await act
        except (Conflict, Invalid, NotFound, IndexError) as refused:
            said.append(type(refused).__name__)
        else:
            said.append("done")

    async def once(who: int) -> None:
        hour, host, now = chance.choice([9, 9.5, 10, 10.5]), chance.choice(hosts), fair.at(9.2)
        planned = [one for one in await known.of_exhibitor(fair.exhibitor_id) if one.is_planned]
        match chance.choice(
            ["meet", "meet", "meet", "theirs", "move", "absent", "came", "table", "drop", "times", "follow"]
        ):
            case "meet":
                await tried(fair.meet(guests[who], hour, actor=host))
            case "theirs":
                await tried(other.meet(await fair.visitor(host.email, "Olga Owner"), hour))
            case "move" if planned:
                key = await fair.key(hour, host)
                await tried(answering.move(**at, meeting_id=chance.choice(planned).id, key=key, now=clock.now()))
            case "absent" if planned:
                await tried(ending.note_absence(**at, meeting_id=chance.choice(planned).id, now=now))
            case "came":
                gone = await db.fetch_value("SELECT max(id) FROM meeting WHERE absent = 'attendee'")
                await tried(ending.note_arrival(**at, meeting_id=gone or 0, now=now))
            case "table":
                await tried(publishing.add_table(**at, name=f"Table {chance.randrange(9)}", place="", now=clock.now()))
            case "drop":
                table = chance.choice(await openings.tables(fair.exhibitor_id, clock.now())).id
                await tried(publishing.drop_table(**at, table_id=table, now=clock.now()))
            case "times":
                await tried(fair.publish(host, chance.choice([9, 9.5]), 11))
            case _:
                await tried(following.follow(now=clock.now()))

    async def act(who: int) -> None:
        for _ in range(12):
            await once(who)

    await asyncio.gather(*(act(n) for n in range(6)))
    assert said.count("done") > 20, said
    for shared in (
        "a.meeting_table = b.meeting_table", "a.account = b.account", "a.seat = b.seat", "a.email = b.email",
        "a.email = (SELECT email FROM account WHERE id = b.account)",
        "b.email = (SELECT email FROM account WHERE id = a.account)",
    ):  # fmt: skip
        double = await db.fetch_value(
            f"SELECT count(*) FROM meeting a JOIN meeting b ON a.id < b.id AND {shared} "
            "AND a.state = 'planned' AND b.state = 'planned' AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        assert double == 0, shared
