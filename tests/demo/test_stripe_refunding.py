"""Refunds at the stand-in: whole, in part, too much, from the dashboard, and what becomes of them."""

from typing import Any

import pytest

from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer, session_request

TOTAL = 259420


async def paid(stripe: StripeServer, card: str = "4242424242424242") -> str:
    """A payment; its id."""
    gateway = stripe.gateway()
    session = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(session.url, card=card)
    found = (await gateway.retrieve_session(session.id)).payment_intent
    assert found
    return found


async def refund(stripe: StripeServer, key: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    answer = await stripe.api("POST", "/v1/refunds", body, idempotency_key=key)
    said: dict[str, Any] = answer.json()
    return answer.status_code, said


async def charge_of(stripe: StripeServer, intent: str) -> dict[str, Any]:
    charge: dict[str, Any] = (await stripe.api("GET", f"/v1/charges?payment_intent={intent}")).json()["data"][0]
    return charge


async def test_parts_add_up_to_the_whole_and_no_further(stripe: StripeServer, receiver: Receiver) -> None:
    intent = await paid(stripe)
    await stripe.deliver_all()
    receiver.deliveries.clear()
    status, first = await refund(stripe, "1", payment_intent=intent, amount=100000, reason="requested_by_customer")
    assert (status, first["status"], first["amount"], first["currency"]) == (200, "succeeded", 100000, "eur")
    charge = await charge_of(stripe, intent)
    assert (charge["amount_refunded"], charge["refunded"]) == (100000, False)
    status, said = await refund(stripe, "2", payment_intent=intent, amount=TOTAL)
    assert (status, said["error"]["type"], said["error"]["param"]) == (400, "invalid_request_error", "amount")
    assert said["error"]["message"] == (
        "Refund amount (€2,594.20) is greater than unrefunded amount on charge (€1,594.20)"
    )
    status, rest = await refund(stripe, "3", payment_intent=intent)
    assert (status, rest["amount"]) == (200, TOTAL - 100000)
    charge = await charge_of(stripe, intent)
    assert (charge["amount_refunded"], charge["refunded"]) == (TOTAL, True)
    status, said = await refund(stripe, "4", payment_intent=intent, amount=1)
    assert (status, said["error"]["code"]) == (400, "charge_already_refunded")
    await stripe.deliver_all()
    assert receiver.types == ["refund.created", "charge.refunded"] * 2


async def test_the_same_key_refunds_once(stripe: StripeServer) -> None:
    intent = await paid(stripe)
    first = await refund(stripe, "same", payment_intent=intent, amount=500)
    assert await refund(stripe, "same", payment_intent=intent, amount=500) == first
    assert (await charge_of(stripe, intent))["amount_refunded"] == 500


async def test_a_refused_refund_stays_refused_under_its_key(stripe: StripeServer) -> None:
    intent = await paid(stripe)
    first = await refund(stripe, "k1", payment_intent=intent, amount=TOTAL + 1)
    assert await refund(stripe, "k1", payment_intent=intent, amount=TOTAL + 1) == first


async def test_refunding_by_charge(stripe: StripeServer) -> None:
    intent = await paid(stripe)
    charge = await charge_of(stripe, intent)
    status, made = await refund(stripe, "1", charge=charge["id"], amount=200)
    assert (status, made["payment_intent"]) == (200, intent)
    status, said = await refund(stripe, "2", charge="ch_other", payment_intent=intent)
    assert (status, said["error"]["param"]) == (400, "charge")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, None),
        ({"payment_intent": "pi_nowhere"}, "payment_intent"),
        ({"charge": "ch_nowhere"}, "charge"),
        ({"payment_intent": "pi_nowhere", "amount": 0}, "amount"),
        ({"payment_intent": "pi_nowhere", "amount": -5}, "amount"),
        ({"payment_intent": "pi_nowhere", "reason": "boredom"}, "reason"),
    ],
)
async def test_bad_refunds_are_refused(stripe: StripeServer, fields: dict[str, Any], param: str | None) -> None:
    status, said = await refund(stripe, "1", **fields)
    assert (status, said["error"].get("param")) == (400, param)


