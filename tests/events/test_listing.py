"""`/events`: what is listed under which filters, counts, chips, pages, the fragment for htmx."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock
from portal.events import commands
from portal.events.tables import EventFormat, EventState
from portal.events.values import VenueFacts
from tests.events.hearing import settled
from tests.events.reading import links, titles, words
from tests.factories import events

BERLIN = VenueFacts(name="Kosmos", city="Berlin", country="DE")


@pytest.fixture
async def season(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Six events of every sort, and one past."""
    await events.make(
        "Isolator Day", days=10, topics=("Isolators",), price_from=41000, price_currency="EUR", is_free=False
    )
    await events.make("Annex 1 online", days=20, online=True, topics=("Inspection",), is_free=True)
    await events.make("Lyo Forum Vienna", days=30, topics=("Lyophilisation", "Isolators"), venue=events.VIENNA)
    await events.make("Kosmos Hybrid", days=40, format=EventFormat.HYBRID, venue=BERLIN, topics=("Quality",))
    await events.make(
        "Foreign Fair",
        days=50,
        kind="external",
        url="https://fair.example",
        venue=BERLIN,
        sponsor="Lombarda Fiere",
        is_free=False,
    )
    await events.make("Secret Draft", days=15, state=EventState.DRAFT)
    await events.make("Old Congress", days=-60, topics=("Quality",))
    return client


def counts(page: str, name: str) -> dict[str, int]:
    """The counts a select offers, by value."""
    select = re.search(rf'<select id="f-{name}".*?</select>', page, re.S)
    assert select is not None
    return {value: int(n) for value, n in re.findall(r'<option value="([^"]+)"[^>]*>[^<(]*\((\d+)\)', select[0])}


FILTERED = [
    ("", ["Isolator Day", "Annex 1 online", "Lyo Forum Vienna", "Kosmos Hybrid", "Foreign Fair"]),
    ("?q=lyo", ["Lyo Forum Vienna"]),
    ("?q=LYO+vie", ["Lyo Forum Vienna"]),
    ("?q=ghent", ["Isolator Day"]),
    ("?q=inspection", ["Annex 1 online"]),
    ("?country=AT", ["Lyo Forum Vienna"]),
    ("?country=at&country=BE", ["Isolator Day", "Lyo Forum Vienna"]),
    ("?city=berlin", ["Kosmos Hybrid", "Foreign Fair"]),
    ("?topic=isolators", ["Isolator Day", "Lyo Forum Vienna"]),
    ("?topic=isolators&topic=quality", ["Isolator Day", "Lyo Forum Vienna", "Kosmos Hybrid"]),
    ("?format=online", ["Annex 1 online", "Kosmos Hybrid"]),
    ("?format=hybrid", ["Kosmos Hybrid"]),
    ("?price=free", ["Annex 1 online"]),
    ("?price=paid", ["Isolator Day", "Foreign Fair"]),
    ("?kind=external", ["Foreign Fair"]),
    ("?when=past", ["Old Congress"]),
    ("?topic=quality&when=all", ["Old Congress", "Kosmos Hybrid"]),
    ("?topic=isolators&country=AT&format=in_person", ["Lyo Forum Vienna"]),
    ("?price=free&utm_source=mail&fbclid=x&nonsense", ["Annex 1 online"]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "found"), FILTERED)
async def test_filters_combine(season: httpx.AsyncClient, query: str, found: list[str]) -> None:
    answer = await season.get(f"/events{query}")
    assert answer.status_code == 200
    assert titles(answer.text) == found


async def test_a_range_of_months_and_a_day(season: httpx.AsyncClient) -> None:
    day = events.ahead(10).date()
    assert titles((await season.get(f"/events?from={day}&to={day}")).text) == ["Isolator Day"]
    month = f"{events.ahead(20):%Y-%m}"
    assert "Annex 1 online" in titles((await season.get(f"/events?from={month}&to={month}")).text)
    assert titles((await season.get(f"/events?from={events.ahead(200):%Y-%m}")).text) == []
    assert titles((await season.get(f"/events?to={events.ahead(-50):%Y-%m-%d}")).text) == ["Old Congress"]


