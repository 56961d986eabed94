"""Links into Google's, Microsoft's and Apple's calendars, taken apart as those would."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars import links
from tests.calendars.made import entry

TOLD = entry(
    title="Fill & finish: 50% more + ü?#",
    description="Two days.",
    url="https://portal.example/events/filling",
)
DAYS = entry(
    all_day=True,
    starts_at=datetime(2027, 2, 8, 23, 0, tzinfo=UTC),
    ends_at=datetime(2027, 2, 10, 23, 0, tzinfo=UTC),
)
FEED = "https://portal.example/calendars/events.ics?topic=annex-1&country=AT"


def apart(address: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", dict(parse_qsl(parts.query, strict_parsing=True))


def test_google_keeps_the_zone_of_the_event() -> None:
    assert apart(links.google(TOLD)) == (
        "https://calendar.google.com/calendar/render",
        {
            "action": "TEMPLATE",
            "text": "Fill & finish: 50% more + ü?#",
            "dates": "20270209T090000/20270209T170000",
            "ctz": "Europe/Vienna",
            "details": "Two days.\n\nhttps://portal.example/events/filling",
            "location": "Messe Wien, Halle A",
        },
    )


@pytest.mark.parametrize(
    ("told", "dates"),
    [
        (entry(timezone="UTC"), "20270209T080000Z/20270209T160000Z"),
        (
            entry(
                starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC), ends_at=datetime(2026, 10, 25, 4, 0, tzinfo=UTC)
            ),
            "20261025T013000Z/20261025T040000Z",
        ),
        (DAYS, "20270209/20270211"),
    ],
)
def test_google_without_a_zone(told: links.Entry, dates: str) -> None:
    _, query = apart(links.google(told))
    assert (query["dates"], query.get("ctz")) == (dates, None)


@pytest.mark.parametrize(
    ("made", "host"),
    [(links.outlook_com, "outlook.live.com"), (links.office_365, "outlook.office.com")],
)
def test_outlook_is_told_in_utc(made: object, host: str) -> None:
    assert apart(made(TOLD)) == (  # type: ignore[operator]
        f"https://{host}/calendar/0/deeplink/compose",
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "startdt": "2027-02-09T08:00:00Z",
            "enddt": "2027-02-09T16:00:00Z",
            "subject": "Fill & finish: 50% more + ü?#",
            "body": "Two days.\n\nhttps://portal.example/events/filling",
            "location": "Messe Wien, Halle A",
        },
    )


def test_outlook_takes_whole_days_with_the_day_after() -> None:
    _, query = apart(links.outlook_com(DAYS))
    assert (query["startdt"], query["enddt"], query["allday"]) == ("2027-02-09", "2027-02-11", "true")


def test_cancelled_says_so() -> None:
    told = entry(cancelled=True)
    assert apart(links.google(told))[1]["text"] == "Cancelled: Aseptic filling"
    assert apart(links.outlook_com(told))[1]["subject"] == "Cancelled: Aseptic filling"


def test_long_descriptions_are_cut_before_the_links() -> None:
    long = entry(description="word " * 1000, url="https://portal.example/events/filling")
    details = apart(links.google(long))[1]["details"]
    assert details.endswith("word…\n\nhttps://portal.example/events/filling")
    assert len(links.google(long)) < 2000
    assert len(links.office_365(long)) < 2000


@given(st.text(max_size=80), st.text(max_size=80))
def test_blanks_are_never_a_plus_and_nothing_leaks_into_other_fields(title: str, place: str) -> None:
    told = entry(title=title, location=place)
    for address in (links.google(told), links.outlook_com(told)):
        assert "+" not in address
        assert address.isascii()
        query = dict(parse_qsl(urlsplit(address).query))
        assert query.get("location", "") == place
        assert query.get("text", query.get("subject", "")) == title


def test_subscribing() -> None:
    assert links.webcal(FEED) == "webcal://portal.example/calendars/events.ics?topic=annex-1&country=AT"
    assert links.webcal("http://localhost:8000/a.ics") == "webcal://localhost:8000/a.ics"
    assert apart(links.google_subscribe(FEED)) == (
        "https://calendar.google.com/calendar/render",
        {"cid": "webcal://portal.example/calendars/events.ics?topic=annex-1&country=AT"},
    )
    assert apart(links.outlook_com_subscribe(FEED, name="Annex 1 & more")) == (
        "https://outlook.live.com/calendar/0/addfromweb",
        {"url": FEED, "name": "Annex 1 & more"},
    )
    assert apart(links.office_365_subscribe(FEED, name="x"))[0] == "https://outlook.office.com/calendar/0/addfromweb"
