"""An event changes: mail, feed and ledger say the same; UID stays, SEQUENCE rises; everybody concerned hears why."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.commands import save_event, withdraw_event
from portal.events.tables import EventFormat
from portal.events.values import EventFacts, VenueFacts
from portal.registration.jobs.changes import event_changed, tell_attendee
from portal.registration.queries.people import audience
from tests.attending import Attending, named
from tests.factories.registration import make_shop
from tests.paying import text_of

AMARA = "amara@brennhof.example"
HOUR = timedelta(hours=1)
VIENNA = VenueFacts(name="Donauhalle", street="Uferstrasse 14", postal_code="1220", city="Vienna", country="DE")


async def test_a_move_reaches_mail_feed_and_ledger_alike(attending: Attending) -> None:
    shop = await make_shop()
    path = await attending.register(shop)
    await attending.work()
    feed, client = await attending.feed(AMARA), attending.client
    before = await client.get(feed)
    assert before.status_code == 200
    again = await client.get(feed, headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    await attending.move(shop, 2 * HOUR)
    assert await attending.ledger(shop) == [(AMARA, 1, False)]
    await attending.work()
    first, second = await attending.messages(AMARA)
    old, new = first.walk("VEVENT")[0], second.walk("VEVENT")[0]
    assert old["UID"] == new["UID"]
    assert (new["SEQUENCE"] - old["SEQUENCE"], new["DTSTART"].dt - old["DTSTART"].dt) == (1, 2 * HOUR)
    assert (second["METHOD"], new["ORGANIZER"]) == ("REQUEST", old["ORGANIZER"])
    after = await client.get(feed, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    fed = Calendar.from_ical(after.content).walk("VEVENT")[0]
    assert (fed["UID"], fed["SEQUENCE"], fed["DTSTART"].dt) == (new["UID"], new["SEQUENCE"], new["DTSTART"].dt)
    assert "ATTENDEE" not in fed
    assert await attending.ledger(shop) == [(AMARA, 2, True)]
    assert "Calendar entry, version 2" in (await client.get(path)).text


async def test_a_cancelled_event_stays_in_the_feed_and_leaves_the_calendar(attending: Attending) -> None:
    shop = await make_shop()
    path = await attending.register(shop)
    await attending.work()
    await attending.call_off(shop, "The hall is closed.")
    await attending.work()
    first, second = await attending.messages(AMARA)
    assert second["METHOD"] == "CANCEL"
    assert second.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
    assert second.walk("VEVENT")[0]["SEQUENCE"] == first.walk("VEVENT")[0]["SEQUENCE"] + 1
    fed = Calendar.from_ical((await attending.client.get(await attending.feed(AMARA))).content).walk("VEVENT")
    assert [event["STATUS"] for event in fed] == ["CANCELLED"]
    page = await attending.client.get(path)
    assert "This event is cancelled." in page.text
    for gone in ("Show this at the door", "Add to calendar", "Send the confirmation again", "Give up"):
        assert gone not in page.text
    refused = await attending.client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    assert refused.status_code == 409


async def test_the_mail_says_what_staff_saw(attending: Attending) -> None:
    """An end that moved, a reason, a reinstatement, the name of the place: each in the words of the preview."""
    shop = await make_shop()
    await attending.register(shop)
    await attending.work()
    row = await db.fetch_one("SELECT ends_at FROM event WHERE id = $1", shop.event_id)
    assert row is not None
    await attending.move(shop, ends_at=row["ends_at"] + 3 * HOUR, venue=VIENNA)
    note = await db.fetch_value("SELECT change_note FROM event WHERE id = $1", shop.event_id)
    found = re.fullmatch(r"New time: ((.+)–(\d\d):00 (CES?T)) \(was \2–\d\d:00 \4\)\.", note)
    assert found is not None
    await attending.work()
    told = await attending.text_to(AMARA)
    assert note in told
    assert f"When: {found[1]} Where: Donauhalle, Uferstrasse 14, 1220 Vienna" in told
    await attending.call_off(shop, "The hall is closed after water damage.")
    await attending.work()
    assert "It is cancelled. The hall is closed after water damage." in await attending.text_to(AMARA)
    assert "This mail takes the entry out of your calendar." in await attending.text_to(AMARA)
    await attending.put_on_again(shop)
    await attending.work()
    assert "It takes place after all." in await attending.text_to(AMARA)
    assert await attending.told(AMARA) == [("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2), ("REQUEST", 3)]


async def test_a_new_room_needs_no_new_invitation(attending: Attending) -> None:
    """What is in everybody's calendar is an address of ours, so that the room can change at any time."""
    shop = await make_shop(format=EventFormat.ONLINE)
    await attending.move(shop, online_url="https://rooms.example/old")
    path = await attending.register(shop)
    await attending.work()
    version, feed = await attending.version(shop), await attending.feed(AMARA)
    before = await attending.client.get(feed)
    await attending.move(shop, online_url="https://rooms.example/new")
    assert (
        await db.fetch_value("SELECT online_url FROM event WHERE id = $1", shop.event_id) == "https://rooms.example/new"
    )
    assert await attending.version(shop) == version + 1
    await attending.work()
    assert await attending.ledger(shop) == [(AMARA, 1, True)]
    assert await attending.told(AMARA) == [("REQUEST", 0)]
    [message] = await attending.messages(AMARA)
    [seat] = await attending.seats(path)
    event, join = message.walk("VEVENT")[0], f"http://localhost:8000/join/{seat['claim_secret']}"
    assert (str(event["CONFERENCE"]), event["CONFERENCE"].params["VALUE"]) == (join, "URI")
    assert f"Join online: {join}" in str(event["DESCRIPTION"])
    again = await attending.client.get(feed, headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    for told in (message.to_ical(), before.content, (await attending.client.get(path)).content):
        assert b"rooms.example" not in told


async def test_a_way_in_that_appears_or_vanishes_is_sent(attending: Attending) -> None:
    shop = await make_shop(format=EventFormat.HYBRID)
    await attending.register(shop)
    await attending.work()
    for format in (EventFormat.IN_PERSON, EventFormat.HYBRID):
        await attending.move(shop, format=format)
        await attending.work()
    events = [one.walk("VEVENT")[0] for one in await attending.messages(AMARA)]
    assert [("CONFERENCE" in event, event["SEQUENCE"]) for event in events] == [(True, 0), (False, 1), (True, 2)]


async def test_a_new_format_alone_is_told(attending: Attending) -> None:
    shop = await make_shop()
    await attending.register(shop)
    await attending.work()
    await attending.move(shop, format=EventFormat.HYBRID)
    await attending.work()
    assert "It now takes place in person and online." in await attending.text_to(AMARA)
    assert await attending.told(AMARA) == [("REQUEST", 0), ("REQUEST", 1)]


async def test_what_nobody_needs_to_know_leaves_the_ledger_alone(attending: Attending) -> None:
    shop = await make_shop()
    await attending.register(shop)
    await attending.work()
    row = await db.fetch_one("SELECT title, starts_at, ends_at, timezone FROM event WHERE id = $1", shop.event_id)
    assert row is not None
    facts = EventFacts(**row, venue=VIENNA, organiser_name="Sterile Line", summary="New words.", topics=("Quality",))
    await save_event(actor=PORTAL, event_id=shop.event_id, facts=facts, now=clock.now())
    await attending.work()
    assert await attending.ledger(shop) == [(AMARA, 1, True)]
    assert len(await attending.mails()) == 1


async def test_everybody_concerned_hears_and_only_attendees_get_an_entry(attending: Attending) -> None:
    """Amara buys and stays at home; Bob's name is on a ticket; Col was only asked; one place has no name."""
    shop = await make_shop()
    details = {"s1_who": "later", **named(2, "bob@x.example"), "s3_who": "asked", "s3_email": "col@x.example"}
    await attending.register(shop, 3, **details)
    await attending.work()
    assert "attached calendar entry" not in await attending.text_to(AMARA)
    await attending.move(shop, HOUR)
    await attending.work()
    await attending.call_off(shop)
    await attending.work()
    changed = [(who, what) for who, what in await attending.mails() if what in ("Changed", "Cancelled")]
    everybody = (AMARA, "bob@x.example", "col@x.example")
    assert sorted(changed) == sorted((who, what) for who in everybody for what in ("Changed", "Cancelled"))
    assert await attending.told("bob@x.example") == [("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2)]
    assert await attending.told(AMARA) == await attending.told("col@x.example") == []
    assert "calendar" not in await attending.text_to(AMARA)


async def test_two_changes_at_once_are_one_mail_with_both(attending: Attending) -> None:
    shop = await make_shop()
    await attending.register(shop)
    await attending.work()
    await attending.move(shop, HOUR)
    await attending.move(shop, HOUR)
    await attending.work()
    assert await attending.told(AMARA) == [("REQUEST", 0), ("REQUEST", 2)]
    assert (await attending.text_to(AMARA)).count("New time:") == 2


@pytest.mark.parametrize("second", ["a move", "a cancellation"])
async def test_jobs_of_two_changes_in_reverse_tell_all_of_it_once(attending: Attending, second: str) -> None:
    """Amara comes and has an entry in her calendar; the other buyer stays at home and hears by mail alone."""
    shop = await make_shop()
    await attending.register(shop)
    await attending.register(shop, email="home@x.example", s1_who="later")
    await attending.work()
    await attending.move(shop, HOUR)
    await (attending.move(shop, HOUR) if second == "a move" else attending.call_off(shop, "The hall is closed."))
    newest = await attending.version(shop)
    for version in (newest, newest - 1):
        for one in await audience(shop.event_id):
            await tell_attendee(version=version, order=one["order_id"], seat=one["seat_id"])
    await attending.work()
    word, method = ("Changed", "REQUEST") if second == "a move" else ("Cancelled", "CANCEL")
    told = [(who, what) for who, what in await attending.mails() if what != "Registered"]
    assert sorted(told) == [(AMARA, word), ("home@x.example", word)]
    assert await attending.told(AMARA) == [("REQUEST", 0), (method, 2)]
    facts = await db.fetch("SELECT facts ->> 'told' AS words FROM audit_entry WHERE facts ->> 'told' <> '' ORDER BY id")
    first, last = (row["words"] for row in facts)
    text = await attending.text_to(AMARA)
    assert 0 < text.index(first) < text.index(last)
    assert last in await attending.text_to("home@x.example")


async def test_telling_twice_sends_once(attending: Attending) -> None:
    shop = await make_shop()
    for n in range(3):
        await attending.register(shop, email=f"a{n}@attendee.example")
    await attending.register(shop, s1_who="later")
    await attending.work()
    await attending.move(shop, timedelta(days=1))
    await attending.work()
    await event_changed(shop.event_id, await attending.version(shop))
    await attending.work()
    rows = await db.fetch("SELECT recipient, count(*) AS n FROM mail WHERE topic = 'calendar' GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(f"a{n}@attendee.example", 1) for n in range(3)] + [(AMARA, 1)]


async def test_whoever_came_after_the_change_is_not_told_of_it(attending: Attending) -> None:
    shop = await make_shop()
    await attending.move(shop, HOUR)
    await attending.register(shop)
    await attending.register(shop, email="home@x.example", s1_who="later")
    await attending.work()
    assert {what for _, what in await attending.mails()} == {"Registered"}


async def test_a_withdrawn_event_is_cancelled_for_whoever_held_it(attending: Attending) -> None:
    shop = await make_shop()
    path = await attending.register(shop)
    await attending.work()
    version = await attending.version(shop)
    await withdraw_event(actor=PORTAL, event_id=shop.event_id, version=version, now=clock.now())
    await attending.work()
    assert await attending.told(AMARA) == [("REQUEST", 0), ("CANCEL", 1)]
    assert await attending.ledger(shop) == []
    assert "This event is cancelled." in (await attending.client.get(path)).text


async def test_an_update_that_did_not_arrive_is_said_so(attending: Attending) -> None:
    shop = await make_shop()
    path = await attending.register(shop)
    await attending.work()
    attending.receiver.refuse_recipient = lambda _: "550 5.1.1 No such user here"
    await attending.move(shop, HOUR)
    await attending.work()
    assert await attending.ledger(shop) == [(AMARA, 1, False)]
    page = text_of(await attending.client.get(path))
    assert "Calendar entry, version 2: not arrived" in page
    assert "“Changed: " in page
    # Sent again by hand to an address that works after all: the same line of the ledger turns to good.
    attending.receiver.refuse_recipient = lambda _: None
    await attending.client.post(f"{path}/mail")
    await attending.work()
    assert await attending.ledger(shop) == [(AMARA, 2, True)]


async def test_jobs_carry_no_names_or_addresses(attending: Attending) -> None:
    shop = await make_shop()
    await attending.register(shop)
    await attending.move(shop, HOUR)
    await event_changed(shop.event_id, await attending.version(shop))
    payloads = [bytes(row["payload"] or b"") for row in await db.fetch("SELECT payload FROM pgqueuer")]
    assert [payload for payload in payloads if b"@" in payload or b"Amara" in payload] == []


async def test_those_in_line_hear_of_a_move_and_of_the_end(attending: Attending) -> None:
    shop = await make_shop(capacity=0)
    told = {"ticket_type": str(shop.tickets["Seat"]), "name": "Ada", "email": "ada@wait.example", "party_size": "2"}
    await attending.client.post(f"/events/{shop.slug}/waiting", data=told)
    await attending.work()
    await attending.move(shop, HOUR)
    await attending.work()
    assert "You keep your place in line." in await attending.text_to("ada@wait.example")
    assert await db.fetch_value("SELECT count(*) FROM waiting_entry WHERE left_at IS NULL") == 1
    await attending.call_off(shop, "The hall is closed.")
    await attending.work()
    last = await attending.text_to("ada@wait.example")
    assert "its waiting list is closed" in last
    assert "The hall is closed." in last
    place = await db.fetch_value("SELECT secret FROM waiting_entry")
    page = text_of(await attending.client.get(f"/waiting/{place}"))
    assert "The event was called off, and its waiting list closed" in page
    await event_changed(shop.event_id, await attending.version(shop))
    await attending.work()
    assert await db.fetch_value("SELECT count(*) FROM mail WHERE topic = 'waiting'") == 3
