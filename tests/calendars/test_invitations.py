"""iTIP messages: one attendee, one organiser, and what the feed says."""

import email.message
import email.policy
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars import building, invitations, rules
from portal.calendars.tables import Method
from portal.calendars.values import Revision
from tests.calendars import readers
from tests.calendars.made import NOW, ORGANIZER, ZONES, entry, feed_of, revision

GOING = revision(entry(url="https://portal.example/events/filling"))
MOVED = rules.successor(GOING, rules.tidied(entry(starts_at=datetime(2027, 2, 9, 9, 0, tzinfo=UTC))), NOW)
DROPPED = rules.successor(MOVED, rules.tidied(entry(cancelled=True)), NOW)


def invite(revision: Revision, method: Method = Method.REQUEST, **facts: Any) -> bytes:
    usual = {"attendee_email": "ann@plant.example", "attendee_name": "Ann Öz", "organizer": ORGANIZER}
    return invitations.invitation(revision, method=method, **{**usual, **facts})


def _properties(calendar: bytes) -> dict[str, str]:
    found = readers.lines(calendar)
    event = found[found.index("BEGIN:VEVENT") + 1 : found.index("END:VEVENT")]
    return dict(line.split(":", 1) for line in event)


def _zone_of(calendar: bytes) -> bytes:
    return calendar[calendar.index(b"BEGIN:VTIMEZONE") : calendar.index(b"BEGIN:VEVENT")]


def test_a_request_in_full() -> None:
    told = readers.lines(invite(GOING, extra_text="Your order: https://portal.example/orders/x"))
    assert [line for line in told if line.startswith("METHOD")] == ["METHOD:REQUEST"]
    assert _properties(invite(GOING, extra_text="Your order: https://portal.example/orders/x")) == {
        "UID": "event-1-abc@portal.example",
        "SEQUENCE": "0",
        "DTSTAMP": "20261123T090000Z",
        "LAST-MODIFIED": "20261123T090000Z",
        "DTSTART;TZID=Europe/Vienna": "20270209T090000",
        "DTEND;TZID=Europe/Vienna": "20270209T170000",
        "SUMMARY": "Aseptic filling",
        "LOCATION": "Messe Wien\\, Halle A",
        "URL;VALUE=URI": "https://portal.example/events/filling",
        "DESCRIPTION": "Your order: https://portal.example/orders/x\\n\\nhttps://portal.example/events/filling",
        'ORGANIZER;CN="Sterile Line"': "mailto:events@sterileline.example",
        'ATTENDEE;CN="Ann Öz";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE': (
            "mailto:ann@plant.example"
        ),
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS": "BUSY",
        "X-MICROSOFT-CDO-INTENDEDSTATUS": "BUSY",
    }


def test_a_move_is_the_same_in_feed_and_invitation() -> None:
    before, after = readers.by_icalendar(invite(GOING))[0], readers.by_icalendar(invite(MOVED))[0]
    assert (before.uid, before.sequence, before.starts) == (GOING.uid, 0, "2027-02-09T08:00:00Z")
    assert (after.uid, after.sequence, after.starts) == (GOING.uid, 1, "2027-02-09T09:00:00Z")
    for made, seen in ((GOING, before), (MOVED, after)):
        [fed] = readers.by_icalendar(feed_of(made))
        assert (seen.uid, seen.sequence, seen.starts, seen.ends) == (fed.uid, fed.sequence, fed.starts, fed.ends)