async def test_what_was_not_paid_cannot_be_refunded(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    session = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(session.url, card="4000000000000002")
    intent = (await gateway.retrieve_session(session.id)).payment_intent
    status, said = await refund(stripe, "1", payment_intent=intent)
    assert (status, said["error"]["message"]) == (
        400, f"This PaymentIntent ({intent}) does not have a successful charge to refund.",
    )  # fmt: skip


async def test_a_disputed_charge_cannot_be_refunded(stripe: StripeServer) -> None:
    intent = await paid(stripe, "4000000000000259")
    status, said = await refund(stripe, "1", payment_intent=intent)
    assert (status, said["error"]["code"]) == (400, "charge_disputed")


async def test_a_refund_made_in_the_dashboard(stripe: StripeServer, receiver: Receiver) -> None:
    intent = await paid(stripe)
    await stripe.deliver_all()
    receiver.deliveries.clear()
    answer = await stripe.control(f"payments/{intent}/refunds", amount=700)
    assert (answer.status_code, answer.json()["metadata"]) == (200, {})
    assert (await stripe.control(f"payments/{intent}/refunds", amount=TOTAL)).status_code == 400
    await stripe.deliver_all()
    assert receiver.types == ["refund.created", "charge.refunded"]
    assert receiver.event(0)["request"] == {"id": None, "idempotency_key": None}
    assert (await charge_of(stripe, intent))["amount_refunded"] == 700


@pytest.mark.parametrize(
    ("card", "begins", "outcome", "ends", "left"),
    [
        ("4000000000007726", "pending", "succeed", "succeeded", 500),
        ("4000000000007726", "pending", "fail", "failed", 0),
        ("4000000000005126", "succeeded", "fail", "failed", 0),
    ],
)
async def test_what_becomes_of_a_refund(
    stripe: StripeServer, receiver: Receiver, card: str, begins: str, outcome: str, ends: str, left: int
) -> None:
    intent = await paid(stripe, card)
    _, made = await refund(stripe, "1", payment_intent=intent, amount=500)
    assert made["status"] == begins
    await stripe.deliver_all()
    receiver.deliveries.clear()
    assert (await stripe.control(f"refunds/{made['id']}/outcome", outcome=outcome)).status_code == 200
    after = (await stripe.api("GET", f"/v1/refunds/{made['id']}")).json()
    assert (after["status"], "failure_reason" in after) == (ends, ends == "failed")
    assert (await charge_of(stripe, intent))["amount_refunded"] == left
    await stripe.deliver_all()
    told = ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert receiver.types == told[: 3 if ends == "failed" else 2]
    assert (await stripe.control(f"refunds/{made['id']}/outcome", outcome=outcome)).status_code == 400


async def test_a_debit_is_refunded_slowly(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    session = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.debit(session.url)
    intent = (await gateway.retrieve_session(session.id)).payment_intent
    assert (await refund(stripe, "1", payment_intent=intent))[0] == 400
    await stripe.control(f"payments/{intent}/outcome", outcome="succeed")
    _, made = await refund(stripe, "2", payment_intent=intent)
    assert (made["status"], made["pending_reason"]) == ("pending", "processing")


async def test_refunds_are_listed_with_what_they_belong_to(stripe: StripeServer) -> None:
    intent = await paid(stripe)
    made = [(await refund(stripe, str(at), payment_intent=intent, amount=100))[1]["id"] for at in range(3)]
    page = (await stripe.api("GET", f"/v1/refunds?payment_intent={intent}&limit=2&expand[]=data.charge")).json()
    assert [found["id"] for found in page["data"]] == made[:0:-1]
    assert (page["has_more"], page["data"][0]["charge"]["amount_refunded"]) == (True, 300)
    charge = (await stripe.api("GET", f"/v1/charges/{page['data'][0]['charge']['id']}?expand[]=refunds")).json()
    assert len(charge["refunds"]["data"]) == 3
    listed = (await stripe.api("GET", f"/v1/charges/{charge['id']}/refunds?limit=1")).json()
    assert (len(listed["data"]), listed["has_more"]) == (1, True)
    lines = (await stripe.api("GET", "/v1/balance_transactions?type=refund")).json()["data"]
    assert [line["amount"] for line in lines] == [-100] * 3


async def test_metadata_of_a_refund_changes_and_is_told(stripe: StripeServer, receiver: Receiver) -> None:
    intent = await paid(stripe)
    _, made = await refund(stripe, "1", payment_intent=intent, amount=100)
    changed = (await stripe.api("POST", f"/v1/refunds/{made['id']}", "metadata[line]=7", idempotency_key="2")).json()
    assert changed["metadata"] == {"line": "7"}
    await stripe.deliver_all()
    assert receiver.types[-2:] == ["refund.updated", "charge.refund.updated"]


async def test_payments_and_charges_can_be_described(stripe: StripeServer) -> None:
    intent = await paid(stripe)
    charge = await charge_of(stripe, intent)
    for path in (f"/v1/payment_intents/{intent}", f"/v1/charges/{charge['id']}"):
        body = "description=Seat+12&metadata[seat]=12"
        changed = (await stripe.api("POST", path, body, idempotency_key=path)).json()
        assert (changed["description"], changed["metadata"]["seat"]) == ("Seat 12", "12")
    assert len((await stripe.api("GET", "/v1/payment_intents?created[gte]=1")).json()["data"]) == 1
    method = charge["payment_method"]
    assert (await stripe.api("GET", f"/v1/payment_methods/{method}")).json()["card"]["last4"] == "4242"
