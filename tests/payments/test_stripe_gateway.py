"""The gateway against the stand-in: what is sent, what is read, and what a bad day looks like."""

import logging
import pkgutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe as sdk
from hypothesis import given
from hypothesis import strategies as st

import portal
from portal.core.money import exponent
from portal.core.settings import Settings
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.values import (
    API_VERSION,
    GatewayClosed,
    GatewayRefused,
    GatewayUnreachable,
    SessionLine,
    from_stripe,
    stripe_exponent,
    to_stripe,
)
from tests.stripe_server import StripeServer, session_request


def sent(stripe: StripeServer, session_id: str) -> dict[str, Any]:
    return stripe.standin.account.fetch("checkout.session", session_id)


def requests(stripe: StripeServer) -> int:
    """API calls so far, counted by their log."""
    return stripe.standin.store.rows("SELECT count(*) AS n FROM kept_answer")[0]["n"]


def test_the_version_is_pinned_to_the_sdks() -> None:
    assert sdk.api_version is None or sdk.api_version == API_VERSION
    assert sdk._api_version._ApiVersion.CURRENT == API_VERSION  # type: ignore[attr-defined]


def test_nothing_is_reported_behind_our_back() -> None:
    assert sdk.enable_telemetry is False


def test_no_key_no_gateway() -> None:
    assert StripeGateway.of(Settings(stripe_secret_key="")) is None  # type: ignore[call-arg]
    assert StripeGateway.of(Settings(stripe_secret_key="sk_test_x")) is not None  # type: ignore[call-arg]


def test_only_the_gateway_imports_the_sdk() -> None:
    root = Path(portal.__file__).parent
    importing = {
        module.name
        for module in pkgutil.walk_packages(portal.__path__, "portal.")
        if (file := root.parent / f"{module.name.replace('.', '/')}.py").exists()
        and any(
            line.startswith(("import stripe\n", "from stripe")) for line in file.read_text().splitlines(keepends=True)
        )
    }
    assert importing == {"portal.payments.stripe_gateway"}


async def test_a_session_is_made_as_asked(stripe: StripeServer) -> None:
    purchase = session_request(metadata={"order": "SL-1"})
    made = await stripe.gateway().create_session(purchase=purchase, idempotency_key="k")
    assert (made.status, made.payment_status, made.payment_intent) == ("open", "unpaid", None)
    assert (made.amount_total, made.currency, made.expires_at) == (259420, "EUR", purchase.expires_at)
    assert (made.method, made.failure, made.card_country) == ("", "", "")
    assert made.url == f"{stripe.address}/c/pay/{made.id}"
    assert made.metadata == {"order": "SL-1", "purchase": purchase.public_id, "attempt": "1"}
    stored = sent(stripe, made.id)
    assert stored["client_reference_id"] == purchase.public_id
    assert (stored["customer_email"], stored["customer_creation"]) == ("amara@brennhof.example", "if_required")
    assert (stored["success_url"], stored["cancel_url"]) == (purchase.success_url, purchase.cancel_url)
    assert (stored["locale"], stored["adaptive_pricing"]) == ("en-GB", {"enabled": False})
    hidden = stripe.standin.store.hidden(made.id)
    assert hidden["payment_intent_data"]["metadata"] == made.metadata
    assert [(line["description"], line["quantity"], line["amount_total"]) for line in hidden["line_items"]] == [
        ("Conference, 3 days", 2, 218000), ("VAT", 1, 41420),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "known"),
    [("en_GB", "en-GB"), ("de_DE", "de"), ("de", "de"), ("pt_BR", "pt-BR"), ("ga_IE", "auto"), ("", "auto")],
)
async def test_locales_are_stripes(stripe: StripeServer, locale: str, known: str) -> None:
    made = await stripe.gateway().create_session(purchase=session_request(locale=locale), idempotency_key="k")
    assert sent(stripe, made.id)["locale"] == known


async def test_the_same_key_gives_the_same_session(stripe: StripeServer) -> None:
    gateway, purchase = stripe.gateway(), session_request()
    first = await gateway.create_session(purchase=purchase, idempotency_key="k")
    assert await gateway.create_session(purchase=purchase, idempotency_key="k") == first
    other = session_request(email="else@brennhof.example", expires_at=purchase.expires_at)
    with pytest.raises(GatewayRefused) as refusal:
        await gateway.create_session(purchase=other, idempotency_key="k")
    assert str(refusal.value).startswith("IdempotencyError req_")


