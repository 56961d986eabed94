"""Staff decide who comes: places are kept meanwhile, everybody hears, and nothing is decided twice."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden
from portal.events.commands import cancel_event
from portal.registration import privacy
from portal.registration.commands.approving import approve_order, end_undecided, refuse_order
from portal.registration.commands.lapsing import give_back, lapse_due
from portal.registration.queries import requests
from portal.registration.queries.orders import order_by_secret
from portal.registration.values.offers import CodeOffer
from tests.attending import AMARA, ME, Attending, named
from tests.factories.registration import Shop, ask, make_shop, rule
from tests.paying import Paying, text_of
from tests.queries import counting

EMAIL = AMARA["email"]
DAY = timedelta(days=1)


async def request(attending: Attending, shop: Shop, count: int = 1, **details: str) -> str:
    """Ask for places; gives the order's address."""
    held = await attending.client.post(
        f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": str(count)}
    )
    assert held.status_code == 303, held.text
    path = str(held.headers["location"].removesuffix("/details"))
    later = {f"s{n}_who": "later" for n in range(2, count + 1)}
    answer = await attending.client.post(f"{path}/details", data={**ME, **later, **details})
    assert (answer.status_code, answer.headers.get("location")) == (303, path), answer.text
    return path


async def asked(attending: Attending, **offer: Any) -> tuple[Shop, str]:
    shop = await make_shop(**offer)
    await rule(shop, approval=True)
    return shop, await request(attending, shop)


async def number_of(path: str) -> int:
    return int(await db.fetch_value("SELECT id FROM seat_order WHERE secret = $1", path.rpartition("/")[2]))


async def stands(path: str) -> tuple[str, int]:
    """(the order's state, places taken of the event)."""
    row = await db.fetch_one(
        "SELECT o.state, (SELECT sum(taken)::int FROM quota q WHERE q.event = o.event) AS taken FROM seat_order o "
        "WHERE o.id = $1",
        await number_of(path),
    )
    assert row is not None
    return row["state"], row["taken"]


async def test_places_are_kept_and_the_applicant_hears(attending: Attending, editor: httpx.AsyncClient) -> None:
    _, path = await asked(attending, capacity=3)
    await attending.work()
    assert await stands(path) == ("requested", 1)
    assert await attending.mails() == [(EMAIL, "We have your request")]
    assert await attending.told(EMAIL) == []
    later = clock.now() + 20 * DAY
    assert await lapse_due(now=later) == 0
    assert await stands(path) == ("requested", 1)
    page = text_of(await attending.client.get(path))
    for said in ("The organiser is looking at your registration.", "The place is kept until it is decided.",
                 "The organiser decides soon", "Taken out of sale for you.", "Take the request back"):  # fmt: skip
        assert said in page
    for no in ("Show this", "Ticket issued", "Add to calendar", "minutes"):
        assert no not in page
    assert (await attending.client.get(f"{path}/tickets.pdf")).status_code == 404
    assert re.search(r"Requests <b class=\"num\">1", (await editor.get("/staff/events")).text)


async def test_approved_for_nothing_it_is_an_ordinary_registration(
    attending: Attending, editor: httpx.AsyncClient
) -> None:
    _, path = await asked(attending)
    await attending.work()
    answer = await editor.post("/staff/requests/approval", data={"order": str(await number_of(path))})
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/requests")
    assert "1 request approved." in text_of(await editor.get("/staff/requests"))
    await attending.work()
    assert await stands(path) == ("confirmed", 1)
    assert [what for _, what in await attending.mails()] == ["We have your request", "Registered"]
    assert await attending.told(EMAIL) == [("REQUEST", 0)]
    page = text_of(await attending.client.get(path))
    for said in ("You are going to Vienna, Amara.", "Approved by the organiser", "Ticket issued"):
        assert said in page
    verbs = [row["verb"] for row in await db.fetch("SELECT verb FROM audit_entry WHERE kind = 'order'")]
    assert verbs == ["approve order"]
    again = await editor.post("/staff/requests/approval", data={"order": str(await number_of(path))})
    assert again.status_code == 409
    assert "no longer waits for a decision: it is confirmed." in text_of(again)


