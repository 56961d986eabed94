"""Counts against brute force: whatever is asked for, each choice says how many events it gives, and the list has them."""

import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from portal.core import db, times
from portal.events import around
from portal.events.queries import exports, facets, listing
from portal.events.rules import filters as filter_rules
from portal.events.rules import months
from portal.events.rules.filters import Filters
from portal.events.tables import EventFormat
from portal.events.values import VenueFacts
from tests.factories import events

TODAY = date(2027, 2, 10)
CITIES = [("Kraków", "PL"), ("Krakow", "PL"), ("KRAKOW", "PL"), ("Wrocław", "PL"), ("São Paulo", "BR"), ("Sao Paulo", "BR"),
          ("Vienna", "AT"), ("Berlin", "DE"), ("Ghent", "BE"), ("", "CH")]  # fmt: skip
ZONES = ["Europe/Warsaw", "Pacific/Honolulu", "UTC", "Asia/Tokyo"]
DIMENSIONS = ("dates", "country", "city", "topic", "format", "price", "kind")
Event = dict[str, Any]


def plain(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return bare.replace("ł", "l")


@pytest.fixture
async def stored(database: str) -> list[Event]:
    """Ninety events of every sort, around TODAY."""
    chance = random.Random(7)
    venues = [VenueFacts(city=city, country=land) for city, land in CITIES]
    made = []
    for n in range(90):
        day = TODAY + timedelta(days=chance.randint(-90, 150))
        zone, form = chance.choice(ZONES), chance.choice(list(EventFormat))
        made.append(events.facts(
            f"Event {n}", starts_at=times.midnight(day) + timedelta(hours=chance.randint(-4, 20)), timezone=zone,
            hours=chance.choice((1, 8, 30, 24 * 40)), format=form, topics=tuple(chance.sample("ABCD", chance.randint(0, 2))),
            venue=None if form is EventFormat.ONLINE else chance.choice(venues), kind=chance.choice(("own", "external")),
            url="https://x.example", **chance.choice(PRICES),
        ))  # fmt: skip
    await events.commands.save_events(actor=events.PORTAL, facts=made, now=events.NOW)
    rows = await db.fetch(
        "SELECT e.*, v.city, v.country, array(SELECT t.slug FROM event_topic et JOIN topic t ON t.id = et.topic "
        "WHERE et.event = e.id) AS topics FROM event e LEFT JOIN venue v ON v.id = e.venue"
    )
    return [dict(row) for row in rows]


PRICES: tuple[dict[str, Any], ...] = (
    {}, {"is_free": True}, {"is_free": False}, {"is_free": True, "price_from": 100, "price_currency": "EUR"},
)  # fmt: skip


def prices(event: Event) -> list[str]:
    """What an event is found as."""
    free = ["free"] if event["is_free"] else []
    return free + (["paid"] if event["is_free"] is False or event["price_from"] else [])


def holds(name: str, event: Event, asks: Filters) -> bool:
    match name:
        case "dates":
            return (not asks.until or event["starts_on"] <= asks.until.last) and (
                not asks.since or event["ends_on"] >= asks.since.first
            )
        case "city":
            return not asks.city or plain(event["city"] or "") in {plain(city) for city in asks.city}
        case "topic":
            return not asks.topic or bool({*asks.topic} & {*event["topics"]})
        case "format":
            return not asks.format or event["format"] in ({asks.format, "hybrid"})
        case "price":
            return not asks.price or asks.price in prices(event)
        case "country":
            return not asks.country or event["country"] in asks.country
    return not asks.kind or event["kind"] == asks.kind


def asked(chance: random.Random, stored: list[Event]) -> Filters:
    pairs: list[tuple[str, str]] = []

    def maybe(odds: float, name: str, value: Callable[[Event], str], most: int = 1) -> None:
        if chance.random() < odds:
            pairs.extend((name, value(chance.choice(stored))) for _ in range(chance.randint(1, most)))

    maybe(0.4, "from", lambda e: e["starts_on"].strftime(chance.choice(("%Y-%m", "%Y-%m-%d"))))
    maybe(0.4, "to", lambda e: e["starts_on"].strftime(chance.choice(("%Y-%m", "%Y-%m-%d"))))
    maybe(0.4, "country", lambda e: e["country"] or "FR", most=3)
    maybe(0.3, "city", lambda e: e["city"] or "Nowhere", most=3)
    maybe(0.4, "topic", lambda e: chance.choice(e["topics"] or ["z"]), most=2)
    maybe(0.3, "format", lambda e: e["format"])
    maybe(0.2, "price", lambda e: (prices(e) or ["paid"])[-1])
    maybe(0.3, "kind", lambda e: e["kind"])
    maybe(0.5, "when", lambda e: chance.choice(("upcoming", "past", "all")))
    return filter_rules.parse(pairs).filters


def looked_at(asks: Filters, stored: list[Event]) -> list[Event]:
    """The events of the time that is asked for."""
    midnight = times.midnight(TODAY)
    if asks.when == "all":
        return stored
    past = asks.when == "past" or (not asks.when and asks.until is not None and asks.until.last < TODAY)
    return [event for event in stored if (event["ends_at"] <= midnight) == past]


@pytest.mark.parametrize("seed", range(3))
async def test_counts_and_rows_are_those_of_brute_force(stored: list[Event], seed: int) -> None:
    chance = random.Random(seed)
    for n in range(25):
        asks = asked(chance, stored)
        base = looked_at(asks, stored)

        def under(skipped: str = "", asks: Filters = asks, base: list[Event] = base) -> list[Event]:
            return [e for e in base if all(holds(name, e, asks) for name in DIMENSIONS if name != skipped)]

        found = under()
        counted = await facets.counted(asks, today=TODAY, version=-1 - n)
        said = asks.query()
        assert counted.total == len(found) == await exports.count(asks, today=TODAY), said
        assert counted.country == Counter(e["country"] for e in under("country") if e["country"]), said
        cities = Counter(plain(e["city"]) for e in under("city") if e["city"])
        assert {plain(c.name): c.count for c in counted.city if c.count} == cities, said
        assert {plain(c.name) for c in counted.city if c.chosen} == {plain(city) for city in asks.city}, said
        assert {t.slug: t.count for t in counted.topic if t.count} == Counter(
            topic for e in under("topic") for topic in e["topics"]
        ), said
        assert counted.format == Counter(e["format"] for e in under("format")), said
        assert counted.kind == Counter(e["kind"] for e in under("kind")), said
        assert counted.price == Counter(price for e in under("price") for price in prices(e)), said
        rows = (await listing.found(asks, page=1, today=TODAY, size=100)).rows
        in_order = sorted(
            found, key=lambda e: (e["starts_on"], e["starts_at"], e["id"]), reverse=asks.looks_back(TODAY)
        )
        assert [row.id for row in rows] == [e["id"] for e in in_order], said


def busy(found: list[Event], month: date) -> dict[date, int]:
    """Brute force: how many events each day of a month has."""
    days = [month + timedelta(days=n) for n in range(filter_rules.last_of_month(month).day)]
    counts = {day: sum(e["starts_on"] <= day <= e["ends_on"] for e in found) for day in days}
    return {day: count for day, count in counts.items() if count}


@pytest.mark.parametrize("seed", range(2))
async def test_weeks_and_days_are_those_that_could_be_chosen(stored: list[Event], seed: int) -> None:
    """Whatever range is asked for: the line and the small month are there to choose another."""
    chance = random.Random(seed)
    for n in range(25):
        asks = asked(chance, stored)
        open_to = [
            e for e in looked_at(asks, stored) if all(holds(name, e, asks) for name in DIMENSIONS if name != "dates")
        ]
        counted = await facets.counted(asks, today=TODAY, version=-100 - n)
        assert {day.day: day.count for day in counted.days} == busy(open_to, counted.month), asks.query()
        other = filter_rules.next_month(counted.month)
        days = await facets.days(asks, other, today=TODAY, version=-100 - n)
        assert {day.day: day.count for day in days} == busy(open_to, other), asks.query()
        first = months.season_start(asks, TODAY)
        begin = Counter(e["starts_on"] - timedelta(days=e["starts_on"].weekday()) for e in open_to)
        line = {
            first + timedelta(weeks=week): count
            for week in range(months.SEASON)
            if (count := begin[first + timedelta(weeks=week)])
        }
        assert {week.monday: week.total for week in counted.weeks} == line, asks.query()


CHANGES: dict[str, Callable[[Filters, str], Filters]] = {
    **{name: lambda asks, value, name=name: asks.with_(**{name: (value,)}) for name in ("country", "city", "topic")},  # type: ignore[misc]
    **{name: lambda asks, value, name=name: asks.with_(**{name: value}) for name in ("format", "price", "kind")},  # type: ignore[misc]
    "from": lambda asks, value: asks.with_(since=filter_rules.span(value)),
    "to": lambda asks, value: asks.with_(until=filter_rules.span(value)),
}


@pytest.mark.parametrize("seed", range(3))
async def test_each_choice_gives_what_it_promises(stored: list[Event], seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        asks = asked(chance, stored)
        offered = around.choices(asks, await facets.counted_now(asks, today=TODAY), TODAY)
        for name, change in CHANGES.items():
            options = [option for option in offered[name] if not option.chosen]
            for option in chance.sample(options, min(2, len(options))):
                given = await exports.count(change(asks, option.value), today=TODAY)
                assert given == option.count > 0, (asks.query(), name, option)


async def test_the_most_usual_spelling_stands_for_all(database: str) -> None:
    for n, city in enumerate(("Rio de Janeiro", "Rio De Janeiro", "Rio de Janeiro", "RIO DE JANEIRO")):
        await events.make(f"E{n}", days=20 + n, venue=VenueFacts(city=city, country="BR"))
    counted = await facets.counted(Filters(), today=times.today(events.ahead(0)), version=-1)
    assert [(city.name, city.count) for city in counted.city] == [("Rio de Janeiro", 4)]
    for typed in ("rio de janeiro", "Río de Janeiro", "RIO DE JANEIRO"):
        assert await exports.count(Filters(city=(typed,)), today=times.today(events.ahead(0))) == 4
