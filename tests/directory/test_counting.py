"""What happens to companies is added up by day; who is left out, and why."""

import asyncio
import gzip
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from crawleruseragents import is_crawler

from portal.core import db
from portal.directory.commands import counting
from portal.directory.commands.counting import Came
from portal.directory.rules import statistics
from portal.directory.rules.visits import Asked, left
from portal.directory.tables.audience import Kind, Left
from portal.placements.rules.plans import Feature, amount
from portal.placements.tables import Plan
from tests import shared_data
from tests.factories import companies

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:134.0) Gecko/20100101 Firefox/134.0"
DAY = date(2026, 11, 23)


async def sums() -> list[Any]:
    rows = await db.fetch("SELECT company, day, kind, reason, times FROM company_day ORDER BY 1, 2, 3, 4")
    return [tuple(row) for row in rows]


def view(company: int, visit: str, **more: Any) -> Came:
    return Came(Kind.VIEW, (company,), DAY, visit=visit, **more)


async def test_a_visitor_counts_once_in_half_an_hour(database: str, now: datetime) -> None:
    one, two = await companies.make("One", now=now), await companies.make("Two", now=now)
    await counting.count([view(one, "aa"), view(one, "aa"), view(one, "bb"), view(two, "cc")], now=now)
    await counting.count([view(one, "aa")], now=now + timedelta(minutes=29))
    await counting.count([view(one, "aa"), view(999, "dd")], now=now + timedelta(minutes=31))
    assert await sums() == [
        (one, DAY, "view", "", 3), (one, DAY, "view", "repeat", 2), (two, DAY, "view", "", 1),
    ]  # fmt: skip


async def test_two_processes_count_the_same_at_once(database: str, now: datetime) -> None:
    made = await companies.make_many(20, now=now)
    batch = [view(one, f"{one:04x}") for one in made] + [Came(Kind.VIEW, tuple(made), DAY, "crawler", times=7)]
    await asyncio.gather(
        counting.count(batch, now=now), counting.count(batch[::-1], now=now), counting.count(batch, now=now)
    )
    assert await db.fetch_value("SELECT sum(times) FROM company_day WHERE reason = ''") == 20
    assert await db.fetch_value("SELECT sum(times) FROM company_day WHERE reason = 'repeat'") == 40
    assert await db.fetch_value("SELECT sum(times) FROM company_day WHERE reason = 'crawler'") == 20 * 7 * 3


async def test_sums_are_kept_as_far_back_as_a_page_goes(database: str, now: datetime) -> None:
    one = await companies.make(now=now)
    first = statistics.kept_since(DAY)
    await counting.count([Came(Kind.VIEW, (one,), day) for day in (first - timedelta(days=1), first, DAY)], now=now)
    await db.execute("INSERT INTO company_day (company, day, kind, reason, times) VALUES ($1, $2, 'view', 'staff', 9)", one,
                     first - timedelta(days=300))  # fmt: skip
    await counting.forget(now=now)
    assert [row[1] for row in await sums()] == [first, DAY]
    # The longest period that any plan, or an editor of the publisher's, may choose still begins with a whole week.
    assert first == statistics.monday(DAY) - timedelta(weeks=max(statistics.periods(None)) - 1)
    assert amount(Plan.PREMIUM, Feature.STATISTICS) in statistics.PERIODS


async def test_visits_and_their_secret_are_forgotten(database: str, now: datetime) -> None:
    one = await companies.make(now=now)
    first = await counting.salt(now=now)
    assert await counting.salt(now=now + timedelta(hours=2)) == first
    await counting.count([view(one, "aa")], now=now)
    await counting.forget(now=now + timedelta(minutes=29))
    assert await db.fetch_value("SELECT count(*) FROM company_visit") == 1
    await counting.forget(now=now + timedelta(minutes=31))
    assert await db.fetch_value("SELECT count(*) FROM company_visit") == 0
    assert await counting.salt(now=now + timedelta(days=1)) != first
    assert await db.fetch_value("SELECT count(*) FROM audience_salt") == 1


async def test_enquiries_are_counted_with_what_stores_them(database: str, now: datetime) -> None:
    made = await companies.make_many(2, now=now)
    await counting.count_enquiries([*made, made[0]], now=now)
    await counting.count_enquiries(made[:1], now=now)
    assert await sums() == [(made[0], DAY, "enquiry", "", 2), (made[1], DAY, "enquiry", "", 1)]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Asked(FIREFOX, "", False), None),
        (Asked(FIREFOX, "", True), Left.HEAD),
        (Asked(FIREFOX, "prefetch;prerender", False), Left.PREFETCH),
        (Asked(" ", "", False), Left.NO_AGENT),
        (Asked("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "", False), Left.CRAWLER),
        (Asked("Hauspost/1.0", "", False), Left.PROGRAM),
        (Asked("Lynx/2.9.0 libwww-FM/2.14", "", False), None),
    ],
)
def test_who_is_left_out(asked: Asked, reason: Left | None) -> None:
    assert left(asked, is_crawler=is_crawler) is reason


@pytest.mark.parametrize("name", ["isbot", "matomo"])
def test_known_bots_are_left_out_and_current_browsers_are_not(name: str) -> None:
    """Among the fixtures of two other projects."""
    lines = gzip.decompress((shared_data.folder("bots") / f"{name}-user-agents.jsonl.gz").read_bytes()).splitlines()
    found: dict[str, list[bool]] = {"bot": [], "browser": []}
    for line in lines:
        agent, label = json.loads(line)["user_agent"], json.loads(line)["label"]
        # What called itself otherwise was no browser of the last ten years.
        if label == "bot" or (label == "browser" and agent.startswith("Mozilla/5.0 (") and "compatible" not in agent):
            found[label].append(left(Asked(agent, "", False), is_crawler=is_crawler) is not None)
    assert sum(found["bot"]) >= 0.94 * len(found["bot"])
    assert sum(found["browser"]) <= 0.04 * len(found["browser"])
