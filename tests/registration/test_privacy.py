"""A person sees what registration and payments know, and has it erased but for what the law keeps."""

import re
from datetime import datetime

from portal.accounts.commands import ensure_account, set_password
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
    assert [fact["what"] for fact in known] == ["Order", "Place"]
    assert [fact["what"] for fact in await payment_privacy.known_about(EMAIL)] == ["Purchase"]
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


async def test_the_page_says_all_of_it_in_words(paying: Paying) -> None:
    """Moments, money, countries and cards as people say them; what was typed on an order that is not complete."""
    account_id = await ensure_account(email=EMAIL, name="Amara Okonjo-Reuter", now=clock.now())
    await set_password(account_id=account_id, password="three vials on a line", now=clock.now())
    shop = await make_shop(price=109000, tax_rate="20", country="AT")
    path = await paying.hold(shop)
    await paying.stripe.pay(await paying.to_payment(path, country="AT", vat_id=""))
    await paying.everything_settles()
    await paying.to_payment(await paying.hold(shop), city="Neu-Ulm")
    await paying.client.post("/account/sign-in", data={"email": EMAIL, "password": "three vials on a line"})
    page = (await paying.client.get("/account/privacy")).text
    shown = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page)
    for fact in (
        ("To pay", "€1,308.00"), ("Country", "Austria"), ("Paid by", "Visa ending 4242"),
        ("Purchase-order number", "PO-7781"), ("VAT ID", "DE136695976"), ("About", "Orders"), ("What", "Purchase"),
    ):  # fmt: skip
        assert fact in shown, fact
    moments = [
        value for label, value in shown if label in ("Ordered", "Paid", "Places held", "Confirmed", "Written", "Sent")
    ]
    assert len(moments) >= 6
    assert [value for value in moments if not re.fullmatch(r"\d{1,2} \w{3,4} \d{4}, \d\d:\d\d", value)] == []
    [typed] = [value for label, value in shown if label == "Typed so far"]
    assert "City: Neu-Ulm; " in typed
    assert "Attendee 1 who: me; " in typed
    assert "VAT ID: DE136695976; " in typed
    assert "Purchase-order number: PO-7781; " in typed
    copy = (await paying.client.get("/account/privacy/data.json")).json()["sources"]
    assert copy["Payments"][0]["total"] == {"minor": 130800, "currency": "EUR"}
    assert datetime.fromisoformat(copy["Registrations"][0]["held_at"]).tzinfo is not None


async def test_nobody_known_is_nobody(database: str) -> None:
    assert await privacy.known_about("nobody@nowhere.example") == []
    assert "0 orders and 0 places" in await privacy.forget("nobody@nowhere.example", clock.now())
