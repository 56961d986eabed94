"""An event is called off while people are on their way through checkout: nobody is registered, no money is kept."""

from typing import Any

import httpx
import pytest

from portal import wiring, worker
from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.settings import current
from portal.events.commands import cancel_event, withdraw_event
from portal.registration.commands.waiting import join_waiting_list
from tests.factories.registration import Shop, make_shop
from tests.paying import Paying, text_of

DETAILS = {"first_name": "Amara", "last_name": "Okonjo-Reuter", "email": "amara@brennhof.example", "s1_who": "me"}


async def hold(client: httpx.AsyncClient, shop: Shop) -> str:
    answer = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("/details")


async def call_off(shop: Shop, act: Any = cancel_event) -> None:
    version = await db.fetch_value("SELECT version FROM event WHERE id = $1", shop.event_id)
    await act(actor=PORTAL, event_id=shop.event_id, version=version, now=clock.now())


async def work() -> None:
    await worker.drain(wiring.services(current()))


@pytest.mark.parametrize("act", [cancel_event, withdraw_event])
async def test_a_held_order_can_no_longer_be_confirmed(client: httpx.AsyncClient, act: Any) -> None:
    shop = await make_shop(capacity=5)
    path = await hold(client, shop)
    await call_off(shop, act)
    answer = await client.post(f"{path}/details", data=DETAILS)
    assert answer.status_code == 409
    assert "This event has been called off. Nothing was registered, and nothing is charged." in text_of(answer)
    await work()
    page = text_of(await client.get(path))
    assert "This event is cancelled." in page
    assert "The event was called off." in page
    assert "Choose tickets again" not in page
    assert await db.fetch_value("SELECT taken FROM quota") == 0
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0


async def test_the_line_is_not_praised_where_nobody_can_join(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    await hold(client, shop)
    assert "First come, first offered." in (await client.get(f"/events/{shop.slug}/waiting")).text
    await call_off(shop)
    page = text_of(await client.get(f"/events/{shop.slug}/waiting"))
    assert ("Registration is closed" in page, "First come" in page) == (True, False)


async def test_who_was_confirmed_just_before_hears_of_the_cancellation_only(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5)
    path = await hold(client, shop)
    await client.post(f"{path}/details", data=DETAILS)
    await call_off(shop)
    await work()
    subjects = [row["subject"].partition(":")[0] for row in await db.fetch("SELECT subject FROM mail")]
    assert subjects == ["Cancelled"]
    assert (await client.get(f"{path}/tickets.pdf")).status_code == 409


async def test_nobody_in_line_is_offered_a_place(client: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1)
    await hold(client, shop)
    await join_waiting_list(
        event_id=shop.event_id, ticket_type=shop.tickets["Seat"], email="ada@wait.example", name="Ada", party_size=1,
        now=clock.now(),
    )  # fmt: skip
    await work()
    await call_off(shop)
    await work()
    assert await db.fetch_value("SELECT taken FROM quota") == 0
    assert await db.fetch_value("SELECT offered_at FROM waiting_entry") is None


async def test_the_payment_page_is_closed(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await call_off(shop)
    await paying.everything_settles()
    assert (await paying.stripe.pay(url)).status_code != 303
    assert await paying.state(path) == ("lapsed", "void")


async def test_money_that_was_under_way_goes_back(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    url = await paying.to_payment(path)
    await paying.stripe.pay(url)
    await call_off(shop)
    await paying.stripe.deliver_all()
    await paying.services.payments.settle(await db.fetch_value("SELECT id FROM purchase"))
    assert await paying.state(path) == ("lapsed", "returned")
    await paying.everything_settles()
    row = await db.fetch_one("SELECT amount, state FROM refund")
    assert row is not None
    assert tuple(row) == (5950, "succeeded")
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 0
    why = "The event was called off before the payment arrived, so nothing was booked."
    page = text_of(await paying.client.get(path))
    assert f"{why} All of it goes back the way it was paid." in page
    assert "€59.50 sent back" in page
    assert "To Visa ending 4242. Banks take up to ten days to show it." in page
    told = await db.fetch("SELECT recipient, text FROM mail ORDER BY recipient")
    assert [row["recipient"] for row in told] == ["amara@brennhof.example", "desk@sterileline.example"]
    assert f"could not use it. {why} We have sent the whole amount back" in " ".join(told[0]["text"].split())


async def test_late_money_for_a_place_that_is_free_goes_back_too(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await call_off(shop)
    await paying.everything_settles()
    assert await paying.state(path) == ("lapsed", "returned")
    assert await db.fetch_value("SELECT state FROM refund") == "succeeded"
