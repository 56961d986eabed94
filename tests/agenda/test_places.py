"""What an agenda knows of places somebody has: beside what they saved, against it, and in the calendar."""

from datetime import timedelta

from portal.core import clock, db
from portal.exhibitors.meetings.commands import ending
from tests.agenda.conftest import AMARA, Congress, Reader, session
from tests.agenda.test_feed import address, entries
from tests.factories import events, meetings
from tests.queries import counting


async def test_saving_warns_of_what_one_has_a_place_in(reader: Reader, database: str) -> None:
    fair = await meetings.fair()
    await fair.meet(await fair.visitor(AMARA), 9)
    await reader.sign_in()
    same = await events.make("Same hour", starts_at=fair.at(9), hours=1, timezone="UTC")
    later = await events.make("Next day", starts_at=fair.at(33), hours=1, timezone="UTC")
    for key, said in ((f"event-{later}", "Saved to your agenda."), (f"event-{same}", "It overlaps with “")):
        answer = await reader.client.post("/agenda/entries", data={"save": key}, headers={"HX-Request": "true"})
        assert said in answer.text
    assert "and 1 more" in answer.text, "the event and the meeting at it"
    assert "Make it the second choice" not in answer.text
    page = await reader.page()
    assert "Overlaps with “Meeting with Isarwerk Biologics GmbH”" in page


async def test_a_meeting_is_one_entry_whichever_calendar_has_it(reader: Reader, database: str) -> None:
    """Whoever signed in has a calendar before they saved anything; a meeting is in it under its invitation’s UID."""
    fair = await meetings.fair()
    meeting = await fair.meet(await fair.visitor(AMARA), 9)
    await reader.sign_in()
    found = await entries(reader.client, f"{await address(reader)}?invited=yes")
    assert sorted(found) == ["Fill & Finish Forum", "Meeting: Isarwerk Biologics GmbH"]
    invited = await db.fetch_value("SELECT uid FROM calendar_item WHERE kind = 'meeting' AND key = $1", str(meeting))
    assert str(found["Meeting: Isarwerk Biologics GmbH"]["UID"]) == invited
    await ending.cancel(actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=meeting, words="", now=clock.now())
    assert "Cancelled: Meeting: Isarwerk Biologics GmbH" in await entries(reader.client, "/agenda/calendar.ics")


async def test_a_page_is_six_statements_and_a_file_two_more(reader: Reader, congress: Congress) -> None:
    fair = await meetings.fair()
    visitor = await fair.visitor(AMARA)
    await fair.meet(visitor, 9)
    await congress.release(**{f"s{n}": session(f"s{n}", hours=n / 4, minutes=15) for n in range(30)})
    await reader.sign_in()
    await reader.save(congress.key("s0"))
    await reader.save(f"stand-{fair.exhibitor_id}")
    counts = []
    for keys in ([], [congress.key(f"s{n}") for n in range(1, 30)]):
        for key in keys:
            await reader.save(key)
        if keys:
            await congress.release(s3=None)
            await db.execute("DELETE FROM released_session WHERE session = $1", congress.ids["s4"])
        for path in ("/agenda", "/agenda/calendar.ics"):
            await reader.client.get(path)
            async with counting() as seen:
                answer = await reader.client.get(path)
            assert answer.status_code == 200
            counts.append(len(seen))
    assert counts == [6, 8, 6, 8]
    page = await reader.page()
    assert "No longer in the programme" in page


async def test_all_day_ends_on_its_last_day(reader: Reader, database: str) -> None:
    midnight = events.ahead(40, hour=0, timezone="Europe/Vienna")
    for title, days in (("One day", 1), ("Three days", 3)):
        made = await events.make(
            title, starts_at=midnight, ends_at=midnight + timedelta(days=days), timezone="Europe/Vienna", all_day=True
        )
        await reader.save(f"event-{made}")
    page = await reader.page()
    assert page.count(f'id="d-{midnight.date().isoformat()}"') == 1
    last = midnight + timedelta(days=2)
    assert page.count("All day") == 2
    assert page.count("\N{NBSP}· until ") == 1
    assert f"\N{NBSP}· until {last:%a} {last.day} {last:%b}<" in page
    assert "00:00<" not in page
