"""One person is one person: as host and as guest, with two places, for whichever company. And hosts who are no hosts any more."""

import pytest

from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.meetings.commands import answering, asking, ending
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import openings, requests
from portal.exhibitors.meetings.values import Visitor
from tests.factories import meetings
from tests.factories.meetings import Fair, shown


async def beside(fair: Fair, name: str = "Other Ltd") -> Fair:
    """Another company at the same fair."""
    other = Fair(await meetings.exhibitors.make(name, event_id=fair.event_id), fair.day)
    await other.publish(other.owner)
    return other


async def open_hours(fair: Fair, visitor: Visitor | None = None) -> list[float]:
    seat_id = visitor.seat_id if visitor else None
    found = await openings.of(fair.exhibitor_id, now=clock.now(), seat_id=seat_id)
    return [one.starts_at.hour + one.starts_at.minute / 60 for one in found.slots]


async def test_a_host_is_not_a_guest_elsewhere_at_the_same_time(database: str) -> None:
    fair = await meetings.fair()
    other = await beside(fair)
    olga = await fair.visitor(fair.owner.email, "Olga Owner")
    asked = await other.ask(olga, 9)
    await fair.meet(await fair.visitor(), 9)
    assert 9 not in await open_hours(other, olga)
    with pytest.raises(Conflict, match="The attendee has another meeting"):
        await other.accept(asked)
    await other.meet(await fair.visitor("bob@brennhof.example", "Bob Vos"), 9)
    await asking.take_back(visitor=olga, request_id=asked, now=clock.now())
    await other.meet(olga, 10)
    assert 10 not in await open_hours(fair)
    bob = await fair.visitor("bob@brennhof.example", "Bob Vos")
    waits = await fair.ask(bob, 11)
    await other.meet(olga, 11)
    with pytest.raises(Conflict, match=r"Olga Owner has another meeting then \(11:00–11:30\)"):
        await fair.accept(waits)


async def test_two_places_of_one_person_meet_one_at_a_time(database: str) -> None:
    fair = await meetings.fair()
    other = await beside(fair)
    first, second = await fair.visitor(), await fair.visitor()
    asked = await other.ask(second, 9)
    await fair.meet(first, 9)
    assert 9 not in await open_hours(other, second)
    with pytest.raises(Conflict, match="The attendee has another meeting"):
        await other.accept(asked)


async def test_colleagues_do_not_ask_each_other(database: str) -> None:
    fair = await meetings.fair()
    leni = await fair.member()
    with pytest.raises(Conflict, match="You work for Isarwerk Biologics GmbH yourself"):
        await fair.ask(await fair.visitor(leni.email, "Leni Leads"), 9)


async def test_nobody_is_met_for_a_company_they_have_left(database: str) -> None:
    """Not even in the moment before the worker looks."""
    fair = await meetings.fair()
    leni = await fair.member()
    await fair.publish(leni)
    asked = await fair.ask(await fair.visitor(), 9, actor=leni)
    await db.execute("DELETE FROM membership WHERE account = $1", leni.account_id)
    with pytest.raises(Conflict, match="Leni Leads does not work for Isarwerk Biologics GmbH any more"):
        await fair.accept(asked)