def test_a_cancelled_event_is_cancelled_by_its_own_revision() -> None:
    told = _properties(invite(DROPPED, Method.CANCEL))
    assert (told["UID"], told["SEQUENCE"], told["STATUS"]) == (GOING.uid, "2", "CANCELLED")
    assert told["SUMMARY"] == "Aseptic filling"  # Outlook writes "Canceled:" before it by itself
    assert told['ATTENDEE;CN="Ann Öz";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT'] == "mailto:ann@plant.example"
    assert (told["TRANSP"], told["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("TRANSPARENT", "FREE")
    assert "METHOD:CANCEL" in readers.lines(invite(DROPPED, Method.CANCEL))


def test_a_cancelled_seat_leaves_the_event_standing() -> None:
    """RFC 5546, 3.2.5: SEQUENCE is raised, and STATUS must not be there when one attendee is taken off."""
    told = _properties(invite(MOVED, Method.CANCEL))
    assert (told["UID"], told["SEQUENCE"]) == (GOING.uid, "2")
    assert "STATUS" not in told


def test_somebody_who_comes_back_is_invited_above_the_cancellation() -> None:
    sequences = [
        _properties(invite(GOING, Method.REQUEST))["SEQUENCE"],
        _properties(invite(GOING, Method.CANCEL))["SEQUENCE"],
        _properties(invite(GOING, Method.REQUEST, raised=2))["SEQUENCE"],
        _properties(invite(MOVED, Method.REQUEST, raised=2))["SEQUENCE"],
    ]
    assert sequences == ["0", "1", "2", "3"]


def test_nobody_is_invited_to_what_is_cancelled() -> None:
    with pytest.raises(ValueError, match="cancelled"):
        invite(DROPPED, Method.REQUEST)


def test_the_join_link_is_the_attendees_own() -> None:
    told = _properties(invite(GOING, conference="https://portal.example/join/secret"))
    assert told["CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Join online;VALUE=URI"] == "https://portal.example/join/secret"
    assert told["DESCRIPTION"] == (
        "Join online: https://portal.example/join/secret\\nhttps://portal.example/events/filling"
    )
    assert b"secret" not in building.vevent(GOING)


def test_whole_days_are_busy_for_those_who_go() -> None:
    told = _properties(invite(revision(entry(all_day=True))))
    assert (told["DTSTART;VALUE=DATE"], told["TRANSP"], told["X-MICROSOFT-CDO-BUSYSTATUS"]) == (
        "20270209", "OPAQUE", "BUSY",
    )  # fmt: skip


def test_no_alarm_is_set() -> None:
    assert b"VALARM" not in invite(GOING)


def test_the_same_mail_twice_is_the_same_bytes() -> None:
    assert invite(MOVED) == invite(MOVED)


def test_every_reader_understands() -> None:
    sent = [
        invite(one, method)
        for zone in ZONES
        for one, method in (
            (revision(entry(timezone=zone)), Method.REQUEST),
            (revision(entry(timezone=zone, all_day=True)), Method.REQUEST),
            (revision(entry(timezone=zone)), Method.CANCEL),
            (revision(entry(timezone=zone, cancelled=True)), Method.CANCEL),
        )
    ]
    for calendar, third in zip(sent, readers.by_icaljs(sent), strict=True):
        readers.assert_well_written(calendar)
        [first], [second] = readers.by_icalendar(calendar), readers.by_vobject(calendar)
        assert [first] == [second] == third


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('Ann "The Valve" Öz', "\"Ann 'The Valve' Öz\""),
        ("Öz, Ann; PhD: Dr", '"Öz, Ann; PhD: Dr"'),
        ("Ann\r\nATTENDEE:mailto:eve@plant.example", '"Ann ATTENDEE:mailto:eve@plant.example"'),
        ("", "ann@plant.example"),
        ("王小明", "王小明"),
    ],
)
def test_names_stay_names(name: str, written: str) -> None:
    calendar = invite(GOING, attendee_name=name)
    readers.assert_well_written(calendar)
    [attendee] = [line for line in readers.lines(calendar) if line.startswith("ATTENDEE")]
    assert attendee == (
        f"ATTENDEE;CN={written};CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE"
        ":mailto:ann@plant.example"
    )


@given(st.text(max_size=80), st.text(max_size=200))
def test_nothing_typed_forges_a_property(name: str, text: str) -> None:
    calendar = invite(GOING, attendee_name=name, extra_text=text)
    readers.assert_well_written(calendar)
    names = [line.partition(":")[0].partition(";")[0] for line in readers.lines(calendar)]
    assert (names.count("ATTENDEE"), names.count("ORGANIZER"), names.count("DESCRIPTION")) == (1, 1, 1)


@pytest.mark.parametrize(("method", "filename"), [(Method.REQUEST, "invite.ics"), (Method.CANCEL, "cancel.ics")])
def test_the_two_parts_of_the_mail(method: Method, filename: str) -> None:
    alternative, attached = invitations.parts(
        GOING, method=method, attendee_email="ann@plant.example", attendee_name="Ann", organizer=ORGANIZER
    )
    assert alternative.content == attached.content == invite(GOING, method, attendee_name="Ann")
    assert (alternative.alternative, attached.alternative) == (True, False)
    assert (alternative.filename, attached.filename) == (filename, filename)
    assert alternative.content_type == f"text/calendar; method={method.value}; charset=utf-8"
    assert attached.content_type == "application/ics"
    header = email.message.EmailMessage(policy=email.policy.default)
    header["Content-Type"] = alternative.content_type
    assert header.get_content_type() == "text/calendar"
    assert dict(header["Content-Type"].params) == {"method": method.value, "charset": "utf-8"}
    inside = [line for line in readers.lines(alternative.content) if line.startswith("METHOD:")]
    assert inside == [f"METHOD:{method.value}"]


def test_the_address_cannot_break_out_of_its_line() -> None:
    calendar = invite(GOING, attendee_email="ann@plant.example\r\nX-EVIL:1")
    readers.assert_well_written(calendar)
    assert not [line for line in readers.lines(calendar) if line.startswith("X-EVIL")]


def test_a_feed_and_an_invitation_tell_the_same_zone() -> None:
    alone = revision(msgspec.structs.replace(GOING.entry, timezone="Asia/Jerusalem"))
    assert _zone_of(feed_of(alone)) == _zone_of(invite(alone))