async def test_a_lost_answer_is_asked_for_again_and_makes_one_session(stripe: StripeServer) -> None:
    stripe.standin.behaviour.lose_answers = 1
    made = await stripe.gateway(retries=1).create_session(purchase=session_request(), idempotency_key="k")
    listed = (await stripe.api("GET", "/v1/checkout/sessions")).json()["data"]
    assert [found["id"] for found in listed] == [made.id]


async def test_a_lost_answer_refunds_once(stripe: StripeServer) -> None:
    gateway = stripe.gateway(retries=1)
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url)
    intent = (await gateway.retrieve_session(made.id)).payment_intent or ""
    stripe.standin.behaviour.lose_answers = 1
    refund = await gateway.create_refund(
        payment_intent=intent, amount=100, currency="EUR", metadata={}, idempotency_key="r"
    )
    assert await gateway.retrieve_refunds(intent) == [refund]


async def test_paid(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url, card="4000002760000016")
    found = await gateway.retrieve_session(made.id)
    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    assert (found.method, found.card_country, found.failure) == ("visa 0016", "DE", "")
    payment = await gateway.retrieve_payment(found.payment_intent or "")
    assert (payment.id, payment.status, payment.amount, payment.received, payment.refunded, payment.currency) == (
        found.payment_intent, "succeeded", 259420, 259420, 0, "EUR",
    )  # fmt: skip
    assert (payment.method, payment.disputed, payment.failure) == ("visa 0016", False, "")
    assert payment.metadata == made.metadata


async def test_declined_then_paid(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url, card="4000000000009995")
    found = await gateway.retrieve_session(made.id)
    assert (found.status, found.failure, found.method) == ("open", "Your card has insufficient funds.", "")
    assert (await gateway.retrieve_payment(found.payment_intent or "")).failure == "Your card has insufficient funds."
    await stripe.pay(made.url)
    assert (await gateway.retrieve_session(made.id)).failure == ""


async def test_a_debit_says_nothing_of_failure_until_it_fails(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url, card="4000000000000002")
    await stripe.debit(made.url)
    found = await gateway.retrieve_session(made.id)
    assert (found.status, found.payment_status, found.failure, found.method) == ("complete", "unpaid", "", "")
    await stripe.control(f"payments/{found.payment_intent}/outcome", outcome="fail")
    found = await gateway.retrieve_session(made.id)
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert found.failure == "The customer's account has insufficient funds to cover this payment."


