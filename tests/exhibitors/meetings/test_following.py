"""What meetings rest on changes: event, exhibitor, place, host. Each is told, and nobody keeps what is not theirs."""

from datetime import timedelta

import asyncpg
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.meetings.commands import answering, ending, following
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import openings, requests
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.tables.meetings import RequestState
from portal.registration.commands.attending import cancel_seat, change_address, name_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.queries.orders import order_by_claim
from tests.attending import Attending
from tests.exhibitors.meetings.reading import messages, said, subjects, told
from tests.factories import meetings
from tests.factories.meetings import Fair, shown
from tests.factories.registration import Shop

AMARA, OLGA = "amara@brennhof.example", "owner@isarwerk-biologics-gmbh.example"


class Fixed:
    """A meeting at nine of Amara's, and a request of Bob's for ten; everything told."""

    def __init__(self, fair: Fair, meeting: int, request: int, claim: str) -> None:
        self.fair, self.meeting, self.request, self.claim = fair, meeting, request, claim

    async def states(self) -> tuple[tuple[str, float, float], str]:
        found, asked = await known.by_id(self.meeting), await requests.by_id(self.request)
        assert found is not None
        assert asked is not None
        return shown(found), asked.state.value

    async def follow(self, attending: Attending) -> None:
        await following.follow(now=clock.now())
        await attending.work()
        assert await following.follow(now=clock.now()) == 0, "what was followed is at rest"


async def fixed(attending: Attending) -> Fixed:
    fair = await meetings.fair()
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    asked = await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    await attending.work()
    assert await following.follow(now=clock.now()) == 0
    return Fixed(fair, made, asked, amara.claim)


def shop(fair: Fair) -> Shop:
    return Shop(fair.event_id, fair.stand.exhibitor.event_slug, {})


async def test_an_event_put_off_takes_its_meetings_along(attending: Attending) -> None:
    here = await fixed(attending)
    await attending.move(shop(here.fair), timedelta(days=7, hours=1))
    await here.follow(attending)
    assert await here.states() == (("planned", 10, 10.5), "asked")
    found, asked = await known.by_id(here.meeting), await requests.by_id(here.request)
    assert found is not None
    assert asked is not None
    assert found.starts_at == here.fair.at(10) + timedelta(days=7)
    assert asked.offers[0].starts_at == here.fair.at(11) + timedelta(days=7)
    slots = (await openings.of(here.fair.exhibitor_id, now=clock.now())).slots
    assert slots[0].starts_at == here.fair.at(10.5) + timedelta(days=7)
    for address in (AMARA, OLGA):
        assert [one for one in await told(address) if one[1]] == [("REQUEST", 1)]


async def test_ten_o_clock_stays_ten_o_clock_over_a_change_of_summer_time(attending: Attending) -> None:
    here = await fixed(attending)
    await db.execute("UPDATE event SET timezone = 'Europe/Vienna', starts_at = $1, ends_at = $2",
                     summer := here.fair.day.replace(month=7), summer + timedelta(hours=8))  # fmt: skip
    await db.execute("UPDATE meeting_area SET planned_start = $1", summer)
    await db.execute("UPDATE meeting SET starts_at = $1, ends_at = $1::timestamptz + interval '30 minutes'", summer)
    winter = summer.replace(month=12, hour=summer.hour + 1)
    await db.execute(
        "UPDATE event SET starts_at = $1, ends_at = $2, version = version + 1", winter, winter + timedelta(hours=8)
    )
    await following.follow(now=summer - timedelta(days=90))
    assert await db.fetch_value("SELECT starts_at FROM meeting") == winter


async def test_another_hall_is_told(attending: Attending) -> None:
    here = await fixed(attending)
    await attending.move(shop(here.fair), venue=meetings.events.VIENNA)
    await here.follow(attending)
    event = (await messages(AMARA))[-1].walk("VEVENT")[0]
    assert (event["SEQUENCE"], event["LOCATION"]) == (1, "At our booth, Donauhalle, Uferstrasse 14, 1220 Vienna")
    assert (await subjects(AMARA))[-1] == "Moved"


async def test_what_no_longer_fits_into_a_shorter_event_is_called_off(attending: Attending) -> None:
    here = await fixed(attending)
    start = here.fair.at(9)
    await attending.move(shop(here.fair), starts_at=start, ends_at=start + timedelta(minutes=20))
    await here.follow(attending)
    assert (await here.states())[0][0] == "cancelled"
    assert following.OUTSIDE in await said(AMARA)


