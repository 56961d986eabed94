"""What is over is over by the moment: the same in the list, the front page, feeds and the API, in every zone."""

from datetime import UTC, date, datetime

import pytest

from portal.core import times
from portal.events.queries import exports, facets, front, listing, single
from portal.events.rules import months
from portal.events.rules.filters import Filters
from tests.factories import events

TODAY = date(2027, 2, 10)
"""As the publisher in Berlin writes it: it begins at 23:00 UTC."""
HONOLULU = {"starts_at": datetime(2027, 2, 10, 4, tzinfo=UTC), "hours": 2, "timezone": "Pacific/Honolulu"}


@pytest.fixture
async def season(database: str) -> int:
    """An evening in Honolulu, four hours after midnight in Berlin, and what surrounds it; the evening's id."""
    await events.make("Running", starts_at=datetime(2027, 2, 9, 8, tzinfo=UTC), hours=48, timezone="UTC")
    await events.make("Over", starts_at=datetime(2027, 2, 9, 20, tzinfo=UTC), hours=3, timezone="Pacific/Kiritimati")
    evening = await events.make("Evening", **HONOLULU)
    await events.make("Today", starts_at=datetime(2027, 2, 10, 8, tzinfo=UTC), timezone="Europe/Berlin")
    return evening


AHEAD = ["Running", "Evening", "Today"]


async def test_the_list(season: int) -> None:
    assert times.midnight(TODAY) == datetime(2027, 2, 9, 23, tzinfo=UTC)
    found = await listing.found(Filters(), page=1, today=TODAY)
    assert [row.title for row in found.rows] == AHEAD
    assert (found.facets.total, found.facets.running, found.facets.by_month) == (3, 1, {"2027-02": 2})
    groups = months.groups(
        found.rows, found.facets.by_month, today=TODAY, midnight=times.midnight(TODAY), running=found.facets.running
    )
    assert [(group.title, group.count, [row.title for row in group.rows]) for group in groups] == [
        ("On now", 1, ["Running"]),
        ("February 2027", 2, ["Evening", "Today"]),
    ]
    past = await listing.found(Filters(when="past"), page=1, today=TODAY)
    assert [row.title for row in past.rows] == ["Over"]


async def test_machines(season: int) -> None:
    assert [full.row.title for full in await exports.by_date(Filters(), today=TODAY, size=10)] == AHEAD
    assert sorted(full.row.title for full in await exports.newest(Filters(), today=TODAY)) == sorted(AHEAD)
    assert await exports.count(Filters(), today=TODAY) == 3
    assert len(await exports.ids(Filters(when="upcoming"), today=TODAY)) == 3
    assert [topic.upcoming for topic in await exports.topics(today=TODAY)] == [3]


async def test_the_front_page_and_the_neighbours(season: int) -> None:
    shown = await front.front(today=TODAY, version=-1)
    assert shown.lead is not None
    assert sorted([shown.lead.title, *(row.title for row in shown.upcoming)]) == ["Evening", "Today"]
    assert sorted(news.row.title for news in shown.news) == sorted(AHEAD)
    today = await single.id_and_title("today-2027")
    assert today is not None
    assert [row.title for row in (await single.neighbours(today[0], today=TODAY)).like] == ["Running", "Evening"]


async def test_the_counts(season: int) -> None:
    counted = await facets.counted(Filters(when="past"), today=TODAY, version=-1)
    assert (counted.total, counted.country) == (1, {"BE": 1})
