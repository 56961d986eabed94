"""Profile plans for tests: bought through the real command, and paid for as settling would leave it.

await plans.give(company_id, Plan.PREMIUM)
"""

from datetime import datetime, timedelta

from portal.accounts.actors import PORTAL
from portal.core import clock, db, times
from portal.payments.buying import Buyer
from portal.payments.subscriptions.tables import Interval
from portal.placements.commands import booking
from portal.placements.commands.subscribing import KIND, choose_plan, offer_of
from portal.placements.tables import Plan
from portal.placements.values import Pick

BUYER = Buyer(email="leonie@isarwerk.example", name="Leonie Bachmair", company="Isarwerk GmbH", country="DE")


async def give(company_id: int, plan: Plan = Plan.PREMIUM, *, now: datetime | None = None) -> int:
    """A running subscription of a year; gives its id."""
    now = now or clock.now()
    made = await choose_plan(
        actor=PORTAL, key=str(company_id), name="Isarwerk", offer=offer_of(plan, Interval.YEAR), buyer=BUYER,
        return_path="/x", terms="", now=now,
    )  # fmt: skip
    await db.execute(
        "UPDATE subscription SET state = 'active', started_at = $2, period_start = $2, period_end = $3 WHERE id = $1",
        made, now, now + timedelta(days=365),
    )  # fmt: skip
    return made


async def sponsor(company: int, category: str) -> None:
    """Book this month's place beside a category."""
    now = clock.now()
    pick = Pick(category, times.today(now).replace(day=1))
    await booking.hold_sponsorships(
        actor=PORTAL, kind=KIND, key=str(company), title=category, picks={pick: category},
        plan=Plan.FREE, manage_path="/companies/payer/manage/sponsorships", now=now,
    )  # fmt: skip
    await db.execute("UPDATE sponsor_booking SET state = 'booked', booked_at = $1", now)
    await db.execute("UPDATE sponsorship SET state = 'booked'")
