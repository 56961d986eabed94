"""The demo's enquiries: sent and answered through the real commands, once."""

from datetime import datetime, timedelta

import pytest

from portal.core import db
from portal.demo.seed.companies import seed_companies
from portal.demo.seed.enquiries import ENQUIRIES, seed_enquiries
from portal.demo.seed.people import seed_people
from portal.directory.enquiries.commands import ending
from portal.directory.enquiries.queries import supplier


@pytest.mark.usefixtures("database")
async def test_enquiries_are_made_once_and_give_a_response_time(now: datetime) -> None:
    await seed_people(now=now)
    await seed_companies(now=now, progress=lambda _text: None)
    for later in (timedelta(0), timedelta(days=3)):
        await seed_enquiries(now=now + later)
    assert await db.fetch_value("SELECT count(*) FROM enquiry") == len(ENQUIRIES)
    assert await db.fetch_value("SELECT response_hours FROM company WHERE slug = 'isarwerk-biologics'") == 46
    waiting = await db.fetch("SELECT r.state FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry WHERE e.blind")
    assert [row["state"] for row in waiting] == ["sent"] * 3
    known = {row["key"] for row in await db.fetch("SELECT kind || ':' || slug AS key FROM term")}
    assert {line.term for made in ENQUIRIES for line in made.lines} <= known
    for row in await db.fetch("SELECT id FROM enquiry ORDER BY id"):
        await ending.note_missed(enquiry_id=row["id"], now=now)
    isarwerk = await db.fetch_value("SELECT id FROM company WHERE slug = 'isarwerk-biologics'")
    told = {(row.reason, row.term): row.count for row in await supplier.missed(isarwerk, now - timedelta(days=365))}
    assert told == {("lacking", "Ampoule filling"): 3, ("slow", ""): 3}
