"""Filling an empty demo: people, events, tickets, some seats taken, companies. A filled one is left as it is."""

from collections.abc import Callable
from datetime import datetime

from portal.core import db
from portal.demo.seed.audience import seed_audience
from portal.demo.seed.companies import seed_companies
from portal.demo.seed.enquiries import seed_enquiries
from portal.demo.seed.loading import seed_events
from portal.demo.seed.people import seed_people


async def seed(*, now: datetime, say: Callable[[str], None]) -> None:
    """Seed unless a seeding has been completed before; an interrupted one is taken up again."""
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo'"):
        return
    say("Making the demo’s people")
    await seed_people(now=now)
    say("Filling it with events")
    await seed_events(now=now, progress=say)
    say("Filling the directory")
    await seed_companies(now=now, progress=say)
    await seed_audience(now=now)
    await seed_enquiries(now=now)
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', '1', '{}')",
        now,
    )