async def test_a_proposed_time_is_not_to_be_had_once_it_is_withdrawn(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    await answering.propose(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, words="", now=clock.now(),
        keys=[await fair.key(10), await fair.key(15)],
    )  # fmt: skip
    await fair.publish(fair.owner, 9, 12)
    found = await requests.by_id(asked)
    assert found is not None
    agree = {"visitor": amara, "request_id": asked, "now": clock.now()}
    with pytest.raises(Conflict, match="Olga Owner cannot be met then any more"):
        await asking.agree(**agree, offer_id=found.offers[1].id)  # type: ignore[arg-type]
    made = await known.by_id(await asking.agree(**agree, offer_id=found.offers[0].id))  # type: ignore[arg-type]
    assert made is not None
    assert shown(made) == ("planned", 10, 10.5)


async def test_a_proposal_to_move_ends_with_its_meeting(database: str) -> None:
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    await answering.propose_move(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, keys=[await fair.key(15)], words="",
        now=fair.at(8.9),
    )  # fmt: skip
    assert await db.fetch_value("SELECT expires_at FROM meeting_request WHERE moves") == fair.at(9.5)


async def test_either_side_takes_back_that_nobody_came(database: str) -> None:
    fair = await meetings.fair()
    tables = await fair.tables(1)
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    here, own = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}, {"visitor": amara, "meeting_id": made}
    now = fair.at(9.1)
    await ending.note_absence_own(**own, now=now)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="Nobody is noted"):
        await ending.note_arrival(**here, meeting_id=made, now=now)  # type: ignore[arg-type]
    leni = await fair.member()
    await fair.publish(leni)
    await answering.sit_down(
        actor=leni, exhibitor_id=fair.exhibitor_id, minutes=20, name="Walter", table_id=tables[0], now=now
    )
    await ending.note_arrival_own(**own, now=now)  # type: ignore[arg-type]
    found = await known.by_id(made)
    assert found is not None
    assert (found.is_planned, found.absent, found.table_id) == (True, "", tables[1]), "at the table that is free"


async def test_who_is_done_early_frees_table_and_people(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    at = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}
    for early in (fair.at(9), fair.at(9.5)):
        with pytest.raises(Conflict, match="not going on"):
            await ending.finish(**at, meeting_id=made, now=early)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="another meeting then"):
        await answering.sit_down(**at, minutes=30, name="Walter", now=fair.at(9.2))  # type: ignore[arg-type]
    await ending.finish(**at, meeting_id=made, now=fair.at(9.2))  # type: ignore[arg-type]
    sat = await answering.sit_down(**at, minutes=30, name="Walter", now=fair.at(9.2))  # type: ignore[arg-type]
    assert [shown(one)[0] for one in await known.by_ids([made, sat])] == ["planned", "planned"]
    with pytest.raises(Conflict, match="not going on"):
        await ending.finish(**at, meeting_id=made, now=fair.at(9.3))  # type: ignore[arg-type]


async def test_a_table_of_the_company_hands_its_meetings_on(database: str) -> None:
    fair = await meetings.fair()
    first = (await fair.tables(0))[0]
    at_nine = await fair.meet(await fair.visitor(), 9)
    second = (await fair.tables(1))[1]
    leni = await fair.member()
    await fair.publish(leni)
    at_ten = await fair.meet(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    carla = await fair.visitor("carla@brennhof.example", "Carla Cruz")
    await fair.accept(await fair.ask(carla, 10, actor=leni), table_id=second)
    at = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id, "now": clock.now()}
    assert await meetings.publishing.drop_table(**at, table_id=first) == (1, 1)  # type: ignore[arg-type]
    found = {one.id: one.table_id for one in await known.by_ids([at_nine, at_ten])}
    assert found == {at_nine: second, at_ten: first}
    assert [one.id for one in await openings.tables(fair.exhibitor_id, clock.now()) if not one.active] == [first]
    assert 10 not in await open_hours(fair), "no new meeting at a table that is used no more"


async def test_whoever_was_declined_for_good_is_not_heard_again_until_let(database: str) -> None:
    fair = await meetings.fair()
    other = await beside(fair)
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    at = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id, "now": clock.now()}
    await answering.decline(**at, request_id=asked, words="", final=True)  # type: ignore[arg-type]
    for place in (amara, await fair.visitor()):
        with pytest.raises(Conflict, match="takes no more requests of yours"):
            await fair.ask(place, 10)
    await other.ask(amara, 10)
    await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    await answering.forgive(**at, request_id=asked)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="may ask you already"):
        await answering.forgive(**at, request_id=asked)  # type: ignore[arg-type]
    assert await fair.ask(amara, 10)


async def test_a_second_place_is_no_second_person_to_ask_with(database: str) -> None:
    fair = await meetings.fair()
    await fair.ask(await fair.visitor(), 9)
    with pytest.raises(Conflict, match="has a request of yours that is not answered yet"):
        await fair.ask(await fair.visitor(), 10)
