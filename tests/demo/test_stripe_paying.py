"""Paying at the stand-in: every test card, 3-D Secure, delayed debits, expiry, and the events each causes."""

from datetime import timedelta
from typing import Any

import pytest

from portal.demo.stripe_standin.acts import sessions
from portal.payments.values import SessionLine
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer, session_request

PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
DECLINED = ["charge.failed", "payment_intent.payment_failed"]


async def opened(stripe: StripeServer, **changes: Any) -> dict[str, Any]:
    made = await stripe.gateway().create_session(purchase=session_request(**changes), idempotency_key=str(changes))
    return stripe.standin.account.fetch("checkout.session", made.id)


def thing(stripe: StripeServer, kind: str, thing_id: str) -> dict[str, Any]:
    return stripe.standin.account.fetch(kind, thing_id)


async def told(stripe: StripeServer, receiver: Receiver) -> list[str]:
    """The types of the events since the last time, in their order."""
    receiver.deliveries.clear()
    await stripe.deliver_all()
    return receiver.types


@pytest.mark.parametrize("number", ["4242424242424242", "5555555555554444", "4000002760000016"])
async def test_a_good_card(stripe: StripeServer, receiver: Receiver, number: str) -> None:
    session = await opened(stripe)
    answer = await stripe.pay(session["url"], card=number)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://localhost:8000/orders/secret?returned={session['id']}"
    after = thing(stripe, "checkout.session", session["id"])
    assert (after["status"], after["payment_status"], after["url"]) == ("complete", "paid", None)
    assert after["customer_details"]["email"] == "amara@brennhof.example"
    assert after["customer"] is None
    intent = thing(stripe, "payment_intent", after["payment_intent"])
    assert (intent["status"], intent["amount_received"], intent["metadata"]) == (
        "succeeded",
        259420,
        session["metadata"],
    )
    charge = thing(stripe, "charge", intent["latest_charge"])
    assert (charge["status"], charge["paid"], charge["captured"]) == ("succeeded", True, True)
    assert charge["payment_method_details"]["card"]["last4"] == number[-4:]
    line = thing(stripe, "balance_transaction", charge["balance_transaction"])
    assert (line["amount"], line["fee"], line["net"]) == (259420, 3916, 255504)
    assert await told(stripe, receiver) == ["payment_intent.created", *PAID]


