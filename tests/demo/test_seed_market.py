"""The demo shows what companies can buy: logos, plans, a full lane; and editors find work."""

import pytest

from portal.core import clock, db, times
from portal.core.settings import current
from portal.demo.seed import market
from portal.directory.queries import waiting
from portal.media.flows import Media
from portal.payments.flows import Payments
from portal.payments.subscriptions.flows import Subscriptions
from portal.placements.commands.booking import SPONSORSHIPS
from portal.placements.commands.subscribing import PLANS
from portal.placements.queries.plans import plan_of
from portal.placements.queries.sponsors import sponsors
from portal.placements.rules import sponsoring
from tests.stripe_server import StripeServer

pytestmark = pytest.mark.usefixtures("begun")


async def test_logos_plans_sponsors_and_work_for_editors_once(
    stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setenv("STRIPE_API_BASE", stripe.address)
    current.cache_clear()
    payments = Payments(stripe.gateway(), {SPONSORSHIPS.kind: SPONSORSHIPS})
    subscriptions = Subscriptions(stripe.gateway(), {PLANS.kind: PLANS})
    try:
        for _ in range(2):
            await market.seed_market(payments=payments, subscriptions=subscriptions, media=Media.of(current()), now=now)
    finally:
        monkeypatch.delenv("STRIPE_API_BASE")
        current.cache_clear()
    ids = {row["slug"]: str(row["id"]) for row in await db.fetch("SELECT id, slug FROM company")}
    for slug, plan in market.PLANS.items():
        assert await plan_of("company", ids[slug], now) is plan
    for month in sponsoring.months(times.today(now))[:2]:
        assert await sponsors(market.CATEGORY[0], month) == [ids[slug] for slug in market.SPONSORS]
    assert await db.fetch_value("SELECT count(*) FROM company WHERE profile->>'logo' <> ''") == 3
    assert [await db.fetch_value(counted) for counted in (waiting.CLAIMS, waiting.CORRECTIONS)] == [1, 1]
