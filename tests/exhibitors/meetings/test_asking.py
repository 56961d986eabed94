"""Asking for a meeting and answering: who may, what holds nothing, and what ends by itself."""

from datetime import timedelta

import asyncpg
import pytest

from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.exhibitors.meetings.commands import answering, asking, ending
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import openings, requests
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.tables.meetings import RequestState, Side
from tests.factories import meetings
from tests.factories.meetings import Fair, shown


async def state(request_id: int) -> tuple[RequestState, Side]:
    found = await requests.by_id(request_id)
    assert found is not None
    return found.state, found.waits_for


async def open_hours(fair: Fair, **more: int) -> list[float]:
    found = await openings.of(fair.exhibitor_id, now=clock.now(), **more)
    return [one.starts_at.hour + one.starts_at.minute / 60 for one in found.slots]


async def test_three_times_are_asked_for_and_one_is_fixed(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9, 11, 14.5)
    assert await state(asked) == (RequestState.ASKED, Side.COMPANY)
    assert len(await open_hours(fair)) == 16, "what is asked for holds nothing"
    made = await known.by_id(await fair.accept(asked, 1))
    assert made is not None
    assert shown(made) == ("planned", 11, 11.5)
    assert (made.who, made.host_name, made.where) == ("Amara Okonjo, Brennhof Pharma", "Olga Owner", "At our booth")
    assert (await state(asked))[0] is RequestState.ACCEPTED
    assert 11 not in await open_hours(fair)
    with pytest.raises(Conflict):
        await fair.accept(asked, 0)


async def test_slots_follow_length_and_pause(database: str) -> None:
    fair = await meetings.fair(publish=False)
    await fair.publish(fair.owner, 9, 11, slot=30, pause=15)
    assert await open_hours(fair) == [9, 9.75, 10.5]
    await fair.publish(fair.owner, 13, 14, slot=60)
    assert await open_hours(fair) == [13]


