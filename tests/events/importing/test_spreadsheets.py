"""CSV in the shapes spreadsheets write it."""

from datetime import UTC, datetime

import pytest

from portal.core.importing.opening import text_of
from portal.core.importing.values import Unreadable
from portal.events.importing import formats, spreadsheets
from portal.events.tables import EventFormat, EventState
from portal.events.values import VenueFacts
from tests.events.importing.made import CONTEXT, only, reasons

FULL = """id,Title,Start,End,Time zone,Venue,Street,Postcode,City,Country,Format,URL,Topics,Summary,Organiser,Language,Free
7,"Lyo, hands on",2027-02-09 09:00,2027-02-10 17:30,,Donauhalle,Uferstrasse 14,1220,Vienna,Austria,hybrid,\
https://lyo.example,"lyophilisation; Tech transfer",Two days,Sterile Line,de,no
"""


def test_all_columns() -> None:
    facts = only(spreadsheets.read(FULL, CONTEXT)).facts
    assert facts.title == "Lyo, hands on"
    assert (facts.starts_at, facts.ends_at) == (
        datetime(2027, 2, 9, 8, tzinfo=UTC),
        datetime(2027, 2, 10, 16, 30, tzinfo=UTC),
    )
    assert (facts.timezone, facts.all_day, facts.format) == ("Europe/Vienna", False, EventFormat.HYBRID)
    assert facts.venue == VenueFacts(
        name="Donauhalle", street="Uferstrasse 14", postal_code="1220", city="Vienna", country="AT"
    )
    assert facts.topics == ("Lyophilisation", "Tech transfer")
    assert (facts.url, facts.summary, facts.organiser_name) == ("https://lyo.example", "Two days", "Sterile Line")
    assert (facts.language, facts.is_free, facts.source_key) == ("German", False, "7")


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-16-le", ",")],
)
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    rows = [
        ["Event name", "Date from", "Date to", "Town", "Country"],
        ["Füllen", "2027-02-09", "2027-02-09", "Zürich", "Schweiz"],
    ]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    kind, _, reading = formats.read("x.csv", data, CONTEXT)
    facts = only(reading).facts
    assert (kind, facts.title, facts.venue and facts.venue.city) == (formats.Format.CSV, "Füllen", "Zürich")
    assert facts.timezone == "Europe/Zurich"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("9.2.2027", "", "2027-02-09"),
        ("9 February 2027", "", "2027-02-09"),
        ("Tue, Feb 9, 2027", "", "2027-02-09"),
        ("2027/02/09", "", "2027-02-09"),
        ("23/02/2027", "", "2027-02-23"),
        ("02/23/2027", "", "2027-02-23"),
        ("20270209", "", "2027-02-09"),
        ("2027-02-09T14:30", "16:00", "2027-02-09T13:30+15:00"),
        ("2027-02-09 2:30 pm", "2027-02-09 4 pm", "2027-02-09T13:30+15:00"),
        ("2027-02-09T14:30:00-05:00", "", "2027-02-09T19:30+20:30"),
        ("2027-02-09 14:30 Europe/London", "", "2027-02-09T14:30+15:30"),
        ("2027-02-09 14.30 Uhr", "", "2027-02-09T13:30+14:30"),
        ("20270209T143000Z", "", "2027-02-09T14:30+15:30"),
    ],
)
def test_dates_as_people_write_them(start: str, end: str, expected: str) -> None:
    facts = only(spreadsheets.read(f"title;start;end;country\nA;{start};{end};Germany\n", CONTEXT)).facts
    local = facts.starts_at.astimezone(tz=None) if facts.all_day else facts.starts_at
    if facts.all_day:
        from zoneinfo import ZoneInfo

        assert f"{facts.starts_at.astimezone(ZoneInfo(facts.timezone)):%Y-%m-%d}" == expected
    else:
        assert f"{local:%Y-%m-%dT%H:%M}+{facts.ends_at:%H:%M}" == expected


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("02/03/2027", "start can be read in two ways: “02/03/2027”; write it as 2027-02-09"),
        ("2027-02-09 25:00", "start is not a time of day: “25:00”"),
        ("2027-02-09 10:00 CST", "start names a zone that is unknown or means several: “CST”"),
        ("2027-02-09 10:00+25:00", "start has an offset that is kept nowhere: “+25:00”"),
        ("2027-02-09 sometime", "start is not a time of day: “sometime”; write it as 14:30"),
        ("46000", "start is not a date we can read: “46000”; write it as 2027-02-09 or 2027-02-09 14:30"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(start: str, reason: str) -> None:
    assert reasons(spreadsheets.read(f"title,start\nA,{start}\n", CONTEXT)) == [(2, reason)]


def test_rows_know_their_lines_across_quoted_line_breaks() -> None:
    text = 'title,start,description\nA,2027-02-09,"one\n\ntwo"\n\nB,never,\nC,2027-02-10,x\n'
    reading = spreadsheets.read(text, CONTEXT)
    assert [(row.line, row.facts.title) for row in reading.rows] == [(2, "A"), (7, "C")]
    assert reading.rows[0].facts.description == "one\n\ntwo"
    assert [line for line, _ in reasons(reading)] == [6]


def test_a_quotation_mark_never_closed_costs_its_own_line_only() -> None:
    rows = "".join(f"Event {n},2027-02-09\n" for n in range(300))
    reading = spreadsheets.read('title,start\n"Open,2027-02-09\n' + rows, CONTEXT)
    assert reasons(reading) == [(2, "a quotation mark is opened and never closed")]
    assert len(reading.rows) == 300


def test_more_cells_than_headings_is_a_fault_of_the_row() -> None:
    reading = spreadsheets.read("title,start\nA,2027-02-09,spilled\nB,2027-02-09,,\n", CONTEXT)
    assert [row.facts.title for row in reading.rows] == ["B"]
    assert reasons(reading) == [(2, "it has 3 cells, the heading only 2; a quotation mark may be missing")]


def test_without_a_key_title_day_and_address_are_the_identity() -> None:
    text = "title,start,city\nA,2027-02-09,Graz\nA,2027-02-09,Graz\nA,2027-02-09,Linz\nA,2027-02-10,Linz\n"
    reading = spreadsheets.read(text, CONTEXT)
    assert [row.line for row in reading.rows] == [2, 5]
    assert reading.merged == [3]
    assert reasons(reading) == [(4, "line 2 has the same title, first day and address, with other facts")]


def test_a_file_without_headings_is_refused_as_a_whole() -> None:
    with pytest.raises(Unreadable) as refusal:
        spreadsheets.read("Sterile Days,2027-02-09\n", CONTEXT)
    assert str(refusal.value) == (
        "line 1 should name the columns; there is none for title and start. It says: “Sterile Days,2027-02-09”"
    )


def test_a_text_too_long_to_be_shown_is_refused() -> None:
    reading = spreadsheets.read(f"title,start,description\nA,2027-02-09,{'x' * 20_001}\n", CONTEXT)
    assert reasons(reading) == [(2, "its description has 20,001 characters; at most 20,000 can be shown")]


def test_cancelled_and_online() -> None:
    text = "title,start,status,venue,join link\nA,2027-02-09,Cancelled,Zoom,https://zoom.us/j/1\n"
    facts = only(spreadsheets.read(text, CONTEXT)).facts
    assert (facts.state, facts.format, facts.venue) == (EventState.CANCELLED, EventFormat.ONLINE, None)
    assert facts.online_url == "https://zoom.us/j/1"


@pytest.mark.parametrize(
    "opening",
    ["sep=;\n", '"sep=;"\r\n', "# made by Calc\n\n# two lines\n", "\ufeffsep=;\n# comment\n", ""],
)
def test_lines_before_the_heading(opening: str) -> None:
    _, _, reading = formats.read("x.csv", f"{opening}title;start\nA, B;2027-02-09\n".encode(), CONTEXT)
    assert only(reading).facts.title == "A, B"


def test_a_heading_may_begin_with_a_number_sign() -> None:
    assert only(spreadsheets.read("#;title;start\n1;A;2027-02-09\n", CONTEXT)).facts.title == "A"


def test_columns_that_are_not_read_are_told() -> None:
    reading = spreadsheets.read("title,start,Parking,,Hashtag\nA,2027-02-09,,,#a\n", CONTEXT)
    assert [(note.line, note.reason) for note in reading.notes] == [(1, "columns that are not read: Parking, Hashtag")]
    assert spreadsheets.read("title,start,city\nA,2027-02-09,Graz\n", CONTEXT).notes == []


@pytest.mark.parametrize(
    ("price", "currency", "expected"),
    [
        ("890", "EUR", (False, 89000, "EUR")),
        ("890.50", "eur", (False, 89050, "EUR")),
        ("€ 890,50", "", (False, 89050, "EUR")),
        ("1.090,00 €", "", (False, 109000, "EUR")),
        ("1,090.00", "USD", (False, 109000, "USD")),
        ("$1,090", "CAD", (False, 109000, "CAD")),
        ("from CHF 1'200.-", "", (False, 120000, "CHF")),
        ("ab 1 200 EUR", "EUR", (False, 120000, "EUR")),
        ("1.200", "EUR", (False, 120000, "EUR")),
        ("12,000", "JPY", (False, 12000, "JPY")),
        ("12.345", "KWD", "its price can be read in two ways: “12.345”; write it as 1234.500"),
        ("12.34", "KWD", (False, 12340, "KWD")),
        ("0", "EUR", (True, None, "")),
        ("Kostenlos", "", (True, None, "")),
        ("", "EUR", (None, None, "")),
        ("890", "", "its price does not say in which currency: “890”; add a column currency, such as EUR"),
        ("$890", "", "its price does not say in which currency: “$890”; add a column currency, such as EUR"),
        ("890 EUR", "USD", "the currency of its price is not clear: EUR or USD"),
        ("890 XYZ", "", "the currency of its price is not clear: XYZ"),
        ("890–1200 EUR", "", "its price cannot be read: “890–1200 EUR”; write it as 890 or 890.00"),
        ("-5", "EUR", "its price cannot be read: “-5”; write it as 890 or 890.00"),
        ("12.5", "JPY", "its price is no amount of JPY: “12.5”"),
        ("1.09.0", "EUR", "its price is no amount of EUR: “1.09.0”"),
        ("on request", "EUR", "its price cannot be read: “on request”; write it as 890 or 890.00"),
    ],
)
def test_prices(price: str, currency: str, expected: tuple[bool | None, int | None, str] | str) -> None:
    reading = spreadsheets.read(f"title;start;price;currency\nA;2027-02-09;{price};{currency}\n", CONTEXT)
    if isinstance(expected, str):
        assert reasons(reading) == [(2, expected)]
    else:
        facts = only(reading).facts
        assert (facts.is_free, facts.price_from, facts.price_currency) == expected


def test_free_and_with_a_price() -> None:
    reading = spreadsheets.read("title,start,price,free\nA,2027-02-09,€ 5,yes\nB,2027-02-09,€ 5,no\n", CONTEXT)
    assert [(row.facts.is_free, row.facts.price_from) for row in reading.rows] == [(True, 500), (False, 500)]


@pytest.mark.parametrize(("state", "region", "found"), [("Texas", "Texas", "published"), ("moved", "", "published"),
                                                        ("Cancelled", "", "cancelled")])  # fmt: skip
def test_a_state_of_a_country_or_of_the_event(state: str, region: str, found: str) -> None:
    facts = only(spreadsheets.read(f"title,start,city,country,state\nA,2027-02-09,Dallas,US,{state}\n", CONTEXT)).facts
    assert facts.venue is not None
    assert (facts.venue.region, facts.state.value) == (region, found)


def test_a_draft_is_not_published() -> None:
    reading = spreadsheets.read("title,start,status\nA,2027-02-09,draft\n", CONTEXT)
    assert reasons(reading) == [(2, "it is a draft, which is for nobody to see yet")]


def test_windows_1252_with_undefined_bytes_is_still_text() -> None:
    assert text_of(b"caf\xe9 \x81 \x80") == "café \ufffd €"
