"""Meetings stand in the personal agenda and its calendar, of both sides."""

import httpx
from icalendar import Calendar, Component

from portal.core import clock
from portal.exhibitors.meetings.commands import ending
from tests.attending import Attending
from tests.directory.conftest import SignIn
from tests.factories import meetings

AMARA, OLGA = "amara@brennhof.example", "owner@isarwerk-biologics-gmbh.example"


async def test_both_sides_find_the_meeting_in_their_agenda(attending: Attending, sign_in: SignIn) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    await attending.work()
    pages = {}
    for address, organisation in ((AMARA, None), (OLGA, fair.stand.organisation_id)):
        pages[address] = await sign_in(address, organisation)
    assert f'href="{amara.path}"' in (await pages[AMARA].get("/agenda")).text
    assert f'href="{fair.stand.exhibitor.address}/meetings/{made}"' in (await pages[OLGA].get("/agenda")).text
    for address, browser in pages.items():
        invited = (await attending.messages(address))[-1].walk("VEVENT")[0]
        fed = [one for one in await _events(browser) if one["UID"] == invited["UID"]]
        assert [(one["DTSTART"].dt, one["STATUS"]) for one in fed] == [(fair.at(9), "CONFIRMED")]
    await ending.cancel_own(visitor=amara, meeting_id=made, words="", now=clock.now())
    assert [one["STATUS"] for one in await _events(pages[OLGA])] == ["CANCELLED"]


async def _events(browser: httpx.AsyncClient) -> list[Component]:
    answer = await browser.get("/agenda/calendar.ics")
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))