async def test_an_event_counts_on_each_of_its_days(client: httpx.AsyncClient) -> None:
    await events.make("Three Days", days=10, hours=56)
    for offset, found in ((9, []), (10, ["Three Days"]), (11, ["Three Days"]), (12, ["Three Days"]), (13, [])):
        day = events.ahead(offset).date()
        assert titles((await client.get(f"/events?from={day}&to={day}")).text) == found


async def test_counts_reflect_the_other_filters(season: httpx.AsyncClient) -> None:
    everything = (await season.get("/events")).text
    assert counts(everything, "country") == {"AT": 1, "BE": 1, "DE": 2}
    assert counts(everything, "format") == {"in_person": 4, "online": 2, "hybrid": 1}
    assert counts(everything, "price") == {"free": 1, "paid": 2}
    isolators = (await season.get("/events?topic=isolators")).text
    assert counts(isolators, "country") == {"AT": 1, "BE": 1}
    assert counts(isolators, "format") == {"in_person": 2}
    both = (await season.get("/events?topic=isolators&country=AT")).text
    assert counts(both, "country") == {"AT": 1, "BE": 1}


async def test_chips_remove_one_filter_each(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?topic=isolators&topic=quality&country=AT")).text
    chips = re.findall(r'<a class="chip" href="([^"]*)"><span>([^<]*)</span>', page)
    assert chips == [
        ("/events?topic=isolators&amp;topic=quality", "Austria"),
        ("/events?country=AT&amp;topic=quality", "Isolators"),
        ("/events?country=AT&amp;topic=isolators", "Quality"),
    ]
    assert "Clear all" in words(page)


async def test_the_form_keeps_what_was_chosen(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?q=lyo&country=AT&format=in_person&topic=isolators&kind=own")).text
    assert 'name="q" type="search" value="lyo"' in page
    assert re.search(r'<option value="AT" selected>', page)
    assert re.search(r'<option value="in_person" selected>', page)
    assert re.search(r'name="topic" value="isolators" checked', page)
    assert re.search(r'name="kind" value="own" checked', page)


async def test_accents_and_prefixes_do_not_matter(client: httpx.AsyncClient) -> None:
    await events.make("Siliconisation à Łódź", venue=VenueFacts(city="Łódź", country="PL"))
    for typed in ("lodz", "ŁÓDŹ", "silic", "siliconisation lodz"):
        assert titles((await client.get("/events", params={"q": typed})).text) == ["Siliconisation à Łódź"]


async def test_a_misspelling_is_helped(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?q=isolatr")).text
    assert titles(page) == ["Isolator Day", "Lyo Forum Vienna"]
    said = words(page)
    assert "Showing results for isolator . Nothing matches “isolatr”." in said
    assert links(page, "q=isolator") != []


@pytest.mark.parametrize(
    ("typed", "meant", "other"),
    [
        ("pytohn", "python", ""),
        ("pyton", "python", "pylon"),
        ("pyhton forum", "python forum", ""),
        ("datascience", "data science", ""),
        ("Kuberntes", "kubernetes", ""),
        ("vienna pytohn", "vienna python", ""),
        ("berlin pytohn", "", ""),
        ("xqzwv", "", ""),
        ("pytohn c++", "python c++", ""),
    ],
)
async def test_the_likeliest_spelling_that_finds_something(
    client: httpx.AsyncClient, typed: str, meant: str, other: str
) -> None:
    for n in range(3):
        await events.make(f"Python Forum {n}", days=20 + n, venue=events.VIENNA, summary="For c++ people too.")
    await events.make("PyTorch by the Pylon", days=30)
    await events.make("Data and Science, Data Science", days=31, topics=("Kubernetes", "Datascicon"))
    await events.make("Berlin Day", days=32, venue=BERLIN)
    page = (await client.get("/events", params={"q": typed})).text
    said = words(page)
    assert (f"Showing results for {meant} ." in said) == bool(meant)
    assert (f"Or did you mean {other} (1) ?" in said) == bool(other)
    assert (titles(page) != []) == bool(meant)
    assert ("No event matches" in said) == (not meant)


async def test_every_page_of_a_respelled_list_can_be_reached(client: httpx.AsyncClient) -> None:
    await events.make_many(60, topics=("Isolators",))
    page = (await client.get("/events?q=isolatrs")).text
    (second,) = set(links(page, "page=2"))
    assert second == "/events?q=isolators&page=2"
    assert titles((await client.get(second)).text) == [f"Event {n}" for n in range(51, 61)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("制药", ["中国制药装备博览会"]),
        ("中国 装备", ["中国制药装备博览会"]),
        ("中国 上海", []),
        ("c++", ["C++ Days"]),
        ("C#", ["C# Days"]),
        ("c", ["C++ Days", "C# Days", "Corn Days", ".NET Days"]),
        (".net", [".NET Days"]),
        ("days c++", ["C++ Days"]),
        ("制_", []),
        ("制%", []),
    ],
)
async def test_words_that_are_looked_for_letter_by_letter(
    client: httpx.AsyncClient, typed: str, found: list[str]
) -> None:
    for n, title in enumerate(("中国制药装备博览会", "C++ Days", "C# Days", "Corn Days")):
        await events.make(title, days=10 + n, summary="", organiser_name="", venue=None, topics=())
    await events.make(".NET Days", days=20, summary="Networks and c.", organiser_name="", venue=None, topics=())
    assert titles((await client.get("/events", params={"q": typed})).text) == found


async def test_nothing_found_says_what_to_loosen(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?country=AT&format=online&kind=own")).text
    said = words(page)
    assert titles(page) == []
    assert "No event matches all of these filters" in said
    drops = re.findall(r'<a class="btn sm" href="([^"]*)">Drop ([^<]*?) ?<span class="muted num">(\d+)</span>', page)
    assert drops == [
        ("/events?format=online&amp;kind=own", "Austria", "2"),
        ("/events?country=AT&amp;kind=own", "Online", "1"),
    ]


async def test_a_topic_nobody_knows(season: httpx.AsyncClient) -> None:
    answer = await season.get("/events?topic=alchemy")
    assert answer.status_code == 200
    assert "We know no topic “alchemy”." in words(answer.text)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=banana", "From: “banana”. Please give a month such as 2027-02, or a day such as 2027-02-09."),
        ("to=2027-13", "To: “2027-13”. Please give a month"),
        ("from=0000-01", "From: “0000-01”. Please give a month"),
        ("format=holographic", "Format: “holographic”. Please choose one of: in_person, online, hybrid."),
        ("price=-1", "Price: “-1”. Please choose one of: free, paid."),
        ("q=" + "x" * 300, "Please search for at most 120 letters."),
        ("&".join(f"city=c{n}" for n in range(30)), "Please choose at most 20."),
        (
            "country=at&country=xx",
            "Country: “at”. Please give codes of two letters, such as AT. There is no country XX.",
        ),
        ("country=12", "Country: “12”. Please give codes of two letters"),
        ("from=1999-05&to=1999-03", "To: “1999-03”. The range ends before it begins. Please choose a later end."),
        ("month=soon", "Month: “soon”. Please give a month such as 2027-02."),
    ],
)
async def test_filters_that_cannot_be_read(season: httpx.AsyncClient, query: str, said: str) -> None:
    answer = await season.get(f"/events?{query}")
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert len(titles(answer.text)) == 5
    # For machines there is no other list to fall back on, and a month is none of their filters.
    feeds = [
        (await season.get(f"{path}?{query}")).status_code for path in ("/events.atom", "/events.ics", "/api/v1/events")
    ]
    assert feeds == [400, 400, 400]


async def test_a_country_without_events_is_none_to_refuse(season: httpx.AsyncClient) -> None:
    for path in ("/events", "/events/calendar", "/events.atom", "/events.ics", "/api/v1/events"):
        assert (await season.get(f"{path}?country=pt")).status_code == 200


async def test_what_could_not_be_read_stays_in_its_field(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?from=banana&country=AT")).text
    assert '<option value="banana" selected>banana</option>' in page
    assert titles(page) == ["Lyo Forum Vienna"]


class TestPages:
    async def test_fifty_a_page(self, client: httpx.AsyncClient) -> None:
        await events.make_many(120)
        first = await client.get("/events")
        assert titles(first.text) == [f"Event {n}" for n in range(1, 51)]
        assert "1–50 of 120 events" in words(first.text)
        last = await client.get("/events?page=3")
        assert titles(last.text) == [f"Event {n}" for n in range(101, 121)]
        assert 'rel="canonical" href="http://localhost:8000/events?page=3"' in last.text

    @pytest.mark.parametrize("number", ["4", "0", "-1", "999999999999999999999", "abc", "1.5", "٣", "1e3"])
    async def test_pages_that_are_not_there(self, client: httpx.AsyncClient, number: str) -> None:
        await events.make_many(120)
        answer = await client.get("/events", params={"page": number})
        assert answer.status_code == 404
        assert "Page not found" in words(answer.text)
        assert 'href="/events"' in answer.text

    async def test_months_are_counted_over_all_pages(self, client: httpx.AsyncClient) -> None:
        first = events.ahead(62).replace(day=5)
        for n in range(60):
            await events.make(f"E{n}", starts_at=first + timedelta(minutes=n), hours=1)
        page = (await client.get("/events")).text
        assert re.findall(r'<h2 id="m-[^"]*">([^<]*)</h2><p class="xs">([^<]*)</p>', page) == [
            (f"{first:%B %Y}", "60 events")
        ]


class TestOrder:
    async def test_sponsored_listings_stay_on_their_date(self, season: httpx.AsyncClient) -> None:
        page = (await season.get("/events")).text
        assert titles(page)[-1] == "Foreign Fair"
        assert re.search(
            r'<li class="event hit is-paid">.*?<p class="paid">Sponsored by Lombarda Fiere</p>', page, re.S
        )

    async def test_paying_moves_nothing_to_an_earlier_page(self, client: httpx.AsyncClient) -> None:
        await events.make_many(55)
        await events.make("Paid", days=100, sponsor="Lombarda Fiere")
        assert titles((await client.get("/events")).text) == [f"Event {n}" for n in range(1, 51)]
        assert titles((await client.get("/events?page=2")).text)[-1] == "Paid"

    async def test_what_runs_already_comes_first_as_such(self, client: httpx.AsyncClient) -> None:
        await events.make("Soon", days=3)
        await events.make("Running", days=-2, hours=24 * 5)
        page = (await client.get("/events")).text
        assert titles(page) == ["Running", "Soon"]
        assert re.findall(r'<h2 id="m-now">([^<]*)</h2><p class="xs">([^<]*)</p>', page) == [("On now", "1 event")]

    async def test_the_past_goes_backwards(self, client: httpx.AsyncClient) -> None:
        await events.make("Older", days=-90)
        await events.make("Newer", days=-30)
        page = (await client.get("/events?when=past")).text
        assert titles(page) == ["Newer", "Older"]
        assert "Past events" in words(page)

    async def test_cancelled_and_moved_say_so(self, client: httpx.AsyncClient) -> None:
        gone, moved = await events.make("Gone", days=20), await events.make("Moved", days=30, timezone="UTC")
        now = clock.now()
        await commands.cancel_event(actor=PORTAL, event_id=gone, version=1, now=now)
        starts = events.ahead(37, timezone="UTC")
        await commands.move_event(
            actor=PORTAL, event_id=moved, version=1, now=now, starts_at=starts, ends_at=starts + timedelta(hours=8),
            timezone="UTC", venue=events.GHENT,
        )  # fmt: skip
        page = (await client.get("/events")).text
        assert titles(page) == ["Gone", "Moved"]
        assert re.search(r'<li class="event hit is-off">.*?Cancelled', page, re.S)
        was = events.ahead(30, timezone="UTC")
        assert f"It was announced for {was:%a} {was.day} {was:%b %Y}" in words(page)


class TestFragment:
    async def test_htmx_gets_the_results_and_the_new_counts(self, season: httpx.AsyncClient) -> None:
        answer = await season.get("/events?country=AT", headers={"HX-Request": "true", "HX-Target": "results"})
        assert answer.text.count('<div id="results">') == 1
        assert "<html" not in answer.text
        assert 'id="filter-fields" hx-swap-oob="innerHTML"' in answer.text
        for path in ("/events", "/events/calendar"):
            assert f'<a href="{path}?country=AT"' in answer.text
        past = await season.get("/events?when=past", headers={"HX-Request": "true"})
        assert '<h1 id="heading" hx-swap-oob="innerHTML">Past events</h1>' in past.text
        month = await season.get("/events/calendar?country=AT", headers={"HX-Request": "true"})
        assert 'href="webcal://localhost:8000/events.ics?country=AT"' in month.text
        assert "<title>Events: Austria · Sterile Line</title>" in answer.text
        assert answer.headers["vary"] == "HX-Request, HX-History-Restore-Request, Accept-Encoding"

    @pytest.mark.parametrize("target", [{"HX-Target": "results"}, {}])
    async def test_the_whole_page_and_the_fragment_are_kept_apart(
        self, app: Litestar, season: httpx.AsyncClient, target: dict[str, str]
    ) -> None:
        await settled(app)
        fragment = await season.get("/events", headers={"HX-Request": "true", **target})
        whole = await season.get("/events")
        assert ("<html" in fragment.text, "<html" in whole.text) == (False, True)

    async def test_going_back_gets_the_whole_page(self, season: httpx.AsyncClient) -> None:
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in (await season.get("/events?country=AT", headers=headers)).text


async def test_machines_find_the_same_list(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events?topic=isolators&page=1")).text
    alternates = re.findall(r'<link rel="alternate" type="([^"]*)" title="[^"]*" href="([^"]*)"', page)
    assert alternates == [
        ("text/calendar", "/events.ics?topic=isolators"),
        ("application/atom+xml", "/events.atom?topic=isolators"),
        ("application/json", "/api/v1/events?topic=isolators"),
    ]
    assert "webcal://localhost:8000/events.ics?topic=isolators" in links(page)


async def test_an_empty_portal(client: httpx.AsyncClient) -> None:
    for path in ("/events", "/events?when=past", "/events?q=x", "/events/calendar", "/"):
        assert (await client.get(path)).status_code == 200


async def test_places_left_are_asked_for_in_one_request(season: httpx.AsyncClient) -> None:
    page = (await season.get("/events")).text
    asked: list[Any] = re.findall(r'hx-get="/events/places\?ids=([\d,]+)"', page)
    assert len(asked) == 1
    assert len(asked[0].split(",")) == 4
    assert all(f'id="places-{event}"' in page for event in asked[0].split(","))


async def test_places_are_counted_where_they_can_be_taken(client: httpx.AsyncClient) -> None:
    shop = await events.make("Ahead", days=20)
    gone = await events.make("Gone", days=21)
    await commands.cancel_event(actor=PORTAL, event_id=gone, version=1, now=clock.now())
    await events.make("Elsewhere", days=22, kind="external", url="https://x.example")
    await events.make("Over", days=-20)
    page = (await client.get("/events?when=all")).text
    assert re.findall(r'hx-get="/events/places\?ids=([^"]*)"', page) == [str(shop)]
    assert "/events/places" not in (await client.get("/events?when=past")).text
