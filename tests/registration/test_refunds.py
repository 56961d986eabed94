"""Money going back: through outages, refusals and failures, each with its papers, and every cent once."""

import asyncio

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Invalid
from portal.payments.commands.refunds import note_refund, request_refund
from portal.payments.values import StripeRefund
from tests.factories.registration import make_shop
from tests.paying import Paying, text_of

SLOW_REFUNDS = "4000000000005126"


async def paid(
    paying: Paying, *, price: int = 5000, count: int = 1, tax_rate: str = "19", card: str = "4242424242424242"
) -> str:
    shop = await make_shop(price=price, tax_rate=tax_rate)
    path = await paying.hold(shop, count)
    others = {f"s{n}_who": "later" for n in range(2, count + 1)}
    await paying.stripe.pay(await paying.to_payment(path, **others), card=card)
    await paying.everything_settles()
    return path


async def ask_back(count: int = 1, reason: str = "cannot come") -> int:
    purchase, line = tuple(await db.fetch_one("SELECT purchase, id FROM purchase_line"))  # type: ignore[arg-type]
    return await request_refund(
        actor=PORTAL, purchase_id=purchase, quantities={line: count}, reason=reason, now=clock.now()
    )


async def papers() -> list[tuple[str, int]]:
    rows = await db.fetch("SELECT kind, (content->>'gross')::int AS gross FROM invoice ORDER BY id")
    return [tuple(row) for row in rows]


async def questions() -> list[str]:
    return [row["sentence"] for row in await db.fetch("SELECT sentence FROM money_question ORDER BY id")]


async def _without_stripe(paying: Paying) -> None:
    """Stripe is away for longer than the queue tries."""
    paying.services.payments.gateway = paying.stripe.gateway(api_base="http://127.0.0.1:9", retries=0)
    await paying.work()
    await db.execute("DELETE FROM pgqueuer")
    paying.services.payments.gateway = paying.stripe.gateway()
    await db.execute("UPDATE refund SET created_at = created_at - interval '1 hour'")


async def test_the_sweeper_sends_what_an_outage_has_left_behind(paying: Paying) -> None:
    path = await paid(paying)
    await ask_back()
    await _without_stripe(paying)
    assert await db.fetch_value("SELECT state FROM refund") == "requested"
    await paying.sweep()
    await paying.everything_settles()
    assert await db.fetch_value("SELECT state FROM refund") == "succeeded"
    assert await papers() == [("invoice", 5950), ("credit_note", 5950)]
    assert "€59.50 sent back" in text_of(await paying.client.get(path))


async def test_check_again_sends_what_is_due(paying: Paying) -> None:
    path = await paid(paying)
    await ask_back()
    await _without_stripe(paying)
    await paying.client.post(f"{path}/check")
    assert await db.fetch_value("SELECT state FROM refund") == "succeeded"


async def test_a_lost_answer_refunds_once(paying: Paying) -> None:
    await paid(paying)
    refund = await ask_back()
    paying.stripe.standin.behaviour.lose_answers = 3
    await paying.work()
    assert await db.fetch_value("SELECT state FROM refund") == "requested"
    await paying.services.payments.send_refund(refund)
    await paying.everything_settles()
    assert len(paying.stripe.standin.account.store.find("refund", limit=9)) == 1
    assert await papers() == [("invoice", 5950), ("credit_note", 5950)]


async def test_what_stripe_refuses_is_failed_and_asked_about(paying: Paying) -> None:
    path = await paid(paying)
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await paying.stripe.control(f"payments/{intent}/refunds", amount=5950)
    await paying.everything_settles()
    await ask_back()
    await paying.everything_settles()
    assert await db.fetch_value("SELECT state FROM refund") == "failed"
    assert (await questions())[1:] == [
        "Stripe could not pay back 5950 minor units. Please find another way to the buyer."
    ]
    row = await db.fetch_one("SELECT p.refunded, l.refunded_quantity FROM purchase p, purchase_line l")
    assert row is not None
    assert tuple(row) == (0, 0)
    assert await papers() == [("invoice", 5950)]
    assert "€59.50 could not be sent back" in text_of(await paying.client.get(path))


async def test_a_wrong_key_fails_no_refund(paying: Paying) -> None:
    await paid(paying)
    await ask_back()
    paying.services.payments.gateway = paying.stripe.gateway(secret_key="sk_test_somebodyElses")
    await paying.work()
    assert await db.fetch_value("SELECT state FROM refund") == "requested"


