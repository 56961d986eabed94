"""Addresses nobody should send: never a crash, always a page or a refusal in words."""

import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.events.rules import filters
from tests import shared_data
from tests.events.reading import words
from tests.factories import events

# Keys that are read in the same way are asked for together; each of them is read whatever becomes of the others.
KEYS = (
    ("q",), ("city", "country", "topic"), ("from", "to"), ("format", "kind", "price", "when"), ("page",),
    ("month", "per_page", "changed_since"),
)  # fmt: skip
PATHS = (
    "/events",
    "/events/calendar",
    "/events.ics",
    "/events.atom",
    "/calendars",
    "/api/v1/events",
    "/api/v1/events.csv",
)
NASTY = [
    "\x00", "a\x00b", "'", '"', "\\", "\\'", "';DROP TABLE event;--", "%", "_", "&", "|", "!", ":*", "a:*b", "<->",
    "( )", "((((", "\u202e\u200b", "\ufeff", "😀" * 30, "ﷺ" * 40, "İ" * 50, "ß", "’‘“”", "../../etc/passwd", "${7*7}",
    "{{7*7}}", "<script>alert(1)</script>", "-1", "0", "1e309", "NaN", "null", "undefined", "true", "9" * 40, " ", "\t\n",
    "2027-02-30", "2027-1", "9999-12", "0000-00", "-2027-01", "٢٠٢٧-٠٢", "x" * 200, "x" * 5000, "a " * 100, "é" * 119,
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_every_filter_takes_anything(client: httpx.AsyncClient, path: str) -> None:
    assert {key for keys in KEYS for key in keys} >= filters.KEYS
    await events.make("Isolator Day", topics=("Isolators",))
    for keys in KEYS:
        for value in NASTY:
            answer = await client.get(path, params=dict.fromkeys(keys, value))
            assert answer.status_code in (200, 400, 404, 422), (keys, value, answer.status_code)
            if answer.headers["content-type"].startswith("text/html"):
                assert "<script>alert" not in answer.text
            assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "q=%C3%28", "q=%FF%FE", "q=%ED%A0%80", "country=%80", "topic=%00", "%00=1", "=", "&&&", "q", "q=%", "q=%zz",
        "q[]=1", "q[$ne]=1", "q=a&q=b&q=c", "page=1&page=2", "from=2027-01&from=banana",
        "&".join("topic=x" for _ in range(99)), "&".join("a=b" for _ in range(101)), "q=" + "%F0%9F%98%80" * 3000,
        "Q=x&FORMAT=y", "q=+++", "q=%2B%26%3D", "format=", "format=in_person&format=online",
    ],
)  # fmt: skip
async def test_query_strings_of_every_sort(client: httpx.AsyncClient, query: str) -> None:
    await events.make("Isolator Day")
    for path in PATHS:
        answer = await client.get(f"{path}?{query}")
        assert answer.status_code in (200, 400, 404, 422), (path, answer.status_code)


async def test_too_many_things_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.get("/events?" + "&".join("topic=x" for _ in range(150)))
    assert answer.status_code == 422
    assert "Please ask for at most 100 things at once." in words(answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/events/%C3%28", "/events/%00", "/events/%2e%2e%2f", "/events/" + "a" * 10_000, "/events/%F0%9F%98%80",
        "/events/-", "/events/.ics", "/events/a.ics.ics", "/events/UPPER", "/events/a%20b", "/api/v1/events/%00",
        "/sitemaps/%00", "/events/%C3%28.ics",
    ],
)  # fmt: skip
async def test_addresses_of_every_sort(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code in (400, 404)


async def test_the_big_list_of_naughty_strings(client: httpx.AsyncClient) -> None:
    strings: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    await events.make("Isolator Day")
    for value in strings:
        raw = quote(value.encode("utf-8", "surrogatepass"), safe="")
        for query in (f"q={raw}", f"city={raw}&topic={raw}&from={raw}"):
            answer = await client.get(f"/events?{query}")
            assert answer.status_code in (200, 422), query
            assert "<script>" not in answer.text.replace('<script src="', "").replace("<script type=", "")


async def test_what_was_typed_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/events", params={"q": '"><b>' + "x" * 130})
    assert answer.status_code == 422
    assert 'value="&#34;&gt;&lt;b&gt;' + "x" * 115 + '"' in answer.text


PAIRS = st.lists(
    st.tuples(st.sampled_from([*filters.KEYS, "page", "nonsense"]), st.text(max_size=160) | st.dates().map(str)),
    max_size=12,
)


class TestParsing:
    @given(PAIRS)
    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_it_never_fails_and_what_it_reads_it_can_write(self, pairs: list[tuple[str, str]]) -> None:
        parsed = filters.parse(pairs)
        again = filters.parse(parsed.filters.pairs())
        assert again.filters == parsed.filters
        assert again.problems == {}

    @given(st.dates())
    def test_days(self, day: object) -> None:
        found = filters.span(str(day))
        assert found is None or str(found.first) == str(day)

    def test_months(self) -> None:
        found = filters.span("2028-02")
        assert found is not None
        assert (str(found.first), str(found.last)) == ("2028-02-01", "2028-02-29")
        late = filters.span("2027-02-31")
        assert late is not None
        assert str(late.last) == "2027-02-28"