async def test_refused_the_places_are_free_and_the_reason_is_read(
    attending: Attending, editor: httpx.AsyncClient
) -> None:
    shop, path = await asked(attending, capacity=1)
    ada = {"ticket_type": str(shop.tickets["Seat"]), "name": "Ada", "email": "ada@wait.example", "party_size": "1"}
    assert (await attending.client.post(f"/events/{shop.slug}/waiting", data=ada)).status_code == 303
    typed = {"order": str(await number_of(path)), "reason": "For members only,\nthis time."}
    assert (await editor.post("/staff/requests/refusal", data=typed)).status_code == 303
    await attending.work()
    assert await stands(path) == ("cancelled", 1)
    assert "No place this time" in dict(await attending.mails())[EMAIL]
    assert "For members only, this time." in await attending.text_to(EMAIL)
    assert "held for you" in await attending.text_to("ada@wait.example")
    page = text_of(await attending.client.get(path))
    assert "There is no place for you this time." in page
    assert "For members only, this time." in page


async def test_several_are_decided_at_once_and_one_in_the_way_stops_no_other(
    attending: Attending, editor: httpx.AsyncClient
) -> None:
    shop, first = await asked(attending)
    second, third = [await request(attending, shop, email=f"{who}@x.example") for who in ("bob", "col")]
    await attending.client.post(f"{second}/return")
    orders = [str(await number_of(path)) for path in (first, second, third)]
    page = await editor.get("/staff/requests")
    assert re.findall(
        r'name="order" value="(\d+)"[^>]*id="f-order"|form="several" name="order" value="(\d+)"', page.text
    )
    answer = await editor.post("/staff/requests/approval", data={"order": orders})
    assert answer.status_code == 303
    shown = text_of(await editor.get("/staff/requests"))
    assert "2 requests approved. SL-" in shown
    assert "no longer waits for a decision: it has ended." in shown
    assert [(await stands(path))[0] for path in (first, second, third)] == ["confirmed", "cancelled", "confirmed"]
    for nothing in ({}, {"order": "0"}, {"order": "x"}):
        refused = await editor.post("/staff/requests/refusal", data={**nothing, "reason": "Kept as typed."})
        assert refused.status_code == 422
        assert "Kept as typed." in refused.text or "Nothing waits" in refused.text


async def test_a_request_is_taken_back(attending: Attending) -> None:
    _, path = await asked(attending)
    answer = await attending.client.post(f"{path}/return")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert await stands(path) == ("cancelled", 0)
    page = text_of(await attending.client.get(path))
    assert "This registration has ended." in page
    assert "The request was taken back." in page
    assert (await attending.client.post(f"{path}/return")).status_code == 409
    with pytest.raises(Conflict, match="it has ended"):
        await approve_order(actor=PORTAL, order_id=await number_of(path), now=clock.now())


@pytest.mark.parametrize("rivals", ["approve twice", "approve and take back", "approve and refuse"])
async def test_at_the_same_moment_one_wins(attending: Attending, rivals: str) -> None:
    shop, path = await asked(attending, capacity=50)
    paths = [path, *[await request(attending, shop, email=f"p{n}@x.example") for n in range(7)]]
    now = clock.now()
    for one in paths:
        order = await number_of(one)
        if rivals == "approve twice":
            other = approve_order(actor=PORTAL, order_id=order, now=now)
        elif rivals == "approve and refuse":
            other = refuse_order(actor=PORTAL, order_id=order, note="", now=now)
        else:
            other = give_back(order_id=order, now=now)
        done = await asyncio.gather(approve_order(actor=PORTAL, order_id=order, now=now), other, return_exceptions=True)
        assert sorted(type(result).__name__ for result in done) == ["Conflict", "NoneType"]
    confirmed = [await stands(one) for one in paths]
    taken = sum(state == "confirmed" for state, _ in confirmed)
    assert confirmed[0][1] == taken
    await attending.work()
    mails = await db.fetch_value("SELECT count(*) FROM mail WHERE subject LIKE 'Registered%'")
    assert mails == taken


