"""The demo's attendee has ordered before: one event to come, a webinar, one that is over."""

from datetime import datetime

import pytest

from portal import wiring, worker
from portal.core import clock, db
from portal.core.settings import current
from portal.demo.seed.orders import ONLINE, PAID, PAST, seed_orders
from portal.demo.seed.people import ACCOUNTS
from portal.payments.flows import Payments
from portal.registration.commands.ordering import PURCHASES
from tests.stripe_server import StripeServer

pytestmark = pytest.mark.usefixtures("begun")


async def test_three_orders_by_the_ordinary_way(stripe: StripeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setenv("STRIPE_API_BASE", stripe.address)
    current.cache_clear()
    payments = Payments(stripe.gateway(), {PURCHASES.kind: PURCHASES})
    try:
        await seed_orders(payments=payments, now=now)
        await seed_orders(payments=payments, now=now)
    finally:
        monkeypatch.delenv("STRIPE_API_BASE")
        current.cache_clear()
    await worker.drain(wiring.services(current()))
    rows = await db.fetch(
        "SELECT e.slug, o.state, e.starts_at, o.confirmed_at, p.state AS paid, p.method FROM seat_order o "
        "JOIN event e ON e.id = o.event LEFT JOIN purchase p ON p.id = o.purchase_id WHERE o.email = $1 ORDER BY e.starts_at",
        ACCOUNTS[0].email,
    )
    assert [(row["slug"], row["state"], row["paid"], row["method"]) for row in rows] == [
        (PAST[0], "confirmed", None, None), (ONLINE[0], "confirmed", None, None), (PAID[0], "confirmed", "paid", "visa 4242"),
    ]  # fmt: skip
    starts: list[datetime] = [row["starts_at"] for row in rows]
    assert starts[0] < now < starts[1] < starts[2]
    assert rows[0]["confirmed_at"] < starts[0]
    mails = await db.fetch(
        "SELECT m.subject, count(*) FILTER (WHERE p.content_type LIKE 'text/calendar%') AS invitations, "
        "count(*) FILTER (WHERE p.content_type = 'application/pdf') AS papers "
        "FROM mail m JOIN mail_part p ON p.mail = m.id GROUP BY m.id ORDER BY m.subject"
    )
    assert [(row["subject"].partition(":")[0], row["invitations"] > 0, row["papers"]) for row in mails] == [
        ("Paid and registered", True, 2), ("Registered", True, 1)
    ]  # fmt: skip


async def test_without_a_stand_in_nothing_is_paid_for(stripe: StripeServer) -> None:
    now = clock.now()
    await seed_orders(payments=Payments(stripe.gateway(), {PURCHASES.kind: PURCHASES}), now=now)
    assert await db.fetch_value("SELECT count(*) FROM seat_order WHERE email = $1", ACCOUNTS[0].email) == 2
    assert await db.fetch_value("SELECT count(*) FROM purchase") == 0