@pytest.mark.parametrize("what", ["event", "exhibitor", "right"])
async def test_without_event_exhibitor_or_right_there_are_no_meetings(what: str, attending: Attending) -> None:
    here = await fixed(attending)
    match what:
        case "event":
            await attending.call_off(shop(here.fair), "Flood.")
            why = following.OFF
        case "exhibitor":
            await db.execute("UPDATE exhibitor SET state = 'cancelled'")
            why = following.NO_RIGHT
        case _:
            await meetings.set_rights(here.fair, Right.SCAN, Right.LEADS)
            why = following.NO_RIGHT
    await here.follow(attending)
    (state, *_), asked = await here.states()
    assert (state, asked) == ("cancelled", RequestState.CANCELLED)
    for address in (AMARA, OLGA):
        assert (await told(address))[-1] == ("CANCEL", 1)
        assert why in await said(address)
    assert why in await said("bob@brennhof.example")


async def test_a_proposal_whose_meeting_is_called_off_is_not_said_to_leave_it(attending: Attending) -> None:
    here = await fixed(attending)
    at = {"actor": here.fair.owner, "exhibitor_id": here.fair.exhibitor_id}
    propose = {**at, "meeting_id": here.meeting, "keys": [await here.fair.key(14)], "words": "A flight."}
    await answering.propose_move(**propose, now=clock.now())  # type: ignore[arg-type]
    proposal = await db.fetch_value("SELECT id FROM meeting_request WHERE moves")
    await answering.take_back(**at, request_id=proposal, now=clock.now())  # type: ignore[arg-type]
    await attending.work()
    assert "no longer asks for another time. Your meeting stays where it is." in await said(AMARA)
    await answering.propose_move(**propose, now=clock.now())  # type: ignore[arg-type]
    await attending.work()
    await meetings.set_rights(here.fair, Right.SCAN)
    await here.follow(attending)
    assert (await subjects(AMARA))[-1] == "Called off"
    assert (await said(AMARA)).count("stays where it is") == 1


async def test_a_place_given_up_ends_its_meetings(attending: Attending) -> None:
    here = await fixed(attending)
    found = await order_by_claim(here.claim)
    assert found is not None
    await cancel_seat(order=found[0], seat=found[1], now=clock.now())
    await here.follow(attending)
    assert (await here.states())[0][0] == "cancelled"
    assert (await told(OLGA))[-1] == ("CANCEL", 1)
    assert following.GIVEN_UP in await said(OLGA)
    assert (await told(AMARA))[-1][0] == "CANCEL"


async def test_a_place_passed_on_takes_no_meeting_along(attending: Attending) -> None:
    here = await fixed(attending)
    found = await order_by_claim(here.claim)
    assert found is not None
    await name_seat(
        order=found[0], seat=found[1], attendee=Attendee("Carla", "Cruz", "carla@brennhof.example", ""), company="B",
        now=clock.now(),
    )  # fmt: skip
    before = await known.by_id(here.meeting)
    assert before is not None
    assert (before.name, before.claim) == ("", ""), "not even until the worker looks does it show the new name"
    await here.follow(attending)
    assert (await here.states())[0][0] == "cancelled"
    assert (await told(AMARA))[-1] == ("CANCEL", 1)
    assert "carla@brennhof.example" not in {to for to, subject in await attending.mails() if "off" in subject}


async def test_a_new_address_of_the_same_person_keeps_the_meeting(attending: Attending) -> None:
    here = await fixed(attending)
    found = await order_by_claim(here.claim)
    assert found is not None
    await change_address(order=found[0], email="amara@new.example", now=clock.now())
    await here.follow(attending)
    assert await here.states() == (("planned", 9, 9.5), "asked")
    assert (await told(AMARA))[-1][0] == "CANCEL"
    assert ("REQUEST", 0) in await told("amara@new.example")
    assert (await subjects("amara@new.example"))[0] == "Meeting fixed", "for them it is new"


async def test_whoever_leaves_the_company_meets_nobody_for_it(attending: Attending) -> None:
    here = await fixed(attending)
    leni = await here.fair.member()
    await here.fair.publish(leni, 13, 15)
    await here.fair.ask(await here.fair.visitor("dora@brennhof.example", "Dora D"), 13, actor=leni)
    heir = await here.fair.member("heir@isarwerk.example", MemberRole.OWNER)
    assert heir.account_id
    await db.execute("DELETE FROM membership WHERE account = $1", here.fair.owner.account_id)
    assert {one.host_name for one in (await openings.of(here.fair.exhibitor_id, now=clock.now())).slots} == {
        "Leni Leads"
    }
    await here.follow(attending)
    (state, *_), asked = await here.states()
    assert (state, asked) == ("cancelled", RequestState.CANCELLED)
    assert following.LEFT in await said(AMARA)
    assert (await told(OLGA))[-1][0] == "CANCEL"
    assert await db.fetch_value("SELECT state FROM meeting_request ORDER BY id DESC LIMIT 1") == "asked"


