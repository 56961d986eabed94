"""Events do not wait for each other, and still nobody is at a table at both."""

import asyncio

from portal.core import db
from tests.factories import meetings


async def test_host_at_one_event_and_guest_at_another_is_fixed_once(database: str) -> None:
    here, second = await meetings.fair(), await meetings.fair()
    there = meetings.Fair(await meetings.exhibitors.make("Other Ltd", event_id=second.event_id), second.day)
    await there.publish(there.owner)
    for hour in (9, 9.5, 10, 10.5, 11, 11.5, 12, 12.5):
        asked = await here.ask(await here.visitor(f"v{hour}@brennhof.example"), hour)
        theirs = await there.ask(await there.visitor(here.owner.email, "Olga Owner"), hour)
        both = await asyncio.gather(here.accept(asked), there.accept(theirs), return_exceptions=True)
        assert sorted(type(one).__name__ for one in both) == ["Conflict", "int"], hour
        await db.execute("DELETE FROM meeting_request")
