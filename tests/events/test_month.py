"""`/events/calendar`: a month as a table."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from portal.core import times
from tests.events.reading import words
from tests.factories import events


def day_cells(page: str) -> dict[str, list[str]]:
    """Titles by day, of the days that have any."""
    found = {}
    for cell in re.findall(r"<td.*?</td>", page, re.S):
        day = re.search(r'<time datetime="([^"]*)"', cell)
        titles = re.findall(r'<a href="/events/[^"?]*">(?:<span[^>]*>[^<]*</span> )?([^<]*)</a>', cell)
        if day and titles:
            found[day[1]] = titles
    return found


async def test_events_stand_on_each_of_their_days(client: httpx.AsyncClient) -> None:
    await events.make("Three Days", starts_at=datetime(2027, 2, 9, 8, tzinfo=UTC), hours=54, timezone="Europe/Vienna")
    await events.make("Late Call", starts_at=datetime(2027, 2, 9, 20, tzinfo=UTC), hours=1, timezone="UTC")
    page = (await client.get("/events/calendar?month=2027-02")).text
    assert day_cells(page) == {
        "2027-02-09": ["Three Days", "Late Call"],
        "2027-02-10": ["Three Days"],
        "2027-02-11": ["Three Days"],
    }


async def test_a_month_shows_what_reaches_into_it_and_nothing_outside(client: httpx.AsyncClient) -> None:
    await events.make("Over the turn", starts_at=datetime(2027, 1, 30, 9, tzinfo=UTC), hours=24 * 4, timezone="UTC")
    february = day_cells((await client.get("/events/calendar?month=2027-02")).text)
    assert list(february) == ["2027-02-01", "2027-02-02", "2027-02-03"]


async def test_the_day_is_that_of_the_events_own_zone(client: httpx.AsyncClient) -> None:
    await events.make(
        "Honolulu evening", starts_at=datetime(2027, 2, 10, 4, tzinfo=UTC), hours=1, timezone="Pacific/Honolulu"
    )
    page = (await client.get("/events/calendar?month=2027-02")).text
    assert day_cells(page) == {"2027-02-09": ["Honolulu evening"]}
    assert "18:00" in words(page)


async def test_a_day_goes_by_the_hours_it_shows(client: httpx.AsyncClient) -> None:
    for title, hour, zone in (("Late", 20, "Asia/Tokyo"), ("Early", 4, "America/New_York"), ("Noon", 12, "UTC")):
        starts_at = datetime(2027, 2, 9, hour, tzinfo=times.zone(zone))
        await events.make(title, starts_at=starts_at, hours=1, timezone=zone)
    await events.make("Since yesterday", starts_at=datetime(2027, 2, 8, 22, tzinfo=UTC), hours=20, timezone="UTC")
    first = datetime(2027, 2, 9, tzinfo=times.zone("America/New_York"))
    await events.make("All day", starts_at=first, hours=24, timezone="America/New_York", all_day=True)
    page = (await client.get("/events/calendar?month=2027-02")).text
    assert day_cells(page)["2027-02-09"] == ["Since yesterday", "All day", "Early", "Noon", "Late"]


async def test_filters_hold_here_too(client: httpx.AsyncClient) -> None:
    await events.make("Ghent", starts_at=datetime(2027, 2, 9, 9, tzinfo=UTC))
    await events.make("Vienna", starts_at=datetime(2027, 2, 9, 9, tzinfo=UTC), venue=events.VIENNA)
    page = (await client.get("/events/calendar?month=2027-02&country=AT&from=2020-01")).text
    assert day_cells(page) == {"2027-02-09": ["Vienna"]}
    assert 'href="/events?country=AT"' in page


async def test_a_crowded_day_leads_to_its_list(client: httpx.AsyncClient) -> None:
    for n in range(9):
        await events.make(f"Talk {n}", starts_at=datetime(2027, 2, 9, 9 + n, tzinfo=UTC), hours=1, timezone="UTC")
    page = (await client.get("/events/calendar?month=2027-02")).text
    assert day_cells(page)["2027-02-09"] == [f"Talk {n}" for n in range(5)]
    assert re.search(r'href="/events\?from=2027-02-09&amp;to=2027-02-09&amp;when=all">4 more', page)


async def test_it_is_a_real_table(client: httpx.AsyncClient) -> None:
    page = (await client.get("/events/calendar?month=2027-02")).text
    assert page.count('<th scope="col">') == 7
    assert "<caption" in page
    assert len(re.findall(r"<tr>", page)) == 1 + 4
    assert 'href="/events/calendar?month=2027-01" rel="prev"' in page
    assert 'href="/events/calendar?month=2027-03" rel="next"' in page


@pytest.mark.parametrize("month", ["1970-01", "2199-12", "2028-02"])
async def test_edges_of_time(client: httpx.AsyncClient, month: str) -> None:
    answer = await client.get("/events/calendar", params={"month": month})
    assert answer.status_code == 200
    assert ('rel="prev"' in answer.text) == (month != "1970-01")
    assert ('rel="next"' in answer.text) == (month != "2199-12")


@pytest.mark.parametrize("month", ["2027-13", "2027-00", "-1", "banana", "99999-01", "2027-2", "1969-12", "2200-01"])
async def test_months_that_are_none(client: httpx.AsyncClient, month: str) -> None:
    answer = await client.get("/events/calendar", params={"month": month})
    assert answer.status_code == 422
    assert "Please give a month such as 2027-02." in words(answer.text)