async def test_called_off_meanwhile_nobody_is_let_in_until_it_is_on_again(
    attending: Attending, editor: httpx.AsyncClient
) -> None:
    shop, path = await asked(attending)
    await attending.work()
    await attending.call_off(shop, "The hall is closed.")
    await attending.work()
    assert (await attending.mails())[-1] == (EMAIL, "Cancelled")
    assert "The hall is closed." in await attending.text_to(EMAIL)
    assert await db.fetch_value(requests.COUNT_WAITING) == 0
    assert "Nothing waits" in (await editor.get("/staff/requests")).text
    with pytest.raises(Conflict, match="the event was called off"):
        await approve_order(actor=PORTAL, order_id=await number_of(path), now=clock.now())
    assert "This event is cancelled." in (await attending.client.get(path)).text
    await attending.put_on_again(shop)
    await attending.work()
    assert await stands(path) == ("requested", 1)
    await approve_order(actor=PORTAL, order_id=await number_of(path), now=clock.now())
    assert await stands(path) == ("confirmed", 1)


async def test_what_nobody_decided_in_time_ends_and_is_told(attending: Attending) -> None:
    _, path = await asked(attending)
    await db.execute("UPDATE event SET starts_at = now() - interval '9 hours', ends_at = now() - interval '1 hour'")
    with pytest.raises(Conflict, match="the event is over"):
        await approve_order(actor=PORTAL, order_id=await number_of(path), now=clock.now())
    assert await end_undecided(now=clock.now()) == 1
    assert await end_undecided(now=clock.now()) == 0
    await attending.work()
    assert await stands(path) == ("cancelled", 0)
    assert "Nobody decided about your request before the event was over." in await attending.text_to(EMAIL)


async def test_approved_it_is_paid_within_two_days(paying: Paying) -> None:
    shop = await make_shop(price=5000, codes=(CodeOffer("ONCE", amount_off=1000, max_uses=1),))
    await rule(shop, approval=True)
    path = await paying.hold(shop, code="ONCE")
    assert await paying.to_payment(path) == path
    assert await paying.state(path) == ("requested", "open")
    assert await db.fetch_value("SELECT used FROM promo_code") == 1
    await paying.client.post(f"{path}/payment")
    assert await db.fetch_value("SELECT count(*) FROM payment_attempt") == 0
    page = text_of(await paying.client.get(path))
    assert "To pay once approved €47.60" in page
    assert "Nothing is charged before. Once you are let in, you have two days to pay." in page
    now = clock.now()
    await approve_order(actor=PORTAL, order_id=await number_of(path), now=now)
    await paying.work()
    row = await db.fetch_one("SELECT state, holds_until, decided_at FROM seat_order")
    assert row is not None
    assert (row["state"], row["holds_until"] - row["decided_at"]) == ("held", 2 * DAY)
    mail = await db.fetch_one("SELECT subject, text FROM mail ORDER BY id DESC LIMIT 1")
    assert mail is not None
    assert mail["subject"].startswith("You can come: ")
    assert f"http://localhost:8000{path}" in mail["text"]
    assert "€47.60" in mail["text"]
    page = text_of(await paying.client.get(path))
    assert "You can come. Your place is held until you have paid." in page
    assert "Pay €47.60" in page
    # The details are still there, and saved again they are not asked about again.
    shown = await paying.client.get(f"{path}/details")
    assert 'value="Okonjo-Reuter"' in shown.text
    assert "Ask for" not in shown.text
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    assert await paying.state(path) == ("confirmed", "paid")
    assert await paying.counts() == {"invoices": 1, "seats": 1, "mails": 2, "refunds": 0}
    page = text_of(await paying.client.get(path))
    assert page.index("Sent to the organiser") < page.index("Approved by the organiser") < page.index("€47.60 received")


async def test_not_paid_in_time_the_place_is_free_and_the_applicant_hears(paying: Paying) -> None:
    shop = await make_shop(price=5000, capacity=1)
    await rule(shop, approval=True)
    path = await paying.hold(shop)
    await paying.to_payment(path)
    now = clock.now()
    await approve_order(actor=PORTAL, order_id=await number_of(path), now=now)
    assert await lapse_due(now=now + 2 * DAY - timedelta(seconds=1)) == 0
    assert await lapse_due(now=now + 2 * DAY) == 1
    await paying.work()
    assert await stands(path) == ("lapsed", 0)
    assert await db.fetch_value("SELECT state FROM purchase") == "void"
    subject = await db.fetch_value("SELECT subject FROM mail ORDER BY id DESC LIMIT 1")
    assert subject.startswith("Your time to pay has run out: ")
    # An ordinary hold that runs out is told to nobody.
    await rule(shop, approval=False)
    await paying.to_payment(await paying.hold(shop))
    assert await lapse_due(now=now + 3 * DAY) == 1
    await paying.work()
    assert await db.fetch_value("SELECT count(*) FROM mail WHERE subject LIKE 'Your time to pay%'") == 1


