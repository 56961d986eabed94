"""An event moves or is cancelled: mail, feed and ledger say the same; UID stays, SEQUENCE rises by one."""

from datetime import timedelta

import httpx
from icalendar import Calendar

from portal import wiring, worker
from portal.accounts.actors import PORTAL
from portal.calendars import queries as calendar_queries
from portal.calendars.commands import feed_address, rotate_feed_address
from portal.core import clock, db
from portal.core.settings import current
from portal.events.commands import cancel_event, move_event
from portal.registration.jobs import event_changed
from tests.factories.registration import Shop, make_shop


async def work() -> None:
    await worker.drain(wiring.services(current()))


async def register(client: httpx.AsyncClient, shop: Shop, email: str) -> str:
    answer = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    path = answer.headers["location"].removesuffix("/details")
    await client.post(f"{path}/details", data={"first_name": "A", "last_name": "B", "email": email, "s1_who": "me"})
    return str(path)


async def invitations(email: str) -> list[Calendar]:
    rows = await db.fetch(
        "SELECT p.content FROM mail_part p JOIN mail m ON m.id = p.mail WHERE m.recipient = $1 AND p.alternative ORDER BY m.id",
        email,
    )
    return [Calendar.from_ical(row["content"]) for row in rows]


async def move(shop: Shop, by: timedelta) -> None:
    row = await db.fetch_one("SELECT version, starts_at, ends_at, timezone FROM event WHERE id = $1", shop.event_id)
    assert row is not None
    await move_event(
        actor=PORTAL, event_id=shop.event_id, version=row["version"], starts_at=row["starts_at"] + by,
        ends_at=row["ends_at"] + by, timezone=row["timezone"], now=clock.now(),
    )  # fmt: skip


async def test_a_move_reaches_mail_feed_and_ledger_alike(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    path = await register(client, shop, "a@attendee.example")
    await work()
    secret = await feed_address(kind="person", key="a@attendee.example", now=clock.now())
    before = await client.get(f"/calendars/mine/{secret}.ics")
    assert before.status_code == 200
    again = await client.get(f"/calendars/mine/{secret}.ics", headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    await move(shop, timedelta(hours=2))
    held = await calendar_queries.holders("event", str(shop.event_id))
    assert [(h.address, h.number, h.newest) for h in held] == [("a@attendee.example", 1, False)]
    await work()
    first, second = await invitations("a@attendee.example")
    old, new = first.walk("VEVENT")[0], second.walk("VEVENT")[0]
    assert old["UID"] == new["UID"]
    assert (new["SEQUENCE"] - old["SEQUENCE"], new["DTSTART"].dt - old["DTSTART"].dt) == (1, timedelta(hours=2))
    assert (second["METHOD"], new["ORGANIZER"]) == ("REQUEST", old["ORGANIZER"])
    after = await client.get(f"/calendars/mine/{secret}.ics", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    fed = Calendar.from_ical(after.content).walk("VEVENT")[0]
    assert (fed["UID"], fed["SEQUENCE"], fed["DTSTART"].dt) == (new["UID"], new["SEQUENCE"], new["DTSTART"].dt)
    assert "ATTENDEE" not in fed
    held = await calendar_queries.holders("event", str(shop.event_id))
    assert [(h.address, h.number, h.newest) for h in held] == [("a@attendee.example", 2, True)]
    assert "Calendar entry, version 2" in (await client.get(path)).text


async def test_a_cancelled_event_stays_in_the_feed_and_leaves_the_calendar(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    path = await register(client, shop, "a@attendee.example")
    await work()
    version = await db.fetch_value("SELECT version FROM event WHERE id = $1", shop.event_id)
    await cancel_event(
        actor=PORTAL, event_id=shop.event_id, version=version, now=clock.now(), reason="The hall is closed."
    )
    await work()
    first, second = await invitations("a@attendee.example")
    assert second["METHOD"] == "CANCEL"
    assert second.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
    assert second.walk("VEVENT")[0]["SEQUENCE"] == first.walk("VEVENT")[0]["SEQUENCE"] + 1
    secret = await feed_address(kind="person", key="a@attendee.example", now=clock.now())
    fed = Calendar.from_ical((await client.get(f"/calendars/mine/{secret}.ics")).content).walk("VEVENT")
    assert [event["STATUS"] for event in fed] == ["CANCELLED"]
    page = await client.get(path)
    assert "The event is cancelled" in page.text
    refused = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    assert refused.status_code == 409


async def test_telling_twice_sends_once(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    for n in range(3):
        await register(client, shop, f"a{n}@attendee.example")
    await work()
    await move(shop, timedelta(days=1))
    await work()
    await event_changed(shop.event_id)
    await work()
    rows = await db.fetch("SELECT recipient, count(*) AS n FROM mail WHERE topic = 'calendar' GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(f"a{n}@attendee.example", 1) for n in range(3)]


async def test_a_rotated_feed_address_stops_working(client: httpx.AsyncClient) -> None:
    secret = await feed_address(kind="person", key="a@attendee.example", now=clock.now())
    assert (await client.get(f"/calendars/mine/{secret}.ics")).status_code == 200
    new = await rotate_feed_address(kind="person", key="a@attendee.example", now=clock.now())
    assert (await client.get(f"/calendars/mine/{secret}.ics")).status_code == 404
    assert (await client.get(f"/calendars/mine/{new}.ics")).status_code == 200
