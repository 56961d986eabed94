"""Meetings stand in the personal agenda and its calendar, of both sides."""

import re

import httpx
from icalendar import Calendar, Component

from portal.core import clock, db
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


async def test_a_calendar_with_feed_and_invitations_has_each_meeting_once(
    attending: Attending, sign_in: SignIn
) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    browser = await sign_in(AMARA)
    made = await fair.meet(amara, 9)
    page = (await browser.get("/agenda/phone")).text
    feed = re.search(r'value="http[^"]+(/agenda/[^"]+\.ics)"', page)
    assert feed is not None
    whole = re.search(
        r'value="http[^"]+(/agenda/[^"]+\.ics[^"]+)"', (await browser.get("/agenda/phone?invited=yes")).text
    )
    assert whole is not None

    async def fed() -> list[list[str]]:
        both = [await _events(browser, one[1]) for one in (feed, whole)]
        return [[one["STATUS"] for one in these if "Meeting" in one["SUMMARY"]] for these in both]

    assert await fed() == [["CONFIRMED"], ["CONFIRMED"]], "not mailed yet"
    await attending.work()
    assert [one["STATUS"] for one in (await attending.messages(AMARA))[-1].walk("VEVENT")] == ["CONFIRMED"]
    assert await fed() == [[], ["CONFIRMED"]]
    await ending.cancel_own(visitor=amara, meeting_id=made, words="", now=clock.now())
    await attending.work()
    assert await fed() == [[], ["CANCELLED"]]
    await db.execute("UPDATE mail SET state = 'bounced' WHERE recipient = $1", AMARA)
    assert await fed() == [["CANCELLED"], ["CANCELLED"]], "what did not arrive is in nobody’s calendar"


async def _events(browser: httpx.AsyncClient, address: str = "/agenda/calendar.ics") -> list[Component]:
    answer = await browser.get(address)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))
