"""How a subscription moves by what Stripe says of it: every status, late news, what waits for the period's end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.payments.stripe_reading import event
from portal.payments.subscriptions import reading
from portal.payments.subscriptions.rules import in_force, invoice_may_become, is_debit, standing_after, tax_id
from portal.payments.subscriptions.tables import Interval, InvoiceState, SubscriptionState
from portal.payments.subscriptions.values import Offer, SeenSubscription, Standing
from portal.payments.tables import VatCheck

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GRACE = 14 * DAY
PREMIUM = Offer(plan="premium", name="Premium", interval=Interval.MONTH, currency="EUR", net=34900)
ENHANCED = replace(PREMIUM, plan="enhanced", name="Enhanced", net=14900)
PENDING = Standing(state=SubscriptionState.PENDING, plan="premium", interval=Interval.MONTH, net=34900)
SEEN = SeenSubscription(
    id="sub_1", status="active", customer="cus_1", item="si_1", price="price_1", period_start=NOW, period_end=NOW + 30 * DAY,
    ends_at=None, ended_at=None, cancel_reason="", method="visa 4242", card_country="DE", waits=False, reference="",
)  # fmt: skip
ACTIVE = standing_after(PENDING, SEEN, PREMIUM, now=NOW, grace=GRACE)


def after(before: Standing, priced: Offer | None = PREMIUM, *, now: datetime = NOW, **changes: object) -> Standing:
    return standing_after(before, replace(SEEN, **changes), priced, now=now, grace=GRACE)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("incomplete", "pending"), ("trialing", "active"), ("active", "active"), ("paused", "active"), ("past_due", "grace"),
        ("unpaid", "grace"), ("canceled", "ended"), ("incomplete_expired", "ended"), ("something new", "pending"),
    ],
)  # fmt: skip
def test_every_status(status: str, state: str) -> None:
    assert after(PENDING, status=status).state == state


def test_what_has_ended_stays_ended() -> None:
    ended = after(ACTIVE, status="canceled", ended_at=NOW)
    for status in ("active", "past_due", "trialing", "canceled"):
        assert after(ended, status=status, now=NOW + DAY) == ended


def test_the_grace_is_counted_from_its_first_day() -> None:
    first = after(ACTIVE, status="past_due")
    later = after(first, status="unpaid", now=NOW + 5 * DAY)
    assert (first.grace_began, first.grace_until) == (NOW, NOW + GRACE)
    assert (later.grace_began, later.grace_until) == (NOW, NOW + GRACE)
    assert after(later, now=NOW + 6 * DAY).grace_until is None


@pytest.mark.parametrize(
    ("before", "reason", "why"),
    [(ACTIVE, "cancellation_requested", "cancelled"), (ACTIVE, "payment_failed", "not paid"), (PENDING, "", "never started"),
     (after(ACTIVE, status="past_due"), "cancellation_requested", "cancelled"),
     (after(ACTIVE, status="past_due"), "payment_failed", "not paid"),
     (after(ACTIVE, status="past_due", now=NOW - GRACE), "cancellation_requested", "not paid")],
)  # fmt: skip
def test_why_it_ended(before: Standing, reason: str, why: str) -> None:
    assert after(before, status="canceled", cancel_reason=reason).end_reason == why


@pytest.mark.parametrize(
    ("method", "debit"), [("sepa_debit 3000", True), ("us_bank_account 6789", True), ("visa 4242", False), ("", False)]
)
def test_what_is_a_bank_debit(method: str, debit: bool) -> None:
    assert is_debit(method) is debit


def test_a_smaller_plan_counts_when_the_period_has_rolled() -> None:
    noted = replace(ACTIVE, next_plan="enhanced", next_interval="month", next_net=14900)
    assert after(noted, ENHANCED).plan == "premium"
    # Going over to another interval makes Stripe begin a trial: the period's start moves, its end does not.
    assert after(noted, ENHANCED, status="trialing", period_start=NOW + DAY).period_start == NOW
    # Another interval is noted long before Stripe hears of it, and forgotten when it never did.
    yearly = replace(PREMIUM, interval=Interval.YEAR)
    paid_by_year = replace(ACTIVE, interval=Interval.YEAR, next_plan="premium", next_interval="month", next_net=34900)
    assert after(paid_by_year, yearly).next_interval == "month"
    assert after(paid_by_year, yearly, period_end=NOW + 60 * DAY).next_interval == ""
    rolled = after(noted, ENHANCED, period_start=NOW + 30 * DAY, period_end=NOW + 60 * DAY)
    assert (rolled.plan, rolled.net, rolled.next_plan, rolled.period_start) == ("enhanced", 14900, "", NOW + 30 * DAY)
    # Somebody put it on a third price meanwhile: what was noted is no longer true.
    assert after(noted, replace(ENHANCED, plan="gold")).next_plan == ""


def test_a_price_that_is_not_ours_changes_no_plan() -> None:
    assert after(ACTIVE, None, period_end=NOW + 60 * DAY) == replace(ACTIVE, period_end=NOW + 60 * DAY)


@given(
    st.lists(st.tuples(st.sampled_from(["active", "past_due", "trialing", "unpaid", "canceled"]), st.integers(0, 40)))
)
def test_whatever_is_said_the_rows_rules_hold(said: list[tuple[str, int]]) -> None:
    standing = PENDING
    for status, days in said:
        now = NOW + days * DAY
        was_over = standing.state is SubscriptionState.ENDED
        standing = after(standing, status=status, now=now)
        assert (standing.grace_began is None) == (standing.grace_until is None)
        assert (standing.state is not SubscriptionState.GRACE) or standing.grace_until is not None
        assert (standing.state is SubscriptionState.ENDED) == (standing.ended_at is not None)
        assert not was_over or standing.state is SubscriptionState.ENDED
        assert standing.state is not SubscriptionState.ENDED or in_force(standing, now) == ""


def test_invoices_move_forward_only() -> None:
    assert invoice_may_become(InvoiceState.DRAFT, InvoiceState.PAID)
    assert invoice_may_become(InvoiceState.UNCOLLECTIBLE, InvoiceState.PAID)
    assert not invoice_may_become(InvoiceState.PAID, InvoiceState.OPEN)
    assert not invoice_may_become(InvoiceState.VOID, InvoiceState.OPEN)


@pytest.mark.parametrize(
    ("vat_id", "country", "check", "told"),
    [
        ("DE136695976", "DE", VatCheck.FORM, ("eu_vat", "DE136695976")),
        ("EL094014201", "GR", VatCheck.FORM, ("eu_vat", "EL094014201")),
        ("GB980780684", "GB", VatCheck.FORM, ("gb_vat", "GB980780684")),
        ("NO995525828MVA", "NO", VatCheck.FORM, ("no_vat", "995525828MVA")),
        ("CHE107787577MWST", "CH", VatCheck.FORM, ("ch_vat", "CHE-107.787.577 MWST")),
        ("12-3456789", "US", VatCheck.NONE, ("", "")),
        ("", "DE", VatCheck.NONE, ("", "")),
    ],
)
def test_vat_ids_as_stripe_wants_them(vat_id: str, country: str, check: VatCheck, told: tuple[str, str]) -> None:
    assert tax_id(vat_id, country, check) == told


def test_events_of_every_age_name_their_subscription() -> None:
    def about(**thing: object) -> str:
        return event({"id": "evt_1", "type": "x", "data": {"object": thing}}).subscription

    assert about(object="subscription", id="sub_1") == "sub_1"
    assert about(object="checkout.session", id="cs_1", subscription="sub_2") == "sub_2"
    assert about(object="invoice", id="in_1", subscription="sub_3") == "sub_3"
    assert (
        about(object="invoice", id="in_1", parent={"subscription_details": {"subscription": {"id": "sub_4"}}})
        == "sub_4"
    )
    assert about(object="invoice", id="in_1", parent=None) == ""
    assert about(object="charge", id="ch_1") == ""


def test_what_ends_at_a_date_of_its_own() -> None:
    said = {
        "id": "sub_1", "status": "active", "customer": "cus_1", "cancel_at_period_end": False, "cancel_at": 1_800_000_000,
        "items": {"data": [{"id": "si_1", "price": {"id": "price_1"}, "current_period_start": 1, "current_period_end": 2}]},
    }  # fmt: skip
    assert reading.subscription(said).ends_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert reading.subscription({**said, "cancel_at": None}).ends_at is None
    assert reading.subscription(
        {**said, "cancel_at": None, "cancel_at_period_end": True}
    ).ends_at == datetime.fromtimestamp(2, UTC)
