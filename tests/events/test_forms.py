"""The forms of the list, the month and the feeds, as a browser without scripts sends them: no filter gets lost."""

import re
from html.parser import HTMLParser
from itertools import product
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from portal.events.rules import filters
from portal.events.rules.filters import Filters
from portal.events.values import VenueFacts
from tests.events.reading import links, titles
from tests.factories import events

Pairs = list[tuple[str, str]]


class Form(HTMLParser):
    """What the form with the filters would send: names and values in their order; `fields` are those to change."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pairs: Pairs = []
        self.fields: dict[str, int] = {}
        self._inside, self._select, self._chosen = False, "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") in ("/events", "/events/calendar", "/calendars")
        elif not self._inside:
            return
        elif tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._add(given["name"], given.get("value", ""), changeable=given.get("type") in ("search", "text"))
        elif tag == "select":
            self._select, self._chosen = given["name"], ""
        elif tag == "option" and self._select:
            self._chosen = given.get("value", "") if "selected" in given else self._chosen

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._add(self._select, self._chosen, changeable=True)
            self._select = ""
        elif tag == "form":
            self._inside = False

    def _add(self, name: str, value: str, *, changeable: bool) -> None:
        if changeable:
            self.fields[name] = len(self.pairs)
        self.pairs.append((name, value))

    def changed(self, name: str, value: str) -> Pairs:
        """What is sent after somebody chose or typed one thing."""
        at = self.fields[name]
        return [*self.pairs[:at], (name, value), *self.pairs[at + 1 :]]


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    towns = [VenueFacts(city=f"Town {n}", country="DE") for n in range(32)]
    many = [
        events.facts(f"{topic} {n}", days=5 + n, venue=town, topics=(topic,))
        for n, town in enumerate(towns) for topic in ("Isolators", "Quality")
    ]  # fmt: skip
    await events.commands.save_events(actor=events.PORTAL, facts=many, now=events.NOW)
    await events.make("Rare", days=50, venue=VenueFacts(city="Hinxton", country="GB"), is_free=True)
    await events.make("Vienna", days=60, venue=events.VIENNA, online=False, kind="external", url="https://x.example")
    await events.make("Online", days=70, online=True, is_free=False)
    return client


ASKED = [
    "city=Hinxton&when=all",
    "city=hinxton&city=Nowhere&city=Town+3",
    "country=DE&country=GB",
    "country=DE&country=GB&country=FR&country=AT&price=free",
    "country=FR",
    "topic=isolators&topic=quality&topic=alchemy",
    "q=isol&kind=external&when=past",
    "to=2020-01&when=upcoming",
    f"from={events.DAY}&to={events.DAY.year + 4}-05",
    "topic=quality&country=DE&country=AT&city=Town+1&city=Town+31&format=in_person&kind=own&when=all&q=e&from=2020-01",
]  # fmt: skip
OF_A_LIST = {"since": None, "until": None, "when": ""}


@pytest.mark.parametrize("path", ["/events", "/events/calendar", "/calendars"])
async def test_a_change_of_one_filter_keeps_all_others(season: httpx.AsyncClient, path: str) -> None:
    for asked in ASKED:
        await _all_kept(season, path, asked)


async def _all_kept(season: httpx.AsyncClient, path: str, asked: str) -> None:
    before = read(parse_qsl(asked))
    if path == "/events/calendar":
        before = before.with_(**OF_A_LIST)
    form = Form((await season.get(f"{path}?{asked}")).text)
    assert read(form.pairs) == before
    for name, value in (("format", "hybrid"), ("price", "paid"), ("q", "else"), ("country", "FR")):
        if name == "country" and before.country and len(before.country) < 2:
            expected = before.with_(country=("FR",))
        elif name == "country":
            expected = before.with_(country=tuple(sorted({*before.country, "FR"})))
        else:
            expected = before.with_(**{name: value})
        assert read(form.changed(name, value)) == expected, name
        answer = await season.get(f"{path}?{urlencode(form.changed(name, value))}")
        assert read(Form(answer.text).pairs) == expected, name


def read(pairs: Pairs) -> Filters:
    """The filters; a city may come back in its usual spelling."""
    found = filters.parse(pairs).filters
    return found.with_(city=tuple(sorted(city.capitalize() if city == "hinxton" else city for city in found.city)))


async def test_views_and_feeds_have_the_filters_too(season: httpx.AsyncClient) -> None:
    for asked, headers in product(ASKED, ({}, {"HX-Request": "true"})):
        before = filters.parse(parse_qsl(asked)).filters
        page = (await season.get(f"/events?{asked}", headers=headers)).text
        for address in (f"/events{before.query()}", f"/events/calendar{before.query()}"):
            assert address in links(page), headers
        month = (await season.get(f"/events/calendar?{asked}", headers=headers)).text
        of_month = before.with_(**OF_A_LIST)
        assert f"/events{of_month.query()}" in links(month)
        assert f"webcal://localhost:8000/events.ics{of_month.query()}" in links(month)


async def test_the_month_opens_where_the_list_begins(season: httpx.AsyncClient) -> None:
    page = (await season.get(f"/events/calendar?from={events.DAY.year}-03&country=DE")).text
    assert re.search(r'<h2 id="month-h">([^<]*)</h2>', page)[1] == f"March {events.DAY.year}"  # type: ignore[index]


async def test_chosen_countries_can_be_taken_back_one_by_one(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?country=GB&country=AT")).text
    assert titles(page) == ["Rare", "Vienna"]
    boxes = re.findall(r'name="country" value="(\w+)" checked', page)
    assert boxes == ["AT", "GB"]
    assert "2 chosen" in page


async def test_what_search_engines_may_keep(season: httpx.AsyncClient) -> None:
    for query, indexed in (
        ("", True), ("?country=DE", True), ("?topic=quality", True), ("?country=DE&page=2", True), ("?when=past", True),
        ("?country=DE&topic=quality", False), ("?topic=quality&topic=isolators", False), ("?q=e", False),
    ):  # fmt: skip
        for path in ("/events", "/events/calendar"):
            page = (await season.get(path + query)).text
            assert ('content="noindex' not in page) == indexed, (path, query)
    one = (await season.get("/events?topic=quality&country=DE&country=AT")).text
    other = (await season.get("/events?country=AT&topic=quality&country=DE")).text
    canonical = 'rel="canonical" href="http://localhost:8000/events?country=AT&amp;country=DE&amp;topic=quality"'
    assert (canonical in one, canonical in other) == (True, True)
    shared = (
        '<meta property="og:url" content="http://localhost:8000/events?country=AT&amp;country=DE&amp;topic=quality">'
    )
    assert shared in one
    assert '<meta property="og:title" content="Events: Austria, Germany, Quality · Sterile Line">' in one
