"""Webhooks of the stand-in: signed as documented, tried again, and as badly as they are told to go."""

import asyncio
import hashlib
import hmac
from datetime import timedelta

import httpx
import pytest

from portal.demo.stripe_standin.app import create_standin
from portal.demo.stripe_standin.settings import StandinSettings
from portal.payments.values import GatewayUnreachable
from tests.demo.conftest import Receiver
from tests.stripe_server import WEBHOOK_URL, StripeServer, serving, session_request

PAYING = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


async def pay(stripe: StripeServer) -> None:
    session = await stripe.gateway().create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(session.url)


def states(stripe: StripeServer) -> dict[str, int]:
    rows = stripe.standin.store.rows("SELECT state, count(*) AS n FROM delivery GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def test_a_delivery_is_signed_as_documented(stripe: StripeServer, receiver: Receiver) -> None:
    await pay(stripe)
    await stripe.deliver_all()
    assert receiver.types == PAYING
    request = receiver.deliveries[0]
    assert str(request.url) == WEBHOOK_URL
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    parts = dict(part.split("=", 1) for part in request.headers["stripe-signature"].split(","))
    secret = stripe.standin.settings.webhook_secret.encode()
    expected = hmac.new(secret, f"{parts['t']}.".encode() + request.content, hashlib.sha256).hexdigest()
    assert parts["v1"] == expected
    assert states(stripe) == {"delivered": 4}


async def test_nothing_goes_out_before_it_is_asked_for(stripe: StripeServer, receiver: Receiver) -> None:
    await pay(stripe)
    assert (receiver.types, states(stripe)) == ([], {"waiting": 4})


async def test_a_failed_delivery_is_tried_again(stripe: StripeServer, receiver: Receiver) -> None:
    receiver.answers = [500, 404]
    await pay(stripe)
    tries = await stripe.deliver_all()
    assert [one.status for one in tries] == [500, 404, 200, 200, 200, 200]
    assert sorted(receiver.types) == sorted([*PAYING, *PAYING[:2]])
    assert states(stripe) == {"delivered": 4}


async def test_it_gives_up_in_the_end(stripe: StripeServer, receiver: Receiver) -> None:
    receiver.answers = [500] * 100
    await pay(stripe)
    assert (len(await stripe.deliver_all()), states(stripe)) == (28, {"failed": 4})


async def test_nobody_listening_is_a_failure_too() -> None:
    standin = create_standin(StandinSettings(address="http://127.0.0.1:1", webhook_url="http://127.0.0.1:9/hook"))
    standin.account.tell("customer.created", {"id": "cus_1", "object": "customer", "created": 0})
    tries = await standin.deliver_all()
    assert {(one.status, one.note) for one in tries} == {(0, "ConnectError")}
    standin.store.close()


async def test_duplicates(stripe: StripeServer, receiver: Receiver) -> None:
    stripe.standin.behaviour.copies = 5
    await pay(stripe)
    await stripe.deliver_all()
    assert receiver.types == [kind for kind in PAYING for _ in range(5)]
    assert len({receiver.event(at)["id"] for at in range(5)}) == 1


@pytest.mark.parametrize(("order", "expected"), [("as_made", PAYING), ("reversed", PAYING[::-1])])
async def test_order(stripe: StripeServer, receiver: Receiver, order: str, expected: list[str]) -> None:
    assert (await stripe.control("behaviour", order=order)).json()["order"] == order
    await pay(stripe)
    await stripe.deliver_all()
    assert receiver.types == expected


async def test_shuffled_is_the_same_disorder_every_time(stripe: StripeServer, receiver: Receiver) -> None:
    stripe.standin.behaviour.order = "shuffled"
    await pay(stripe)
    await stripe.deliver_all()
    assert receiver.types != PAYING
    assert sorted(receiver.types) == sorted(PAYING)


async def test_dropped(stripe: StripeServer, receiver: Receiver) -> None:
    await stripe.control("behaviour", drop=3)
    await pay(stripe)
    await stripe.deliver_all()
    assert receiver.types == PAYING[3:]
    assert states(stripe) == {"dropped": 3, "delivered": 1}
    # The event itself can still be asked for.
    found = (await stripe.api("GET", "/v1/events?limit=100")).json()["data"]
    assert [event["type"] for event in found] == PAYING[::-1]
    assert [event["pending_webhooks"] for event in found] == [0, 1, 1, 1]


async def test_cut_after_it_arrived(stripe: StripeServer, receiver: Receiver) -> None:
    await stripe.control("behaviour", cut=1)
    await pay(stripe)
    tries = await stripe.deliver_all()
    assert [(one.type, one.note) for one in tries[:2]] == [(PAYING[0], "connection cut"), (PAYING[1], "")]
    assert receiver.types == [*PAYING, PAYING[0]]
    assert states(stripe) == {"delivered": 4}


async def test_delayed(stripe: StripeServer, receiver: Receiver) -> None:
    stripe.standin.behaviour.delay_seconds = 60
    await pay(stripe)
    deliveries = stripe.standin.deliveries
    assert await deliveries.deliver(due_only=True) == []
    stripe.clock.forward(timedelta(seconds=61))
    await deliveries.deliver(due_only=True)
    assert receiver.types == PAYING


async def test_a_retry_waits_its_time(stripe: StripeServer, receiver: Receiver) -> None:
    receiver.answers = [503]
    await pay(stripe)
    deliveries = stripe.standin.deliveries
    assert len(await deliveries.deliver(due_only=True)) == 4
    assert await deliveries.deliver(due_only=True) == []
    stripe.clock.forward(timedelta(seconds=3))
    assert [one.type for one in await deliveries.deliver(due_only=True)] == PAYING[:1]


async def test_delivered_before_the_answer(stripe: StripeServer, receiver: Receiver) -> None:
    stripe.standin.behaviour.before_answer = True
    gateway = stripe.gateway()
    session = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await gateway.expire_session(session.id)
    assert receiver.types == ["checkout.session.expired"]
    second = await gateway.create_session(purchase=session_request(attempt=2), idempotency_key="k2")
    await stripe.pay(second.url)
    assert receiver.types[1:] == PAYING


class Impatient(Receiver):
    """Sends the API call again while the first one is still being answered."""

    server: StripeServer
    heard: httpx.Response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard = await self.server.api("POST", "/v1/customers", "email=a@b.example", idempotency_key="k")
        return await super().handle_async_request(request)


async def test_a_key_in_use_is_409() -> None:
    receiver = Impatient()
    async with serving(transport=receiver) as stripe:
        receiver.server = stripe
        stripe.standin.behaviour.before_answer = True
        first = await stripe.api("POST", "/v1/customers", "email=a@b.example", idempotency_key="k")
        assert first.status_code == 200
        error = receiver.heard.json()["error"]
        assert (receiver.heard.status_code, error["code"]) == (409, "idempotency_key_in_use")


async def test_a_lost_answer_is_found_again_under_its_key(stripe: StripeServer) -> None:
    stripe.standin.behaviour.lose_answers = 1
    gateway = stripe.gateway(retries=0)
    purchase = session_request()
    with pytest.raises(GatewayUnreachable):
        await gateway.create_session(purchase=purchase, idempotency_key="k")
    session = await gateway.create_session(purchase=purchase, idempotency_key="k")
    found = (await stripe.api("GET", "/v1/checkout/sessions")).json()["data"]
    assert [one["id"] for one in found] == [session.id]


async def test_unavailable_does_nothing(stripe: StripeServer) -> None:
    await stripe.control("behaviour", unavailable=1)
    gateway = stripe.gateway(retries=0)
    with pytest.raises(GatewayUnreachable):
        await gateway.create_session(purchase=session_request(), idempotency_key="k")
    assert (await stripe.api("GET", "/v1/checkout/sessions")).json()["data"] == []


async def test_a_bad_behaviour_is_refused_and_changes_nothing(stripe: StripeServer) -> None:
    await stripe.control("behaviour", copies=3)
    for wrong in ({"copies": 0}, {"copies": "many"}, {"colour": 1}, {"drop": -1}, {"order": "alphabetical"}):
        assert (await stripe.control("behaviour", **wrong)).status_code == 400
    state = (await stripe.browser.get(f"{stripe.address}/_control/state")).json()
    assert state["behaviour"]["copies"] == 3


async def test_endpoints_of_the_api_have_secrets_and_wishes_of_their_own(
    stripe: StripeServer, receiver: Receiver
) -> None:
    body = "url=https://crm.example/hook&enabled_events[0]=checkout.session.completed"
    hook = (await stripe.api("POST", "/v1/webhook_endpoints", body, idempotency_key="1")).json()
    assert hook["secret"].startswith("whsec_")
    again = (await stripe.api("GET", f"/v1/webhook_endpoints/{hook['id']}")).json()
    assert "secret" not in again
    await pay(stripe)
    await stripe.deliver_all()
    theirs = [request for request in receiver.deliveries if request.url.host == "crm.example"]
    assert len(theirs) == 1
    mine = stripe.gateway(webhook_secret=hook["secret"])
    assert mine.verify_event(theirs[0].content, theirs[0].headers["stripe-signature"]).type == PAYING[-1]
    changed = await stripe.api("POST", f"/v1/webhook_endpoints/{hook['id']}", "disabled=true", idempotency_key="2")
    assert changed.json()["status"] == "disabled"
    assert (await stripe.api("DELETE", f"/v1/webhook_endpoints/{hook['id']}")).json()["deleted"] is True
    assert len((await stripe.api("GET", "/v1/webhook_endpoints")).json()["data"]) == 1


@pytest.mark.parametrize("body", ["url=https://a.example", "enabled_events[0]=*", "url=nowhere&enabled_events[0]=*"])
async def test_half_an_endpoint_is_refused(stripe: StripeServer, body: str) -> None:
    assert (await stripe.api("POST", "/v1/webhook_endpoints", body, idempotency_key="1")).status_code == 400


async def test_sent_again_by_hand(stripe: StripeServer, receiver: Receiver) -> None:
    await pay(stripe)
    await stripe.deliver_all()
    event = receiver.event(0)["id"]
    assert (await stripe.control(f"events/{event}/delivery")).json() == {"queued": 1}
    assert len((await stripe.control("deliver")).json()["delivered"]) == 1
    assert [receiver.event(0)["id"], receiver.event(4)["id"]] == [event, event]


async def test_in_the_background_they_go_out_by_themselves(receiver: Receiver) -> None:
    settings = StandinSettings(address="http://127.0.0.1:1", webhook_url=WEBHOOK_URL)
    standin = create_standin(settings, transport=receiver)
    async with standin.running(), asyncio.timeout(10):
        standin.account.tell("customer.created", {"id": "cus_1", "object": "customer", "created": 0})
        while not receiver.deliveries:
            await asyncio.sleep(0)
    assert receiver.types == ["customer.created"]
