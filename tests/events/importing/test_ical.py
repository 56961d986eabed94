"""iCalendar: what an entry means, when it is, and what is not for a public list."""

from datetime import UTC, datetime

import pytest

from portal.core.importing.values import Unreadable
from portal.events.importing.ical import reading as ical
from portal.events.tables import EventFormat, EventState
from tests.events.importing.made import CONTEXT, accounted, calendar, only, reasons
from tests.events.importing.made import read_calendar as read


def when(entry: str, header: str = "") -> tuple[str, str, str, bool]:
    """Start and end in UTC, zone, whole days."""
    facts = only(read(entry, header=header)).facts
    form = "%Y-%m-%dT%H:%M"
    return f"{facts.starts_at:{form}}", f"{facts.ends_at:{form}}", facts.timezone, facts.all_day


@pytest.mark.parametrize(
    ("entry", "header", "expected"),
    [
        (
            "DTSTART;TZID=Europe/Vienna:20270209T090000\nDTEND;TZID=Europe/Vienna:20270209T170000",
            "",
            ("2027-02-09T08:00", "2027-02-09T16:00", "Europe/Vienna", False),
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20270709T090000\nDURATION:PT90M",
            "",
            ("2027-07-09T07:00", "2027-07-09T08:30", "Europe/Berlin", False),
        ),
        # UTC is shown in the zone of the place, else in the calendar's, else as it is.
        ("DTSTART:20270209T090000Z\nDURATION:PT1H", "", ("2027-02-09T09:00", "2027-02-09T10:00", "UTC", False)),
        (
            "DTSTART:20270209T090000Z\nDURATION:PT1H",
            "X-WR-TIMEZONE:Europe/Paris",
            ("2027-02-09T09:00", "2027-02-09T10:00", "Europe/Paris", False),
        ),
        (
            "DTSTART:20270209T090000Z\nDURATION:PT1H\nLOCATION:Halle 3\\, Tokyo\\, Japan",
            "X-WR-TIMEZONE:Europe/Paris",
            ("2027-02-09T09:00", "2027-02-09T10:00", "Asia/Tokyo", False),
        ),
        # Floating: the calendar's zone, else the one given for the import.
        (
            "DTSTART:20270209T090000\nDTEND:20270209T100000",
            "X-WR-TIMEZONE:Asia/Tokyo",
            ("2027-02-09T00:00", "2027-02-09T01:00", "Asia/Tokyo", False),
        ),
        (
            "DTSTART:20270209T090000\nDTEND:20270209T100000",
            "",
            ("2027-02-09T08:00", "2027-02-09T09:00", "Europe/Berlin", False),
        ),
        # Whole days: the end is exclusive; without one, one day.
        (
            "DTSTART;VALUE=DATE:20270209\nDTEND;VALUE=DATE:20270212",
            "X-WR-TIMEZONE:Europe/Vienna",
            ("2027-02-08T23:00", "2027-02-11T23:00", "Europe/Vienna", True),
        ),
        ("DTSTART;VALUE=DATE:20270209", "", ("2027-02-09T00:00", "2027-02-10T00:00", "UTC", True)),
        (
            "DTSTART;VALUE=DATE:20270209\nDTEND;VALUE=DATE:20270209",
            "",
            ("2027-02-09T00:00", "2027-02-10T00:00", "UTC", True),
        ),
        ("DTSTART;VALUE=DATE:20270209\nDURATION:P2D", "", ("2027-02-09T00:00", "2027-02-11T00:00", "UTC", True)),
        (
            "DTSTART;TZID=Europe/Vienna:20270209T000000\nDTEND;TZID=Europe/Vienna:20270210T000000\n"
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            "",
            ("2027-02-08T23:00", "2027-02-09T23:00", "Europe/Vienna", True),
        ),
        # A time without an end lasts an hour.
        (
            "DTSTART;TZID=Europe/Vienna:20270209T090000",
            "",
            ("2027-02-09T08:00", "2027-02-09T09:00", "Europe/Vienna", False),
        ),
    ],
)
def test_when_an_entry_is(entry: str, header: str, expected: tuple[str, str, str, bool]) -> None:
    assert when(entry, header) == expected


CUSTOM = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Plant time
{location}BEGIN:STANDARD
DTSTART:20000101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
TZNAME:PT
{rule}END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
SUMMARY:A
DTSTART;TZID=Plant time:20270209T090000
DTEND;TZID=Plant time:20270209T100000
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(("location", "zone"), [("", "UTC"), ("X-LIC-LOCATION:Asia/Kolkata\n", "Asia/Kolkata")])
def test_a_zone_only_the_file_knows_keeps_its_moment(location: str, zone: str) -> None:
    row = only(ical.read(CUSTOM.format(location=location, rule="").encode(), CONTEXT))
    assert (row.facts.starts_at, row.facts.timezone) == (datetime(2027, 2, 9, 3, 30, tzinfo=UTC), zone)


