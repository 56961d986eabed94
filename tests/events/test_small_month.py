"""The month beside the list: leafing through it leaves the list alone."""

import html
import re
from datetime import UTC, datetime, time, timedelta

import httpx

from portal.events.rules import filters
from tests.events.reading import links, titles
from tests.factories import events


def shown(page: str) -> str:
    found = re.search(r'<section id="small-month".*?</section>', page, re.S)
    assert found is not None
    return found[0]


async def test_other_months_by_links(client: httpx.AsyncClient) -> None:
    first = events.ahead(10)
    month = filters.next_month(first.date())
    await events.make("First", starts_at=first, topics=("Isolators",))
    await events.make("Second", starts_at=datetime.combine(month, time(9), UTC), topics=("Isolators",))
    await events.make("Unasked", starts_at=datetime.combine(month, time(9), UTC) + timedelta(days=2))
    page = (await client.get("/events?topic=isolators")).text
    later = links(shown(page), "#small-month")[-1]
    assert later == f"/events?topic=isolators&month={month:%Y-%m}#small-month"
    there = (await client.get(later.removesuffix("#small-month"))).text
    days = re.findall(r'aria-label="(\d+ [A-Z][a-z]+: [^"]*)"', shown(there))
    assert days == [f"1 {month:%B}: Second"]
    assert f"from={month}&to={month}&topic=isolators" in links(shown(there), "from=")[0]
    assert titles(there) == titles(page) == ["First", "Second"]
    assert 'rel="canonical" href="http://localhost:8000/events?topic=isolators"' in there
    # Behind the last event there is nothing to leaf to; back it goes to where it came from.
    (back,) = links(shown(there), "#small-month")
    assert back == f"/events?topic=isolators&month={first:%Y-%m}#small-month"


async def test_leafing_asks_for_the_month_alone_and_leaves_a_notice_to_the_next_page(client: httpx.AsyncClient) -> None:
    event = await events.make("First", starts_at=events.ahead(10), topics=("Isolators",))
    await events.make("Second", starts_at=events.ahead(50), topics=("Isolators",))
    page = (await client.get("/events?topic=isolators")).text
    asked = html.unescape(re.findall(r'hx-get="([^"]*)" hx-target="#small-month"', page)[-1])
    left = await client.post("/agenda/entries", data={"save": f"event-{event}", "back": "/events"})
    assert left.status_code == 303
    part = await client.get(asked, headers={"HX-Request": "true"})
    assert (part.text.strip() == shown(part.text), part.headers.get("set-cookie")) == (True, None)
    whole = await client.get(asked.removesuffix("&part=month"))
    assert shown(whole.text) == shown(part.text)
    assert "Saved to your agenda." in whole.text
    # Asked for by people, it is the whole page.
    assert titles((await client.get(asked)).text) == ["First", "Second"]


async def test_the_chosen_day_is_marked_and_others_can_be_chosen(client: httpx.AsyncClient) -> None:
    ninth = filters.next_month(events.ahead(0).date()).replace(day=9)
    await events.make("One", starts_at=datetime.combine(ninth, time(9), UTC))
    await events.make("Other", starts_at=datetime.combine(ninth, time(9), UTC) + timedelta(days=7))
    month = shown((await client.get(f"/events?from={ninth}&to={ninth}")).text)
    chosen = re.findall(r'<td class="chosen"><a href="[^"]*" aria-label="([^"]*)">', month)
    assert chosen == [f"9 {ninth:%B}: One, chosen"]
    assert f'aria-label="16 {ninth:%B}: Other"' in month


async def test_no_month(client: httpx.AsyncClient) -> None:
    for wrong in ("soon", "2027-13", "0000-01", "%F0%9F%92%A9"):
        for path in ("/events", "/events/calendar"):
            answer = await client.get(f"{path}?month={wrong}")
            assert answer.status_code == 422
            assert "Please give a month such as 2027-02." in answer.text
    assert '<input id="f-month" name="month" type="month" value="💩"' in answer.text
    assert 'aria-invalid="true" aria-describedby="problem-month"' in answer.text
