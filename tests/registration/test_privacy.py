"""A person sees what registration and payments know, and has it erased but for what the law keeps."""

from portal.core import clock, db
from portal.payments import privacy as payment_privacy
from portal.registration import privacy
from tests.factories.registration import make_shop
from tests.paying import Paying

EMAIL = "amara@brennhof.example"


async def test_seen_and_erased_but_for_invoices(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path))
    await paying.everything_settles()
    known = await privacy.known_about(EMAIL)
    assert [(fact["what"], fact["number"]) for fact in known] == [(fact["what"], known[0]["number"]) for fact in known]
    assert [fact["what"] for fact in known] == ["order", "place"]
    assert [fact["what"] for fact in await payment_privacy.known_about(EMAIL)] == ["purchase"]
    told = [row["recipient"] for row in await db.fetch("SELECT recipient FROM disclosure WHERE email = $1", EMAIL)]
    assert told == ["Stripe"]
    assert "1 order and 1 place" in await privacy.forget(EMAIL, clock.now())
    assert "1 invoice, with the purchases behind, must be kept" in await payment_privacy.forget(EMAIL, clock.now())
    assert await privacy.known_about(EMAIL) == []
    kept = await db.fetch_value("SELECT string_agg(t::text, ' ') FROM payment_attempt t")
    kept += await db.fetch_value("SELECT string_agg(t::text, ' ') FROM stripe_event t")
    kept += await db.fetch_value("SELECT string_agg(t::text, ' ') FROM seat_order t")
    assert "brennhof" not in kept.lower()
    assert "amara" not in kept.lower()
    assert await db.fetch_value("SELECT count(*) FROM invoice") == 1
    assert (await paying.client.get(path)).status_code == 200


async def test_nobody_known_is_nobody(database: str) -> None:
    assert await privacy.known_about("nobody@nowhere.example") == []
    assert "0 orders and 0 places" in await privacy.forget("nobody@nowhere.example", clock.now())