async def test_a_debit_that_comes(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.debit(made.url)
    intent = (await gateway.retrieve_session(made.id)).payment_intent
    await stripe.control(f"payments/{intent}/outcome", outcome="succeed")
    found = await gateway.retrieve_session(made.id)
    assert (found.payment_status, found.method) == ("paid", "sepa_debit 3000")


async def test_disputed(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url, card="4000000000000259")
    intent = (await gateway.retrieve_session(made.id)).payment_intent or ""
    assert (await gateway.retrieve_payment(intent)).disputed is True


async def test_expiring(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    closed = await gateway.expire_session(made.id)
    assert (closed.status, closed.url) == ("expired", None)
    with pytest.raises(GatewayRefused):
        await gateway.expire_session(made.id)
    assert (await gateway.retrieve_session(made.id)).status == "expired"


async def test_expiring_what_was_paid_is_refused(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url)
    with pytest.raises(GatewayRefused) as refusal:
        await gateway.expire_session(made.id)
    assert refusal.value.detail.endswith("This Checkout Session has a status of `complete`.")


async def test_refunding(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url)
    intent = (await gateway.retrieve_session(made.id)).payment_intent or ""
    part = await gateway.create_refund(
        payment_intent=intent,
        amount=100000,
        reason="requested_by_customer",
        metadata={"refund": "r1"},
        idempotency_key="r1",
    )
    assert (part.status, part.amount, part.currency, part.payment_intent) == ("succeeded", 100000, "EUR", intent)
    assert (part.reason, part.metadata, part.failure) == ("requested_by_customer", {"refund": "r1"}, "")
    assert (await gateway.retrieve_payment(intent)).refunded == 100000
    with pytest.raises(GatewayRefused) as refusal:
        await gateway.create_refund(
            payment_intent=intent, amount=159421, currency="EUR", metadata={}, idempotency_key="r2"
        )
    assert refusal.value.param == "amount"
    await stripe.control(f"payments/{intent}/refunds", amount=700)
    both = await gateway.retrieve_refunds(intent)
    assert [(refund.amount, refund.metadata) for refund in both] == [(700, {}), (100000, {"refund": "r1"})]


async def test_more_refunds_than_fit_a_page(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url)
    intent = (await gateway.retrieve_session(made.id)).payment_intent or ""
    for _ in range(101):
        await stripe.control(f"payments/{intent}/refunds", amount=1)
    assert len(await gateway.retrieve_refunds(intent)) == 101


async def test_a_refund_that_came_back(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await stripe.pay(made.url, card="4000000000005126")
    intent = (await gateway.retrieve_session(made.id)).payment_intent or ""
    refund = await gateway.create_refund(payment_intent=intent, amount=100, metadata={}, idempotency_key="r")
    await stripe.control(f"refunds/{refund.id}/outcome", outcome="fail")
    (after,) = await gateway.retrieve_refunds(intent)
    assert (after.status, after.failure) == ("failed", "expired_or_canceled_card")


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [("EUR", 1234, 1234), ("JPY", 1234, 1234), ("KWD", 12340, 12340), ("ISK", 1234, 123400), ("RSD", 1234, 123400)],
)
async def test_every_currency_is_charged_as_stripe_counts_it(
    stripe: StripeServer, currency: str, ours: int, theirs: int
) -> None:
    gateway = stripe.gateway()
    purchase = session_request(currency=currency, lines=(SessionLine("Seat", "", 1, ours),))
    made = await gateway.create_session(purchase=purchase, idempotency_key="k")
    assert (made.amount_total, sent(stripe, made.id)["amount_total"]) == (ours, theirs)
    await stripe.pay(made.url)
    intent = (await gateway.retrieve_session(made.id)).payment_intent or ""
    refund = await gateway.create_refund(payment_intent=intent, amount=ours, metadata={}, idempotency_key="r")
    assert (refund.amount, (await gateway.retrieve_payment(intent)).refunded) == (ours, ours)


def test_an_amount_stripe_cannot_charge_is_refused_before_it_is_asked() -> None:
    with pytest.raises(GatewayRefused) as refusal:
        to_stripe(12345, "KWD")
    assert refusal.value.code == "amount_not_chargeable"


@given(st.sampled_from(["EUR", "JPY", "KWD", "ISK", "UGX", "RSD", "HUF", "USD"]), st.integers(0, 10**12))
def test_amounts_survive_the_way_there_and_back(currency: str, minor: int) -> None:
    minor = minor // 10 * 10 if currency == "KWD" else minor
    theirs = to_stripe(minor, currency)
    assert from_stripe(theirs, currency) == minor
    assert theirs * 10 ** exponent(currency) == minor * 10 ** stripe_exponent(currency)


async def test_a_wrong_key_says_nothing_of_what_was_asked(stripe: StripeServer) -> None:
    with pytest.raises(GatewayClosed, match="AuthenticationError"):
        await stripe.gateway(secret_key="sk_test_somebodyElses").retrieve_session("cs_test_1")


async def test_an_unknown_session_is_a_refusal(stripe: StripeServer) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        await stripe.gateway().retrieve_session("cs_test_nowhere")
    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "session")


async def test_nobody_there_is_unreachable() -> None:
    gateway = StripeGateway("sk_test_x", api_base="http://127.0.0.1:9", retries=0)
    with pytest.raises(GatewayUnreachable):
        await gateway.retrieve_session("cs_test_1")
    await gateway.aclose()


async def test_too_slow_is_unreachable(stripe: StripeServer) -> None:
    gateway = stripe.gateway(retries=0, timeout=0.000001)
    with pytest.raises(GatewayUnreachable):
        await gateway.retrieve_session("cs_test_1")


async def test_errors_and_logs_hold_no_personal_data(stripe: StripeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("stripe").setLevel(logging.WARNING)
    gateway = stripe.gateway()
    with pytest.raises(GatewayRefused) as refusal:
        await gateway.create_session(purchase=session_request(email="not an address"), idempotency_key="k")
    assert refusal.value.code == "email_invalid"
    assert "not an address" in refusal.value.detail
    await gateway.create_session(purchase=session_request(), idempotency_key="k")
    told = f"{refusal.value} {refusal.value!r} {refusal.value.__cause__} {caplog.text}"
    assert refusal.value.__suppress_context__ is True
    for secret in ("not an address", "amara@brennhof.example", stripe.key, "Conference"):
        assert secret not in told


async def test_it_opens_again_after_closing(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await gateway.aclose()
    await gateway.aclose()
    assert (await gateway.retrieve_session(made.id)).id == made.id


async def test_late_expiry_is_stripes_to_refuse(stripe: StripeServer) -> None:
    soon = session_request(expires_at=stripe.clock() + timedelta(minutes=15))
    with pytest.raises(GatewayRefused) as refusal:
        await stripe.gateway().create_session(purchase=soon, idempotency_key="k")
    assert refusal.value.param == "expires_at"
