"""Both sides' calendars and mailboxes: fixed, moved, called off, handed to a colleague, reminded of."""

from datetime import timedelta

from portal.core import clock, db
from portal.exhibitors.meetings import jobs
from portal.exhibitors.meetings.commands import answering, asking, ending, reminding
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import requests
from portal.exhibitors.meetings.values import words
from tests.attending import Attending
from tests.exhibitors.meetings.reading import messages, said, subjects, told
from tests.factories import meetings

AMARA, OLGA, LENI = "amara@brennhof.example", "owner@isarwerk-biologics-gmbh.example", "leni@isarwerk.example"


async def test_a_request_is_mailed_to_its_hosts_and_holds_no_calendar(attending: Attending) -> None:
    fair = await meetings.fair()
    await fair.ask(await fair.visitor(), 9, 10)
    await attending.work()
    assert await subjects(OLGA) == ["Amara Okonjo would like to meet you"]
    text = await said(OLGA)
    assert "Amara Okonjo, Head of Supply, Brennhof Pharma asks for a meeting at Fill & Finish Forum." in text
    assert "“Prefilled syringes”" in text
    assert f"{fair.stand.exhibitor.address}/meetings/requests/1" in text
    assert await messages(OLGA) == []


async def test_fixed_moved_and_called_off_in_both_calendars(attending: Attending) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    await attending.work()
    for address, title in (
        (AMARA, "Meeting: Isarwerk Biologics GmbH"),
        (OLGA, "Meeting: Amara Okonjo, Brennhof Pharma"),
    ):
        assert await told(address) == [("REQUEST", 0)]
        event = (await messages(address))[0].walk("VEVENT")[0]
        assert (event["SUMMARY"], event["ATTENDEE"]) == (title, f"mailto:{address}")
        assert event["DTSTART"].dt == fair.at(9)
        assert event["LOCATION"] == "At our booth, Oude Vismijn, Rekelingestraat 5, 9000 Ghent"
        assert not isinstance(event["ATTENDEE"], list)
        assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")
        assert "An answer given in a calendar is read by nobody. To move or cancel" in event["DESCRIPTION"]
    both = [(await messages(address))[0].walk("VEVENT")[0] for address in (AMARA, OLGA)]
    assert both[0]["UID"] == both[1]["UID"]
    assert both[0]["ORGANIZER"] == both[1]["ORGANIZER"]
    key = await fair.key(11)
    await answering.move(actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, key=key, now=clock.now())
    await attending.work()
    await asking.move_own(visitor=amara, meeting_id=made, key=await fair.key(12), now=clock.now())
    await attending.work()
    await ending.cancel_own(visitor=amara, meeting_id=made, words="My train is late.", now=clock.now())
    await attending.work()
    for address in (AMARA, OLGA):
        assert await told(address) == [("REQUEST", 0), ("REQUEST", 1), ("REQUEST", 2), ("CANCEL", 3)]
        starts = [one.walk("VEVENT")[0]["DTSTART"].dt for one in await messages(address)]
        assert starts == [fair.at(9), fair.at(11), fair.at(12), fair.at(12)]
    assert "My train is late." in await said(OLGA)
    assert f"Was: {words(fair.at(11), fair.at(11.5), 'UTC')}" in await said(AMARA)
    assert "You called the meeting off." in await said(AMARA)
    subjects = [subject for recipient, subject in await attending.mails() if recipient == AMARA]
    assert subjects == ["Meeting fixed", "Moved", "Moved", "Called off"]


async def test_nobody_is_told_twice_the_same(attending: Attending) -> None:
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    await attending.work()
    count = len(await attending.mails())
    await jobs.tell(made)
    await attending.work()
    assert len(await attending.mails()) == count


async def test_another_table_is_news_and_a_table_that_stays_is_not(attending: Attending) -> None:
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    tables = await fair.tables(1)
    await answering.move(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, table_id=tables[1], now=clock.now()
    )
    await attending.work()
    assert await told(AMARA) == [("REQUEST", 1)]
    found = await known.by_id(made)
    assert found is not None
    assert found.where == "Table 1"


async def test_a_colleague_takes_over(attending: Attending) -> None:
    """The former host's calendar loses the meeting, the new one's gets it; back again, it comes back."""
    fair = await meetings.fair()
    leni = await fair.member(LENI)
    await fair.publish(leni)
    made = await fair.meet(await fair.visitor(), 9)
    await attending.work()
    at = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id, "meeting_id": made}
    await answering.move(**at, key=await fair.key(9, leni), now=clock.now())  # type: ignore[arg-type]
    await attending.work()
    assert (await told(OLGA))[-1][0] == "CANCEL"
    assert "You no longer have a part in this meeting." in await said(OLGA)
    assert [method for method, _ in await told(LENI)] == ["REQUEST"]
    await answering.move(**at, key=await fair.key(9), now=clock.now())  # type: ignore[arg-type]
    await attending.work()
    methods, sequences = zip(*await told(OLGA), strict=True)
    assert methods == ("REQUEST", "CANCEL", "REQUEST")
    assert list(sequences) == sorted(set(sequences)), "a calendar takes only what is newer"
    assert [method for method, _ in await told(LENI)] == ["REQUEST", "CANCEL"]
    assert await told(AMARA) == [("REQUEST", 0), ("REQUEST", 1), ("REQUEST", 2)]
    assert "With: Leni Leads, Isarwerk Biologics GmbH" in await said(AMARA)