def test_a_zone_nobody_knows_is_refused_and_not_taken_from_the_file_before() -> None:
    only(ical.read(CUSTOM.format(location="", rule="").encode(), CONTEXT))
    reading = read("DTSTART;TZID=Plant time:20270209T090000")
    assert [reason for _, reason in reasons(reading)] == [
        "the zone of DTSTART is not known, and the file does not define it: “Plant time”"
    ]


def test_a_zone_that_changes_every_second_is_no_zone() -> None:
    reading = ical.read(CUSTOM.format(location="", rule="RRULE:FREQ=SECONDLY\n").encode(), CONTEXT)
    assert len(reading.refusals) == 1


def test_place_link_room_state_topics_organiser() -> None:
    facts = only(
        read(
            "DTSTART:20270209T090000Z\nLOCATION:Donauhalle\\, Uferstrasse 14\\, 1220 Vienna\\, Austria\n"
            "URL:https://a.example\nCONFERENCE;VALUE=URI:https://meet.example/x\nSTATUS:CANCELLED\nGEO:48.2;16.3\n"
            "CATEGORIES:lyophilisation,python\nORGANIZER;CN=Sterile Line:mailto:a@b.example\n"
            "DESCRIPTION:one\\ntwo\\, three"
        )
    ).facts
    assert facts.venue is not None
    assert (facts.venue.name, facts.venue.postal_code, facts.venue.latitude) == ("Donauhalle", "1220", 48.2)
    assert (facts.format, facts.state) == (EventFormat.HYBRID, EventState.CANCELLED)
    assert (facts.url, facts.online_url) == ("https://a.example", "https://meet.example/x")
    assert (facts.topics, facts.organiser_name) == (("Lyophilisation", "Python"), "Sterile Line")
    assert facts.description == "one  \ntwo, three"


def test_a_calendar_that_cancels_cancels_its_entries() -> None:
    assert only(read("DTSTART:20270209T090000Z", header="METHOD:CANCEL")).facts.state is EventState.CANCELLED


def test_an_address_that_is_none_is_left_out_with_a_remark() -> None:
    reading = read("DTSTART:20270209T090000Z\nURL:cid:part3")
    assert only(reading).facts.url == ""
    assert [note.reason for note in reading.notes] == ["its URL is not a web address: “cid:part3”; it was left out"]


@pytest.mark.parametrize(
    ("entry", "header", "reason"),
    [
        ("SUMMARY:\nDTSTART:20270209T090000Z", "", "it has no title (SUMMARY)"),
        ("SUMMARY:A", "", "it has no DTSTART"),
        ("DTSTART:tomorrow", "", "DTSTART cannot be read: “tomorrow”"),
        (
            "DTSTART:20270209T090000Z\nDTEND:20270208T090000Z",
            "",
            "it ends (2027-02-08 09:00) before it starts (2027-02-09 09:00)",
        ),
        (
            "DTSTART;VALUE=DATE:20270209\nDTEND;VALUE=DATE:20270201",
            "",
            "it ends on 2027-01-31, before it starts on 2027-02-09",
        ),
        ("DTSTART;VALUE=DATE:20270209\nDTEND:20270209T090000Z", "", "DTSTART is a date, but DTEND a time"),
        ("DTSTART:20270209T090000Z\nDTEND;VALUE=DATE:20270210", "", "DTSTART is a time, but DTEND a date"),
        (
            "DTSTART:20270209T090000Z\nDURATION:-PT1H",
            "",
            "it ends (2027-02-09 08:00) before it starts (2027-02-09 09:00)",
        ),
        ("DTSTART:20270209T090000Z\nDURATION:P400W", "", "it would last 2800 days, from 2027-02-09 to 2034-10-10"),
        ("DTSTART:99991231T235959Z\nDURATION:P9W", "", "its time lies outside of what a calendar can hold"),
        ("DTSTART;VALUE=DATE:00010101", "", "the year 1 cannot be right (it must lie in 1971 to 2046)"),
        ("DTSTART:20270209T090000Z\nDTSTART:20270210T090000Z", "", "DTSTART is there 2 times"),
        ("DTSTART:20270209T090000Z\nCLASS:PRIVATE", "", "it is marked CLASS:PRIVATE"),
        ("DTSTART:20270209T090000Z", "METHOD:REPLY", "an answer to an invitation (METHOD:REPLY), not an event"),
        ("DTSTART:20270209T090000Z", "CALSCALE:HEBREW", "its calendar is not Gregorian (CALSCALE)"),
        ("DTSTART:20270209T090000Z\nRRULE:FREQ=SOMETIMES", "", "RRULE cannot be read: “FREQ=SOMETIMES”"),
        (
            "DTSTART:20270209T090000Z\nEXRULE:FREQ=DAILY",
            "",
            "it has an EXRULE, which iCalendar gave up; EXDATE is understood",
        ),
        (
            "DTSTART:20270209T090000Z\nRRULE:RSCALE=HEBREW;FREQ=YEARLY",
            "",
            "it repeats by the hebrew calendar (RSCALE), which is not understood",
        ),
        (
            "DTSTART:20270209T090000Z\nRRULE:FREQ=DAILY;INTERVAL=0",
            "",
            "its repetition has INTERVAL=0, which must be 1 or more",
        ),
        (
            "DTSTART:20270209T090000Z\nRRULE:FREQ=DAILY;COUNT=-1",
            "",
            "its repetition has COUNT=-1, which must be 1 or more",
        ),
        (
            "DTSTART:20100209T090000Z\nRRULE:FREQ=SECONDLY",
            "",
            "it repeats secondly, which is too often for a list of events",
        ),
        (
            "DTSTART:20270209T090000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6",
            "",
            "it repeats 30 times a day, which is too often for a list of events",
        ),
        (
            "DTSTART:20270209T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "",
            "it repeats on day 30 of a month that has 29",
        ),
        ("DTSTART:20300209T090000Z\nRRULE:FREQ=YEARLY", "", "its first date lies after 2028-05-24"),
    ],
)
def test_what_is_refused(entry: str, header: str, reason: str) -> None:
    assert [said for _, said in reasons(read(entry, header=header))] == [reason]