async def test_a_place_asks_once_at_a_time_and_not_for_ever(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    for _ in range(3):
        asked = await fair.ask(amara, 9)
        with pytest.raises(Conflict, match="not answered yet"):
            await fair.ask(amara, 10)
        await answering.decline(
            actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, words="No.", now=clock.now()
        )
    with pytest.raises(Conflict, match="3 times"):
        await fair.ask(amara, 10)
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute("UPDATE meeting_request SET state = 'asked'")


async def test_a_place_has_eight_requests_open_at_most(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    await fair.ask(amara, 9)
    for number in range(7):
        other = await meetings.exhibitors.make(f"Company {number}", event_id=fair.event_id)
        await db.execute(
            "INSERT INTO meeting_request (event, exhibitor, seat, email, topic, state, waits_for, round, moves, words, "
            "asked_at, expires_at, answered_by, named_at) SELECT event, $1, seat, email, '', 'asked', 'company', 1, false, '', "
            "asked_at, expires_at, '', named_at FROM meeting_request LIMIT 1",
            other.exhibitor.id,
        )  # fmt: skip
    last = await meetings.exhibitors.make("Last", event_id=fair.event_id)
    with pytest.raises(Conflict, match="8 of your requests"):
        await asking.ask(visitor=amara, exhibitor_id=last.exhibitor.id, keys=["1-1"], topic="", now=clock.now())


@pytest.mark.parametrize("keys", [[], ["9", "10", "11", "12"], ["no"], ["1-99999999999999"], ["8.5"]])
async def test_what_is_not_open_cannot_be_asked_for(keys: list[str], database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    real = [await fair.key(float(one)) if one.replace(".", "").isdigit() else one for one in keys]
    with pytest.raises(Invalid) as refused:
        await asking.ask(visitor=amara, exhibitor_id=fair.exhibitor_id, keys=real, topic="", now=clock.now())
    assert list(refused.value.fields) == ["slots"]


async def test_times_of_own_meetings_are_not_open_to_whoever_has_them(database: str) -> None:
    fair = await meetings.fair()
    leni = await fair.member()
    await fair.publish(leni)
    amara, bob = await fair.visitor(), await fair.visitor("bob@brennhof.example", "Bob Vos")
    await fair.tables(1)
    await fair.meet(amara, 9)
    with pytest.raises(Invalid):
        await fair.ask(amara, 9, actor=leni)
    await fair.meet(bob, 9, actor=leni)


async def test_without_a_free_table_nothing_is_open(database: str) -> None:
    fair = await meetings.fair()
    leni = await fair.member()
    await fair.publish(leni)
    assert len(await open_hours(fair)) == 32
    await fair.meet(await fair.visitor(), 9)
    assert 9 not in await open_hours(fair), "the company has one table"
    await fair.tables(1)
    assert (await open_hours(fair)).count(9) == 1


async def test_other_times_go_back_and_forth(database: str) -> None:
    fair = await meetings.fair()
    amara, now = await fair.visitor(), clock.now()
    asked = await fair.ask(amara, 9)
    keys = [await fair.key(15), await fair.key(16)]
    await answering.propose(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, keys=keys, words="Rather late?", now=now
    )
    assert await state(asked) == (RequestState.ASKED, Side.ATTENDEE)
    found = await requests.by_id(asked)
    assert found is not None
    assert [one.starts_at.hour for one in found.offers] == [15, 16]
    with pytest.raises(Conflict):
        await fair.accept(asked)
    with pytest.raises(Conflict, match="not offered"):
        await asking.agree(visitor=amara, request_id=asked, offer_id=found.offers[0].id - 1, now=now)
    made = await known.by_id(await asking.agree(visitor=amara, request_id=asked, offer_id=found.offers[1].id, now=now))
    assert made is not None
    assert shown(made) == ("planned", 16, 16.5)


async def test_members_answer_for_themselves_and_owners_for_all(database: str) -> None:
    fair = await meetings.fair()
    leni = await fair.member()
    await fair.publish(leni)
    olgas = await fair.ask(await fair.visitor(), 9)
    with pytest.raises(Forbidden):
        await fair.accept(olgas, actor=leni)
    with pytest.raises(Forbidden):
        await answering.decline(actor=leni, exhibitor_id=fair.exhibitor_id, request_id=olgas, words="", now=clock.now())
    lenis = await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10, actor=leni)
    await fair.accept(lenis, actor=fair.owner)
    await fair.accept(olgas, actor=fair.owner)
    with pytest.raises(Forbidden):
        await meetings.publishing.publish_times(
            actor=leni, exhibitor_id=fair.exhibitor_id, account_id=fair.owner.account_id, boxes=[], slot_minutes=30,
            pause_minutes=0, now=clock.now(),
        )  # fmt: skip


async def test_strangers_and_companies_without_the_right_do_nothing(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    stranger = Actor(account_id=99, email="s@elsewhere.example", name="S", memberships={999: MemberRole.OWNER})
    with pytest.raises(Forbidden):
        await fair.accept(asked, actor=stranger)
    await meetings.set_rights(fair, Right.SCAN)
    for act in (
        fair.accept(asked),
        fair.publish(fair.owner),
        answering.decline(
            actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, words="", now=clock.now()
        ),
        answering.sit_down(actor=fair.owner, exhibitor_id=fair.exhibitor_id, minutes=30, name="A", now=clock.now()),
    ):
        with pytest.raises(Forbidden, match="has not opened meetings"):
            await act
    with pytest.raises(Conflict, match="takes no meetings"):
        await fair.ask(await fair.visitor("bob@brennhof.example"), 9)


async def test_requests_of_others_are_not_there(database: str) -> None:
    fair = await meetings.fair()
    asked = await fair.ask(await fair.visitor(), 9)
    bob = await fair.visitor("bob@brennhof.example", "Bob Vos")
    with pytest.raises(NotFound):
        await asking.take_back(visitor=bob, request_id=asked, now=clock.now())
    other = await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id)
    with pytest.raises(NotFound):
        await answering.decline(
            actor=other.owner, exhibitor_id=other.exhibitor.id, request_id=asked, words="", now=clock.now()
        )


async def test_what_nobody_answers_ends_after_its_hours_or_at_its_last_time(database: str) -> None:
    fair = await meetings.fair()
    asked = await fair.ask(await fair.visitor(), 9)
    now = clock.now()
    assert await ending.expire(now=now + timedelta(hours=47)) == 0
    assert await ending.expire(now=now + timedelta(hours=49)) == 1
    assert (await state(asked))[0] is RequestState.EXPIRED
    with pytest.raises(Conflict):
        await fair.accept(asked)
    await db.execute("UPDATE meeting_area SET answer_hours = 336")
    late = fair.day - timedelta(hours=2)
    request = await asking.ask(
        visitor=await fair.visitor("bob@brennhof.example"), exhibitor_id=fair.exhibitor_id,
        keys=[await fair.key(12), await fair.key(9)], topic="", now=late,
    )  # fmt: skip
    found = await requests.by_id(request)
    assert found is not None
    assert found.expires_at == fair.at(12), "at its last time: until then there is one to choose"
    with pytest.raises(Conflict, match="not offered any more"):
        await answering.accept(
            actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=request, offer_id=found.offers[0].id,
            now=fair.at(9),
        )  # fmt: skip
    for edge, answer in ((fair.at(12), None), (fair.at(12) - timedelta(seconds=1), 1)):
        late_by = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id, "request_id": request, "now": edge}
        if answer is None:
            with pytest.raises(Conflict, match="has run out"):
                await answering.propose(**late_by, keys=[await fair.key(15)], words="")  # type: ignore[arg-type]
            with pytest.raises(Conflict, match="has run out"):
                await answering.accept(**late_by, offer_id=found.offers[1].id)  # type: ignore[arg-type]
        else:
            assert await answering.accept(**late_by, offer_id=found.offers[1].id)  # type: ignore[arg-type]


async def test_what_has_run_out_stands_in_nobodys_way(database: str) -> None:
    """To the second, not when the worker looks."""
    fair = await meetings.fair()
    amara, late = await fair.visitor(), clock.now() + timedelta(hours=48, seconds=1)
    asked = await fair.ask(amara, 9)
    with pytest.raises(Conflict, match="has run out"):
        await answering.decline(
            actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, words="No.", now=late
        )
    again = await asking.ask(
        visitor=amara, exhibitor_id=fair.exhibitor_id, keys=[await fair.key(10)], topic="", now=late
    )
    assert [(await state(one))[0] for one in (asked, again)] == [RequestState.EXPIRED, RequestState.ASKED]


async def test_nothing_is_fixed_at_an_event_that_was_called_off(database: str) -> None:
    fair = await meetings.fair()
    asked = await fair.ask(await fair.visitor(), 9)
    await db.execute("UPDATE event SET state = 'cancelled'")
    with pytest.raises(Conflict, match="The event was called off"):
        await fair.accept(asked)


async def test_a_request_is_taken_back_once(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    await asking.take_back(visitor=amara, request_id=asked, now=clock.now())
    with pytest.raises(Conflict):
        await asking.take_back(visitor=amara, request_id=asked, now=clock.now())
    with pytest.raises(Conflict):
        await fair.accept(asked)