async def test_a_failed_refund_takes_its_credit_note_back(paying: Paying) -> None:
    path = await paid(paying, card=SLOW_REFUNDS)
    await ask_back()
    await paying.everything_settles()
    stripe_id = await db.fetch_value("SELECT stripe_id FROM refund")
    await paying.stripe.control(f"refunds/{stripe_id}/outcome", outcome="fail")
    await paying.everything_settles()
    await ask_back(reason="once more")
    await paying.everything_settles()
    assert await papers() == [("invoice", 5950), ("credit_note", 5950), ("reversal", 5950), ("credit_note", 5950)]
    numbers = [row["number"] for row in await db.fetch("SELECT number FROM invoice ORDER BY id")]
    year = clock.now().year
    assert numbers == [f"SL-{n}" for n in (f"R{year}-00001", f"C{year}-00001", f"S{year}-00001", f"C{year}-00002")]
    page = await paying.client.get(path)
    assert page.text.count("Credit note") == 2
    assert "Cancellation of a credit note" in page.text
    pdf = await paying.client.get(f"{path}/invoices/{numbers[2]}.pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


async def test_parts_that_fail_in_between_add_up(paying: Paying) -> None:
    """Three places at 10.03 with 7 %: the first part fails after the second was asked for."""
    await paid(paying, price=1003, count=3, tax_rate="7", card=SLOW_REFUNDS)
    first, second = await ask_back(), await ask_back()
    failed = StripeRefund("re_x", None, None, 0, "EUR", "failed", "", "expired_or_canceled_card", {}, clock.now())
    await note_refund(refund_id=first, seen=failed, now=clock.now())
    await paying.everything_settles()
    await ask_back(2)
    await paying.everything_settles()
    rows = await db.fetch(
        "SELECT r.amount, (i.content->>'gross')::int AS noted FROM refund r JOIN invoice i ON i.refund = r.id "
        "WHERE r.id >= $1 ORDER BY r.id",
        second,
    )
    assert all(row["amount"] == row["noted"] for row in rows)
    assert sum(row["amount"] for row in rows) == await db.fetch_value("SELECT total FROM purchase") == 3220
    assert await db.fetch_value("SELECT refunded FROM purchase") == 3220
    with pytest.raises(Invalid):
        await ask_back()


async def test_late_news_moves_nothing_back(paying: Paying) -> None:
    await paid(paying)
    refund = await ask_back()
    await paying.everything_settles()
    late = StripeRefund("re_x", None, None, 0, "EUR", "pending", "", "", {}, clock.now())
    await note_refund(refund_id=refund, seen=late, now=clock.now())
    row = await db.fetch_one("SELECT state, settled_at IS NULL AS open FROM refund")
    assert row is not None
    assert tuple(row) == ("succeeded", False)


async def test_asking_and_failing_at_once_never_deadlock(paying: Paying) -> None:
    await paid(paying, count=12)
    refunds = [await ask_back() for _ in range(6)]
    now = clock.now()

    async def fail(refund: int) -> None:
        seen = StripeRefund(f"re_{refund}", None, None, 0, "EUR", "failed", "", "x", {}, now)
        await note_refund(refund_id=refund, seen=seen, now=now)

    await asyncio.gather(*(ask_back() for _ in range(6)), *(fail(refund) for refund in refunds))
    assert await db.fetch_value("SELECT refunded_quantity FROM purchase_line") == 6


async def test_papers_stay_when_all_places_are_given_up(paying: Paying) -> None:
    path = await paid(paying)
    await paying.client.post(f"{path}/seats/1/cancellation")
    await ask_back()
    await paying.everything_settles()
    page = (await paying.client.get(path)).text
    for number in [row["number"] for row in await db.fetch("SELECT number FROM invoice")]:
        assert f"/invoices/{number}.pdf" in page


async def test_a_rolled_back_invoice_gives_its_number_back(paying: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies after the number was taken; the next invoice has it."""
    from portal.payments.commands import settling

    await paid(paying)
    path = await paying.hold(await make_shop(price=5000))
    await paying.stripe.pay(await paying.to_payment(path))
    real = settling.issue_invoice

    async def crash(**asked: object) -> None:
        await real(**asked)  # type: ignore[arg-type]
        raise ConnectionResetError("the machine went away")

    monkeypatch.setattr(settling, "issue_invoice", crash)
    with pytest.raises(ConnectionResetError):
        await paying.services.payments.settle(await db.fetch_value("SELECT max(id) FROM purchase"))
    monkeypatch.undo()
    await paying.everything_settles()
    year = clock.now().year
    numbers = [row["number"] for row in await db.fetch("SELECT number FROM invoice ORDER BY number")]
    assert numbers == [f"SL-R{year}-00001", f"SL-R{year}-00002"]