async def test_whoever_was_let_in_hears_that_the_event_is_off(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    await rule(shop, approval=True)
    path = await paying.hold(shop)
    await paying.to_payment(path)
    await approve_order(actor=PORTAL, order_id=await number_of(path), now=clock.now())
    version = await db.fetch_value("SELECT version FROM event")
    await cancel_event(
        actor=PORTAL, event_id=shop.event_id, version=version, reason="The hall is closed.", now=clock.now()
    )
    await paying.work()
    assert await stands(path) == ("lapsed", 0)
    assert await db.fetch_value("SELECT subject FROM mail ORDER BY id DESC LIMIT 1") == await db.fetch_value(
        "SELECT 'Cancelled: ' || title FROM event"
    )


async def test_the_queue_shows_who_asks_and_what_they_answered(attending: Attending, editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    field = await ask(shop, "Your part")
    await rule(shop, approval=True, recording_choice=True)
    given = {
        f"s1_{field}": "Quality",
        f"s2_{field}": "Sales <b>",
        "s2_watching": "recording",
        "company": "Brennhof Pharma",
    }
    first = await request(attending, shop, 2, **named(2, "bob@x.example"), **given)
    other = await make_shop()
    await rule(other, approval=True)
    await request(attending, other, email="col@x.example")
    page = await editor.get("/staff/requests")
    said = text_of(page)
    for words in (
        "Amara Okonjo , Brennhof Pharma Seat, live", "Your part Quality", "Your part Sales &lt;b&gt;",
        "Bob Vos , Brennhof Pharma Seat, with the recording", "col@x.example",
    ):  # fmt: skip
        assert words in said, said
    only = await editor.get(f"/staff/requests?event={shop.event_id}")
    assert "col@x.example" not in only.text
    done = await editor.post(
        "/staff/requests/approval", data={"order": str(await number_of(first)), "event": str(shop.event_id)}
    )
    assert done.headers["location"] == f"/staff/requests?event={shop.event_id}"
    seen = []
    for count in (1, 29):
        for n in range(count):
            await request(attending, other, email=f"p{count}-{n}@x.example")
        await db.execute("DELETE FROM rate_limit")
        async with counting() as statements:
            assert (await editor.get("/staff/requests")).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]
    assert (await editor.get("/staff/requests?page=2")).status_code == 200
    assert (await editor.get("/staff/requests?page=9")).status_code == 404


async def test_only_editors_decide(attending: Attending, sign_in: Any) -> None:
    _, path = await asked(attending)
    order = str(await number_of(path))
    person = await sign_in(StaffRole.FINANCE)
    for act in ("approval", "refusal"):
        assert (await person.post(f"/staff/requests/{act}", data={"order": order})).status_code == 403
        assert (await attending.client.post(f"/staff/requests/{act}", data={"order": order})).status_code == 303
    assert (await person.get("/staff/requests")).status_code == 403
    assert 'href="/staff/requests"' not in (await person.get("/staff/money")).text
    record = await order_by_secret(path.rpartition("/")[2])
    assert record is not None
    with pytest.raises(Forbidden):
        await approve_order(actor=Actor(account_id=1, email="", name=""), order_id=record.id, now=clock.now())
    assert await stands(path) == ("requested", 1)


async def test_erasing_takes_requests_back(attending: Attending) -> None:
    _, path = await asked(attending)
    assert [fact["what"] for fact in await privacy.known_about(EMAIL)] == ["Order", "Place"]
    await privacy.forget(EMAIL, clock.now())
    assert await stands(path) == ("cancelled", 0)
    assert await privacy.known_about(EMAIL) == []
    assert await db.fetch_value("SELECT draft::text FROM seat_order") == "{}"
