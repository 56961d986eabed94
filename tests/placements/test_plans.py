"""The one table of plans: page, permissions and prices read it, and what is in force follows the clock."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.errors import Conflict
from portal.payments.buying import Buyer
from portal.payments.subscriptions import queries as subscriptions
from portal.payments.subscriptions.rules import in_force
from portal.payments.subscriptions.tables import Interval
from portal.placements.commands.subscribing import choose_plan, offer_of
from portal.placements.permissions import allowed, limit, within
from portal.placements.queries.plans import plan_of, plans_of
from portal.placements.rules import plans
from portal.placements.rules.offering import grace_notice
from portal.placements.rules.plans import Choice, Feature
from portal.placements.tables import Plan
from portal.placements.values import Notice

BUYER = Buyer(email="leonie@isarwerk.example", name="Leonie Bachmair", company="Isarwerk GmbH", country="DE")
DAY = timedelta(days=1)


async def chosen(key: str, now: datetime, plan: Plan = Plan.PREMIUM) -> int:
    """A subscription nobody has paid for yet."""
    return await choose_plan(
        actor=PORTAL, key=key, name="Isarwerk", offer=offer_of(plan, Interval.YEAR), buyer=BUYER, return_path="/x",
        terms="", now=now,
    )  # fmt: skip


async def running(key: str, now: datetime, bought: Plan = Plan.PREMIUM, **columns: object) -> int:
    """A subscription as settling would leave it."""
    made = await chosen(key, now, bought)
    given = {"state": "active", "started_at": now, "period_start": now, "period_end": now + 365 * DAY, **columns}
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(given, 2))
    await db.execute(f"UPDATE subscription SET {sets} WHERE id = $1", made, *given.values())
    return made


def test_a_larger_plan_never_gives_less() -> None:
    for row in plans.TABLE:
        given = [float("inf") if (amount := row.of(plan)) is None else float(amount) for plan in Plan]
        assert given == sorted(given), row.feature
    assert sorted(row.feature for row in plans.TABLE) == sorted(Feature)


def test_permissions_read_the_table() -> None:
    assert [allowed(plan, Feature.LOGO) for plan in Plan] == [False, True, True]
    assert [limit(plan, Feature.PRODUCTS) for plan in Plan] == [10, 100, None]
    assert [allowed(plan, Feature.VIDEOS) for plan in Plan] == [False, True, True]
    assert (within(Plan.FREE, Feature.PRODUCTS, 11), within(Plan.PREMIUM, Feature.PRODUCTS, 5000)) == (False, True)


def test_every_currency_sells_every_plan_and_a_year_for_less_than_twelve_months() -> None:
    for currency in ("EUR", "GBP", "USD", "CHF", "JPY", "HUF"):
        for plan in plans.PAID:
            month, year = (plans.price(plan, interval, currency) for interval in Interval)
            assert month is not None
            assert year is not None
            assert 0 < year < 12 * month
            assert plans.saved(plan, currency) > 0
    assert plans.price(Plan.PREMIUM, Interval.YEAR, "XOF") is None
    assert plans.price(Plan.FREE, Interval.YEAR, "EUR") is None


def test_one_thing_is_changed_at_a_time() -> None:
    assert plans.choices(Plan.ENHANCED, Interval.MONTH) == [
        Choice(Plan.PREMIUM, Interval.MONTH, at_once=True),
        Choice(Plan.ENHANCED, Interval.YEAR, at_once=True),
    ]
    assert plans.choices(Plan.PREMIUM, Interval.YEAR) == [
        Choice(Plan.ENHANCED, Interval.YEAR, at_once=False),
        Choice(Plan.PREMIUM, Interval.MONTH, at_once=False),
    ]


def test_reminders_in_a_time_of_grace(now: datetime) -> None:
    until = now + 14 * DAY
    due = [grace_notice(now, until, now + days * DAY) for days in (0, 6, 7, 11, 12, 13, 14)]
    assert due == [
        None, None, Notice.GRACE_WEEK, Notice.GRACE_WEEK, Notice.GRACE_LAST, Notice.GRACE_LAST, None,
    ]  # fmt: skip
    assert grace_notice(now, now + 5 * DAY, now + 2 * DAY) is None


async def test_the_page_shows_the_table(client: httpx.AsyncClient) -> None:
    page = await client.get("/plans")
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    for words in ("€149", "€1,490", "€349", "€3,490", "saves 17&nbsp;%", "Logo in lists", "No limit", "20 %"):
        assert words in text, words


CASES = [
    ("pending", {"state": "pending", "started_at": None, "period_start": None, "period_end": None}, "free"),
    ("active", {}, "premium"),
    ("renewal not heard of yet", {"period_end": -1}, "premium"),
    ("cancelled, still paid for", {"ends_at": 1}, "premium"),
    ("cancelled and over", {"ends_at": -1}, "free"),
    ("in grace", {"state": "grace", "grace_began": -1, "grace_until": 1}, "premium"),
    ("grace over", {"state": "grace", "grace_began": -15, "grace_until": -1}, "free"),
    (
        "smaller from the period's end",
        {"next_plan": "enhanced", "next_interval": "year", "next_net": 5, "period_end": 1},
        "premium",
    ),
    (
        "smaller by now",
        {"next_plan": "enhanced", "next_interval": "year", "next_net": 5, "period_end": -1},
        "enhanced",
    ),
    ("a plan that is no longer sold", {"plan": "gold"}, "free"),
    ("ended", {"state": "ended", "ended_at": -1}, "free"),
]


@pytest.mark.parametrize(("columns", "plan"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_what_is_in_force(database: str, now: datetime, columns: dict[str, object], plan: str) -> None:
    """The clock decides; no job has to run for it. SQL and the pure rule say the same."""
    moved = {
        name: now + days * DAY if isinstance(days, int) and name != "next_net" else days
        for name, days in columns.items()
    }
    made = await running("7", now, **moved)
    assert await plan_of("company", "7", now) == plan
    record = await subscriptions.record(made)
    assert record is not None
    known = in_force(record, now)
    assert (known if known in set(Plan) else "free") == plan


async def test_plans_of_many_in_one_query(database: str, now: datetime) -> None:
    await running("1", now)
    await running("2", now, Plan.ENHANCED)
    assert await plans_of("company", ["1", "2", "3"], now) == {"1": Plan.PREMIUM, "2": Plan.ENHANCED, "3": Plan.FREE}
    assert await plans_of("exhibitor", ["1"], now) == {"1": Plan.FREE}
    assert await plans_of("company", [], now) == {}


async def test_one_plan_at_a_time(database: str, now: datetime) -> None:
    first = await chosen("7", now, Plan.ENHANCED)
    assert await chosen("7", now, Plan.PREMIUM) == first
    record = await subscriptions.record(first)
    assert record is not None
    assert (record.plan, record.net, record.tax_rate) == ("premium", 349000, Decimal("19.00"))
    await db.execute("UPDATE subscription SET state = 'active', started_at = $1", now)
    with pytest.raises(Conflict):
        await chosen("7", now)
    assert await chosen("8", now) != first
