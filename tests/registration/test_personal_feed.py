"""Somebody's own feed: complete, right on the first request after a change, and the account's for good."""

from datetime import timedelta
from urllib.parse import quote

import httpx
from icalendar import Calendar

from portal.accounts.commands import ensure_account, set_password
from portal.calendars import commands as calendar_commands
from portal.calendars.commands import rotate_feed_address
from portal.core import clock, db
from portal.events.tables import EventFormat
from tests.attending import AMARA, Attending, named
from tests.calendars import readers
from tests.factories.registration import make_shop

BOB = "bob@x.example"


def states(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [str(event["STATUS"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


async def test_a_seat_given_up_elsewhere_is_seen_at_once_and_stays_as_cancelled(attending: Attending) -> None:
    """Bob's seat stands in Amara's order; what she does to it, his feed shows, whatever headers his reader sends."""
    shop, client = await make_shop(), attending.client
    other = await make_shop()
    path = await attending.register(shop, 2, **named(2, BOB))
    await attending.register(other, **named(1, BOB))
    await attending.work()
    feed = await attending.feed(BOB)
    first = await client.get(feed)
    assert states(first) == ["CONFIRMED", "CONFIRMED"]
    assert "last-modified" not in first.headers
    assert (await client.get(feed, headers={"If-None-Match": first.headers["etag"]})).status_code == 304
    await client.post(f"{path}/seats/2/cancellation")
    headers = {"If-None-Match": first.headers["etag"], "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    after = await client.get(feed, headers=headers)
    assert states(after) == ["CANCELLED", "CONFIRMED"]
    gone = readers.by_icalendar(after.content)[0]
    assert gone.summary.startswith("Cancelled: ")
    assert readers.by_icalendar(first.content)[0].uid == gone.uid
    readers.assert_well_written(after.content)
    # Back again, it is an ordinary entry.
    await attending.register(shop, **named(1, BOB))
    assert states(await client.get(feed)) == ["CONFIRMED", "CONFIRMED"]


async def test_a_seat_passed_on_stays_as_cancelled(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop)
    await attending.work()
    data = {"first_name": "Bob", "last_name": "Vos", "email": BOB}
    await client.post(f"{path}/seats/1", data=data)
    await attending.work()
    assert states(await client.get(await attending.feed(AMARA["email"]))) == ["CANCELLED"]
    assert states(await client.get(await attending.feed(BOB))) == ["CONFIRMED"]


async def test_a_place_without_a_name_is_its_buyer_s(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, s1_who="later")
    feed = await attending.feed(AMARA["email"])
    assert states(await client.get(feed)) == ["CONFIRMED"]
    await client.post(f"{path}/seats/1/cancellation")
    assert states(await client.get(feed)) == ["CANCELLED"]


async def test_the_address_belongs_to_the_account_not_to_its_mailbox(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    await attending.register(shop, **named(1, "new@x.example"))
    feed = await attending.feed("old@x.example")
    assert states(await client.get(feed)) == []
    await db.execute("UPDATE account SET email = 'new@x.example' WHERE email = 'old@x.example'")
    assert states(await client.get(feed)) == ["CONFIRMED"]
    account_id = await ensure_account(email="new@x.example", name="Nova", now=clock.now())
    made = await rotate_feed_address(kind="person", key=str(account_id), now=clock.now())
    assert (await client.get(feed)).status_code == 404
    assert (await client.get(f"/calendars/mine/{made}.ics")).status_code == 200
    await calendar_commands.forget("new@x.example", clock.now() + timedelta(hours=1))
    assert (await client.get(f"/calendars/mine/{made}.ics")).status_code == 404


async def test_the_way_into_a_room_stands_in_one_s_own_feed_without_anything_of_one_s_own(attending: Attending) -> None:
    """Whoever has no name on a place yet joins nothing; nor does anybody once the event is off."""
    shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
    hall = await make_shop()
    path = await attending.register(shop, 2, **named(2, BOB))
    await attending.register(hall, **named(1, BOB))
    await attending.register(shop, s1_who="later", email="col@x.example")
    claim = (await attending.seats(path))[1]["claim_secret"]
    feed = await attending.feed(BOB)
    answer = await client.get(feed)
    readers.assert_well_written(answer.content)
    joins = {str(e["UID"]): str(e.get("CONFERENCE", "")) for e in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert sorted(joins.values()) == ["", f"http://localhost:8000/events/{shop.slug}/join"]
    assert f"Join online: http://localhost:8000/events/{shop.slug}/join".encode() in answer.content.replace(
        b"\r\n ", b""
    )
    assert claim.encode() not in answer.content.replace(b"\r\n ", b"")
    assert (await client.get(feed, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
    for other in (await attending.feed("col@x.example"), f"/events/{shop.slug}.ics", "/events.ics"):
        assert b"/join" not in (await client.get(other)).content
    await attending.call_off(shop)
    off = await client.get(feed)
    assert b"/join" not in off.content
    assert sorted(states(off)) == ["CANCELLED", "CONFIRMED"]


async def test_that_way_leads_whoever_signs_in_to_their_own_link(attending: Attending) -> None:
    shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
    path = await attending.register(shop, 2, **named(2, BOB))
    claim, way = (await attending.seats(path))[1]["claim_secret"], f"/events/{shop.slug}/join"
    asked = await client.get(way)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/account/sign-in?next={quote(way, safe='')}")
    await sign_in(client, BOB)
    led = await client.get(way)
    assert (led.status_code, led.headers["location"]) == (303, f"/join/{claim}")
    await client.post(f"{path}/seats/2/cancellation")
    gone = await client.get(way)
    assert gone.status_code == 404
    assert f"You are signed in as {BOB}" in gone.text
    assert (await client.get("/events/nothing/join")).status_code == 404


async def sign_in(client: httpx.AsyncClient, email: str) -> None:
    account_id = await ensure_account(email=email, name="Bob Vos", now=clock.now())
    await set_password(account_id=account_id, password="three vials on a line", now=clock.now())
    answer = await client.post("/account/sign-in", data={"email": email, "password": "three vials on a line"})
    assert answer.status_code == 303