async def test_a_proposal_stands_beside_the_meeting_until_it_is_answered(attending: Attending) -> None:
    fair = await meetings.fair()
    amara, now = await fair.visitor(), clock.now()
    made = await fair.meet(amara, 9)
    await answering.propose_move(
        actor=fair.owner,
        exhibitor_id=fair.exhibitor_id,
        meeting_id=made,
        keys=[await fair.key(14)],
        words="A flight.",
        now=now,
    )
    await attending.work()
    assert await told(AMARA) == [("REQUEST", 0)]
    assert "Isarwerk Biologics GmbH asks to move your meeting" in await said(AMARA)
    proposal = (await requests.open_of_address(AMARA))[0]
    await asking.turn_down(visitor=amara, request_id=proposal.id, now=now)
    await attending.work()
    assert "takes none of the times you proposed. The meeting stays where it is." in await said(OLGA)
    await answering.propose_move(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, keys=[await fair.key(15)], words="", now=now
    )
    proposal = (await requests.open_of_address(AMARA))[0]
    await asking.agree(visitor=amara, request_id=proposal.id, offer_id=proposal.offers[0].id, now=now)
    await attending.work()
    assert await told(AMARA) == [("REQUEST", 0), ("REQUEST", 1)]
    found = await known.by_id(made)
    assert found is not None
    assert meetings.shown(found) == ("planned", 15, 15.5)


async def test_no_and_no_answer_are_told(attending: Attending) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    await answering.decline(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, words="We are full, sorry.", now=clock.now()
    )
    await attending.work()
    assert "“We are full, sorry.”" in await said(AMARA)
    await fair.ask(amara, 10)
    await ending.expire(now=clock.now() + timedelta(hours=50))
    await attending.work()
    assert [subject for to, subject in await attending.mails() if to == AMARA] == [
        "Isarwerk Biologics GmbH cannot meet you", "No answer from Isarwerk Biologics GmbH",
    ]  # fmt: skip


async def test_a_proposal_that_runs_out_is_told_to_both(attending: Attending) -> None:
    fair = await meetings.fair()
    asked = await fair.ask(await fair.visitor(), 9)
    await answering.propose(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, keys=[await fair.key(15)], words="",
        now=clock.now(),
    )  # fmt: skip
    await attending.work()
    await ending.expire(now=clock.now() + timedelta(hours=50))
    await attending.work()
    assert "has run out without an answer from you" in await said(AMARA)
    assert "Amara Okonjo has not answered in time." in await said(OLGA)


async def test_both_are_reminded_once_for_each_start(attending: Attending) -> None:
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    await attending.work()
    before = len(await attending.mails())
    assert await reminding.take_due(now=fair.at(7.9)) == 0
    assert await reminding.take_due(now=fair.at(8.1)) == 1
    assert await reminding.take_due(now=fair.at(8.2)) == 0
    await attending.work()
    new = (await attending.mails())[before:]
    assert sorted(new) == [(AMARA, "In an hour"), (OLGA, "In an hour")]
    await answering.move(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, key=await fair.key(12), now=clock.now()
    )
    assert await reminding.take_due(now=fair.at(11.5)) == 1
    await ending.cancel(actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, words="", now=clock.now())
    await attending.work()
    assert [subject for _, subject in (await attending.mails())[before + 2 :]] == ["Called off", "Called off"]


async def test_whoever_sits_down_or_does_not_come_gets_no_mail(attending: Attending) -> None:
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    await attending.work()
    before = len(await attending.mails())
    at = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}
    await ending.note_absence(**at, meeting_id=made, now=fair.at(9.1))  # type: ignore[arg-type]
    code = await db.fetch_value("SELECT code FROM seat")
    await answering.sit_down(**at, minutes=20, code=code, now=fair.at(9.2))  # type: ignore[arg-type]
    await attending.work()
    assert len(await attending.mails()) == before


async def test_whoever_answers_is_reminded_before_a_request_ends(attending: Attending) -> None:
    fair = await meetings.fair()
    asked = await fair.ask(await fair.visitor(), 9)
    await attending.work()
    now = clock.now()
    assert [await reminding.take_ending(now=now + timedelta(hours=hours)) for hours in (35, 37, 37, 49)] == [0, 1, 0, 0]
    await attending.work()
    assert await subjects(OLGA) == ["Amara Okonjo would like to meet you", "Still waiting"]
    await answering.propose(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, keys=[await fair.key(15)], words="", now=now
    )
    await attending.work()
    assert await reminding.take_ending(now=now + timedelta(hours=37)) == 1
    await attending.work()
    assert (await subjects(AMARA))[-1] == "Still waiting"
    await db.execute("UPDATE meeting_area SET answer_hours = 20")
    await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    assert await reminding.take_ending(now=now + timedelta(hours=19)) == 0, "they were asked today"
