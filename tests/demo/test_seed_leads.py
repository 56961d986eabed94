"""The demo's exhibitor has leads of an event that is over and of one that is on, and the attendee sees who scanned her."""

import pytest

from portal import wiring, worker
from portal.core import clock, db
from portal.core.settings import current
from portal.demo.seed.leads import seed_leads
from portal.demo.seed.orders import seed_orders
from portal.demo.seed.people import ACCOUNTS
from portal.exhibitors.leads.scanned import scans_of
from portal.payments.flows import Payments

pytestmark = pytest.mark.usefixtures("begun")


async def test_leads_of_an_event_that_is_over_and_of_one_that_is_on() -> None:
    now = clock.now()
    await seed_orders(payments=Payments(None, {}), now=now)
    for _ in range(2):
        await seed_leads(now=now)
    rows = await db.fetch(
        "SELECT c.slug, e.ends_at < now() AS over, count(*) AS leads, sum(l.visits) AS visits, max(l.last_at) < now() AS past "
        "FROM lead l JOIN lead_chain k ON k.id = l.chain JOIN company c ON c.id = k.company_id "
        "JOIN event e ON e.id = k.event_id GROUP BY c.slug, over ORDER BY c.slug, over"
    )
    found = [tuple(row) for row in rows]
    assert found[:2] == [("isarwerk-biologics", False, 2, 2, True), ("isarwerk-biologics", True, 6, 7, True)]
    scans = await scans_of(ACCOUNTS[0].email)
    assert "Isarwerk Biologics GmbH" in {one.company_name for one in scans}
    assert all(one.stands and one.code for one in scans)
    # Nobody is written to about days that are gone.
    before = await db.fetch_value("SELECT count(*) FROM mail")
    await worker.drain(wiring.services(current()))
    subjects = [row["subject"] for row in await db.fetch("SELECT subject FROM mail")]
    assert before == 0
    assert not [subject for subject in subjects if "Aseptic Processing Days" in subject]