@pytest.mark.parametrize(
    ("number", "code", "decline_code", "message"),
    [
        ("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
        ("4000000000009995", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000009987", "card_declined", "lost_card", "Your card was declined."),
        ("4000000000000069", "expired_card", None, "Your card has expired."),
        ("4000000000000127", "incorrect_cvc", None, "Your card's security code is incorrect."),
        ("4000000000000119", "processing_error", None,
         "An error occurred while processing your card. Try again in a little bit."),
    ],
)  # fmt: skip
async def test_a_declined_card_and_another_try(
    stripe: StripeServer, receiver: Receiver, number: str, code: str, decline_code: str | None, message: str
) -> None:
    session = await opened(stripe)
    answer = await stripe.pay(session["url"], card=number)
    assert answer.status_code == 402
    assert message.replace("'", "&#39;") in answer.text
    after = thing(stripe, "checkout.session", session["id"])
    assert (after["status"], after["payment_status"]) == ("open", "unpaid")
    intent = thing(stripe, "payment_intent", after["payment_intent"])
    error = intent["last_payment_error"]
    assert intent["status"] == "requires_payment_method"
    assert (error["type"], error["code"], error.get("decline_code"), error["message"]) == (
        "card_error", code, decline_code, message,
    )  # fmt: skip
    charge = thing(stripe, "charge", intent["latest_charge"])
    assert (charge["status"], charge["failure_code"], charge["amount_captured"]) == ("failed", code, 0)
    assert await told(stripe, receiver) == ["payment_intent.created", *DECLINED]
    assert (await stripe.pay(session["url"])).status_code == 303
    assert thing(stripe, "payment_intent", intent["id"])["last_payment_error"] is None
    assert await told(stripe, receiver) == PAID


async def test_a_real_card_is_declined_and_not_kept(stripe: StripeServer) -> None:
    session = await opened(stripe)
    answer = await stripe.pay(session["url"], card="4012888888881881")
    assert answer.status_code == 402
    after = thing(stripe, "checkout.session", session["id"])
    error = thing(stripe, "payment_intent", after["payment_intent"])["last_payment_error"]
    assert error["decline_code"] == "test_mode_live_card"
    kept = stripe.standin.store.rows("SELECT count(*) AS n FROM object WHERE body || hidden LIKE '%401288888888%'")
    assert kept[0]["n"] == 0


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184"])
async def test_3d_secure_approved(stripe: StripeServer, receiver: Receiver, number: str) -> None:
    session = await opened(stripe)
    answer = await stripe.pay(session["url"], card=number)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/pay/{session['id']}/authenticate")
    intent_id = thing(stripe, "checkout.session", session["id"])["payment_intent"]
    intent = thing(stripe, "payment_intent", intent_id)
    assert (intent["status"], intent["next_action"]["type"]) == ("requires_action", "redirect_to_url")
    assert await told(stripe, receiver) == ["payment_intent.created", "payment_intent.requires_action"]
    answer = await stripe.authenticate(session["url"], approve=True)
    assert answer.headers["location"] == f"http://localhost:8000/orders/secret?returned={session['id']}"
    intent = thing(stripe, "payment_intent", intent_id)
    assert (intent["status"], intent["next_action"]) == ("succeeded", None)
    secure = thing(stripe, "charge", intent["latest_charge"])["payment_method_details"]["card"]["three_d_secure"]
    assert secure["result"] == "authenticated"
    assert await told(stripe, receiver) == PAID


async def test_3d_secure_failed(stripe: StripeServer, receiver: Receiver) -> None:
    session = await opened(stripe)
    await stripe.pay(session["url"], card="4000002760003184")
    answer = await stripe.authenticate(session["url"], approve=False)
    assert answer.status_code == 402
    intent_id = thing(stripe, "checkout.session", session["id"])["payment_intent"]
    intent = thing(stripe, "payment_intent", intent_id)
    assert (intent["status"], intent["latest_charge"]) == ("requires_payment_method", None)
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    types = await told(stripe, receiver)
    assert types[1:] == ["payment_intent.requires_action", "payment_intent.payment_failed"]
    # The question is answered: answering it again does nothing.
    answer = await stripe.authenticate(session["url"], approve=True)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/pay/{session['id']}")
    assert thing(stripe, "checkout.session", session["id"])["payment_status"] == "unpaid"


async def test_3d_secure_approved_and_then_declined(stripe: StripeServer) -> None:
    session = await opened(stripe)
    await stripe.pay(session["url"], card="4000008260003178")
    answer = await stripe.authenticate(session["url"], approve=True)
    assert answer.status_code == 402
    assert "Your card has insufficient funds." in answer.text


async def test_a_disputed_card(stripe: StripeServer, receiver: Receiver) -> None:
    session = await opened(stripe)
    await stripe.pay(session["url"], card="4000000000000259")
    types = await told(stripe, receiver)
    assert types[-3:] == ["checkout.session.completed", "charge.dispute.created", "charge.dispute.funds_withdrawn"]
    dispute = (await stripe.api("GET", "/v1/disputes?expand[]=data.charge")).json()["data"][0]
    assert (dispute["status"], dispute["charge"]["disputed"], dispute["amount"]) == ("needs_response", True, 259420)
    assert (await stripe.control(f"disputes/{dispute['id']}/outcome", outcome="succeed")).status_code == 200
    assert await told(stripe, receiver) == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert (await stripe.control(f"disputes/{dispute['id']}/outcome", outcome="fail")).status_code == 400


async def test_paying_twice_charges_once(stripe: StripeServer) -> None:
    session = await opened(stripe)
    first = await stripe.pay(session["url"])
    again = await stripe.pay(session["url"])
    assert again.headers["location"] == first.headers["location"]
    assert len((await stripe.api("GET", "/v1/charges")).json()["data"]) == 1


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"card": "4242"}, "Your card number is incomplete."),
        ({"card": "4242424242424241"}, "Your card number is invalid."),
        ({"card": "４２４２４２４２４２４２４２４２"}, "Your card number is incomplete."),
        ({"card": ""}, "Your card number is incomplete."),
        ({"expiry": "13 / 34"}, "Your card&#39;s expiration date is incomplete. Write it as 12 / 34."),
        ({"expiry": "10 / 26"}, "Your card&#39;s expiration date is in the past."),
        ({"expiry": "12 / 2099"}, "Your card&#39;s expiration year is invalid."),
        ({"cvc": "12"}, "Your card&#39;s security code is incomplete."),
        ({"card": "378282246310005", "cvc": "123"}, "Your card&#39;s security code is incomplete."),
        ({"name": ""}, "Please fill in: name on card."),
        ({"country": "Atlantis"}, "Please choose a country."),
    ],
)
async def test_a_badly_filled_page_says_what_is_wrong_beside_the_field(
    stripe: StripeServer, typed: dict[str, str], fault: str
) -> None:
    session = await opened(stripe)
    answer = await stripe.pay(session["url"], **{"name": "Amara Okonjo", **typed})
    assert answer.status_code == 422
    assert f"<span>{fault}</span>" in answer.text
    assert 'value="Amara Okonjo"' in answer.text or not typed.get("name", "x")
    assert thing(stripe, "checkout.session", session["id"])["payment_intent"] is None