def test_broken_nesting_costs_the_entry_it_is_in() -> None:
    good = calendar("DTSTART:20270301T100000Z\nSUMMARY:Good")
    data = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Never closed\r\nBEGIN:VEVENT\r\nSUMMARY:Stray\r\nEND:VTODO\r\n"
        b"END:VEVENT\r\n" + good + b"BEGIN:VEVENT\r\nSUMMARY:Cut o"
    )
    reading = ical.read(data, CONTEXT)
    assert accounted(reading)
    assert [row.facts.title for row in reading.rows] == ["Good"]
    assert reasons(reading) == [
        (2, "END:VEVENT is missing before line 4"),
        (4, "END:VTODO on line 6 closes nothing"),
        (18, "END:VEVENT is missing"),
    ]


def test_folds_inside_of_characters_and_old_encodings() -> None:
    folded = calendar("DTSTART:20270301T100000Z\nSUMMARY:Füllen").replace(b"F\xc3\xbc", b"F\xc3\r\n \xbc")
    assert only(ical.read(folded, CONTEXT)).facts.title == "Füllen"
    latin = calendar("DTSTART:20270301T100000Z\nSUMMARY:Füllen").decode().encode("cp1252")
    assert only(ical.read(latin, CONTEXT)).facts.title == "Füllen"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("DESCRIPTION;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9", "Café"),
        ("DESCRIPTION;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Caf=E9, bar; grill", "Café, bar; grill"),
        ("DESCRIPTION;QUOTED-PRINTABLE:one=0D=0Atwo", "one  \ntwo"),
        (
            "DESCRIPTION;ENCODING=QUOTED-PRINTABLE:a long line that =\ngoes on=\n and on",
            "a long line that goes on and on",
        ),
        ("DESCRIPTION;ENCODING=QUOTED-PRINTABLE;CHARSET=martian:=FF=E9 \\ x", "ÿé \\ x"),
        ("DESCRIPTION:ENCODING=QUOTED-PRINTABLE:=C3=A9", "ENCODING=QUOTED-PRINTABLE:=C3=A9"),
    ],
)
def test_texts_of_vcalendar_are_decoded(line: str, text: str) -> None:
    data = calendar("DTSTART:20270301T100000Z", "DTSTART:20270302T100000Z").decode()
    data = data.replace("SUMMARY:Event 0", f"SUMMARY;ENCODING=QUOTED-PRINTABLE:F=C3=BCllen\r\n{line}").replace(
        "2.0", "1.0"
    )
    first, second = ical.read(data.encode(), CONTEXT).rows
    assert (first.facts.title, first.facts.description) == ("Füllen", text)
    assert second.facts.title == "Event 1"


def test_a_zone_that_is_an_offset() -> None:
    facts = only(read("DTSTART;TZID=GMT+0200:20270701T100000\nDURATION:PT1H")).facts
    assert (f"{facts.starts_at:%H:%M}", facts.timezone) == ("08:00", "Etc/GMT-2")


def test_a_property_of_ours_in_the_file_changes_nothing() -> None:
    reading = read("DTSTART:20270301T100000Z\nX-PORTAL-LINE:99\nX-PORTAL-LINE:x\nRRULE:FREQ=DAILY;COUNT=2")
    assert [row.line for row in reading.rows] == [4, 4]


def test_a_file_without_events_says_what_it_has() -> None:
    with pytest.raises(Unreadable, match="there is no event in it, only VJOURNAL, VTODO"):
        ical.read(b"BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nBEGIN:VJOURNAL\nEND:VJOURNAL\nEND:VCALENDAR\n", CONTEXT)