async def test_what_is_over_is_left_alone(attending: Attending) -> None:
    here = await fixed(attending)
    await db.execute("UPDATE exhibitor SET state = 'cancelled'")
    await db.execute("UPDATE meeting_request SET state = 'declined'")
    assert await following.follow(now=here.fair.at(9.6)) == 0
    assert (await here.states())[0][0] == "planned"


async def test_an_event_put_off_onto_another_of_the_hosts_calls_off_what_clashes(attending: Attending) -> None:
    """And nothing else: neither there, nor here, nor at events that wait for their turn behind it."""
    here = await fixed(attending)
    at_ten = await here.fair.meet(await here.fair.visitor("carla@brennhof.example", "Carla Cruz"), 10)
    other = await meetings.fair()
    await db.execute("UPDATE event SET starts_at = starts_at + interval '7 days', ends_at = ends_at + interval '7 days' "
                     "WHERE id = $1", other.event_id)  # fmt: skip
    await following.follow(now=clock.now())
    there = Fair(
        meetings.Stand(
            other.stand.exhibitor, meetings.as_member(here.fair.owner, other.stand), other.stand.organisation_id
        ),
        other.day + timedelta(days=7),
    )
    await db.execute(
        "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, 'owner', now()) ON CONFLICT DO NOTHING",
        other.stand.organisation_id, here.fair.owner.account_id,
    )  # fmt: skip
    await there.publish(there.owner)
    elsewhere = await there.meet(await there.visitor("dora@brennhof.example", "Dora D"), 9)
    await attending.work()
    await attending.move(shop(here.fair), timedelta(days=7))
    await here.follow(attending)
    states = {one.id: one.state.value for one in await known.by_ids([here.meeting, at_ten, elsewhere])}
    assert states == {here.meeting: "cancelled", at_ten: "planned", elsewhere: "planned"}
    assert following.ELSEWHERE in await said(AMARA)


async def test_an_event_put_off_onto_another_of_the_guests_calls_off_what_clashes(attending: Attending) -> None:
    """Whichever side they are on there."""
    here, other = await fixed(attending), await meetings.fair()
    await db.execute("UPDATE event SET starts_at = starts_at + interval '7 days', ends_at = ends_at + interval '7 days' "
                     "WHERE id = $1", other.event_id)  # fmt: skip
    await following.follow(now=clock.now())
    stand = await meetings.exhibitors.make("Other Ltd", event_id=other.event_id)
    there = Fair(stand, other.day + timedelta(days=7))
    await there.publish(there.owner)
    late = await here.fair.meet(await here.fair.visitor("carla@brennhof.example", "Carla Cruz"), 15)
    theirs = [await there.meet(await there.visitor(who, "X Y"), hour) for who, hour in ((AMARA, 10), (OLGA, 16))]
    await attending.work()
    await attending.move(shop(here.fair), timedelta(days=7, hours=1))
    await here.follow(attending)
    states = {one.id: one.state.value for one in await known.by_ids([here.meeting, late, *theirs])}
    assert states == {here.meeting: "cancelled", late: "cancelled", **dict.fromkeys(theirs, "planned")}
    assert following.ELSEWHERE in await said(AMARA)


async def test_the_trouble_of_one_event_does_not_hold_up_others(attending: Attending) -> None:
    first, second = await fixed(attending), await meetings.fair()
    made = await second.meet(await second.visitor("dora@brennhof.example", "Dora D"), 12)
    await db.execute("UPDATE exhibitor SET state = 'cancelled'")
    await db.execute("ALTER TABLE meeting ADD CONSTRAINT broken CHECK (event <> $1 OR state = 'planned')".replace(
        "$1", str(first.fair.event_id)))  # fmt: skip
    with pytest.raises(asyncpg.CheckViolationError):
        await following.follow(now=clock.now())
    found = await known.by_id(made)
    assert found is not None
    assert found.state.value == "cancelled"
    await db.execute("ALTER TABLE meeting DROP CONSTRAINT broken")


async def test_nobody_is_told_of_what_is_over_when_the_event_is_edited(attending: Attending) -> None:
    here = await fixed(attending)
    await ending.finish(
        actor=here.fair.owner, exhibitor_id=here.fair.exhibitor_id, meeting_id=here.meeting, now=here.fair.at(9.2)
    )
    before = [await subjects(address) for address in (AMARA, OLGA)]
    for change in ("summary = summary || '!'", "starts_at = starts_at + interval '10 minutes'"):
        await db.execute(f"UPDATE event SET {change}, version = version + 1")
        await following.follow(now=here.fair.at(9.6))
        await attending.work()
        assert [await subjects(address) for address in (AMARA, OLGA)] == before, change