async def test_the_page_asks_for_an_address_the_shop_did_not_give(stripe: StripeServer) -> None:
    body = (
        "mode=payment&success_url=https://shop.example&customer_creation=always&line_items[0][quantity]=1"
        "&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=900"
        "&line_items[0][price_data][product_data][name]=Badge"
    )
    session = (await stripe.api("POST", "/v1/checkout/sessions", body, idempotency_key="k")).json()
    assert (await stripe.pay(session["url"])).status_code == 422
    assert (await stripe.pay(session["url"], email="amara@brennhof.example")).status_code == 303
    after = thing(stripe, "checkout.session", session["id"])
    assert thing(stripe, "customer", after["customer"])["email"] == "amara@brennhof.example"


@pytest.mark.parametrize(
    ("outcome", "payment_status", "types"),
    [
        (
            "succeed",
            "paid",
            ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"],
        ),
        ("fail", "unpaid", ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"]),
    ],
)
async def test_a_debit_settles_later(
    stripe: StripeServer, receiver: Receiver, outcome: str, payment_status: str, types: list[str]
) -> None:
    session = await opened(stripe)
    assert (await stripe.debit(session["url"])).status_code == 303
    after = thing(stripe, "checkout.session", session["id"])
    assert (after["status"], after["payment_status"]) == ("complete", "unpaid")
    assert thing(stripe, "payment_intent", after["payment_intent"])["status"] == "processing"
    assert await told(stripe, receiver) == [
        "payment_intent.created", "charge.pending", "payment_intent.processing", "checkout.session.completed",
    ]  # fmt: skip
    path = f"payments/{after['payment_intent']}/outcome"
    assert (await stripe.control(path, outcome=outcome)).status_code == 200
    assert thing(stripe, "checkout.session", session["id"])["payment_status"] == payment_status
    assert await told(stripe, receiver) == types
    assert (await stripe.control(path, outcome=outcome)).status_code == 400
    assert (await stripe.control(path, outcome="perhaps")).status_code == 400


async def test_a_wrong_iban_is_refused(stripe: StripeServer) -> None:
    session = await opened(stripe)
    answer = await stripe.debit(session["url"], iban="DE89370400440532013001")
    assert (answer.status_code, "<span>Your IBAN is invalid.</span>" in answer.text) == (422, True)


async def test_debits_are_for_euros(stripe: StripeServer) -> None:
    session = await opened(stripe, currency="GBP")
    assert session["payment_method_types"] == ["card"]
    assert (await stripe.debit(session["url"])).status_code == 422


async def test_currencies_without_cents(stripe: StripeServer) -> None:
    session = await opened(stripe, currency="JPY", lines=(SessionLine("Seat", "", 1, 12000),))
    assert session["amount_total"] == 12000
    page = (await stripe.browser.get(session["url"])).text
    assert "Pay JP¥12,000" in page


async def test_a_session_expires_by_time(stripe: StripeServer, receiver: Receiver) -> None:
    session = await opened(stripe)
    stripe.clock.forward(timedelta(minutes=39))
    assert (await stripe.browser.get(session["url"])).status_code == 200
    stripe.clock.forward(timedelta(minutes=2))
    assert (await stripe.pay(session["url"])).status_code == 410
    after = (await stripe.gateway().retrieve_session(session["id"])).status
    assert after == "expired"
    assert await told(stripe, receiver) == ["checkout.session.expired"]
    event = receiver.event(0)
    assert event["data"]["object"]["url"] is None  # type: ignore[index]


async def test_expiry_is_noticed_by_a_call_too(stripe: StripeServer) -> None:
    session = await opened(stripe)
    stripe.clock.forward(timedelta(hours=1))
    assert (await stripe.gateway().retrieve_session(session["id"])).status == "expired"
    assert sessions.sweep(stripe.standin.account) == 0


async def test_an_expired_session_takes_its_payment_with_it(stripe: StripeServer, receiver: Receiver) -> None:
    session = await opened(stripe)
    await stripe.pay(session["url"], card="4000000000000002")
    await told(stripe, receiver)
    await stripe.gateway().expire_session(session["id"])
    after = thing(stripe, "checkout.session", session["id"])
    intent = thing(stripe, "payment_intent", after["payment_intent"])
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "expired")
    assert await told(stripe, receiver) == ["payment_intent.canceled", "checkout.session.expired"]
