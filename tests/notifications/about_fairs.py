"""Mails around programmes, agendas, exhibitors and meetings, with values that are as long as they get."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from portal.agenda import emails as agendas
from portal.agenda.commands.following import Changed
from portal.agenda.queries.following import Reader
from portal.agenda.rules import telling
from portal.agenda.values import Item
from portal.calendars.tables import Method
from portal.events.tables import EventState
from portal.exhibitors.desks import emails as desks
from portal.exhibitors.desks.queries.papers import Paper
from portal.exhibitors.desks.rules import Standing
from portal.exhibitors.desks.values import Answered
from portal.exhibitors.leads import emails as leads
from portal.exhibitors.leads.values import Colleague
from portal.exhibitors.leads.values import Due as DueLead
from portal.exhibitors.meetings import emails as meetings
from portal.exhibitors.meetings.inviting import Due
from portal.exhibitors.meetings.inviting import Reader as MeetingReader
from portal.exhibitors.meetings.values import MeetingRecord, Offer, RequestRecord
from portal.exhibitors.tables.desk import TaskKind
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.exhibitors.tables.meetings import MeetingState, RequestState, Side
from portal.exhibitors.values import AtEvent
from portal.notifications.values import Message
from portal.programme import emails as workshops
from portal.programme.desk import emails as speakers
from portal.programme.desk.readiness import Asked
from portal.programme.queries.places import Told as Place
from portal.programme.queries.telling import Speaking
from portal.programme.tables import PlaceEnd
from portal.programme.workshops import Workshop
from portal.registration.inviting import Invite
from tests.calendars.made import entry, revision
from tests.factories.tickets import make_order, make_seat

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPAN: MappingProxyType[str, Any] = MappingProxyType(
    {"starts_at": AT, "ends_at": AT + timedelta(minutes=30), "timezone": "Europe/Vienna"}
)


def mails(email: str, long: str) -> list[tuple[str, Message]]:
    """(template, mail)."""
    return [
        *_of_agendas(email, long), *_of_desks(email, long), *_of_meetings(email, long), *_of_programmes(email, long)
    ]  # fmt: skip


def _of_agendas(email: str, long: str) -> list[tuple[str, Message]]:
    item = Item(
        kind="session", id=1, event_id=7, title=f"Smoke studies {long}", place=f"Saal {long}", people=f"Maeve {long}",
        event=f"Forum {long}", address="/events/forum/programme/smoke", capacity=20, taken=20, **SPAN,
    )  # fmt: skip
    known = telling.facts(msgspec.structs.replace(item, taken=0, place="Saal Prater"), second=True)
    news = telling.news(known, item, second=False, why="cancelled", because=f"Lyo cycles {long}")
    here = Changed(item=item, news=news, known=known)
    off = msgspec.structs.replace(item, off="cancelled")
    gone = Changed(item=off, news=telling.news(known, off, second=True), known=known)
    return [
        ("agenda/digest", agendas.digest(Reader(1, email, f"Bob {long}", 1), [here, gone])),
        ("agenda/digest", agendas.digest(Reader(1, email, "", 1), [here])),
    ]


def _of_desks(email: str, long: str) -> list[tuple[str, Message]]:
    stand = AtEvent(
        id=1, state=ExhibitorState.ACCEPTED, rights=frozenset(Right), passes=2, guests=5, badge=long, package="Standard",
        version=1, company_id=1, company_slug="isarwerk", company_name=f"Isarwerk {long}", organisation_id=1, event_id=7,
        event_slug="forum", event_title=f"Forum {long}", event_state=EventState.PUBLISHED, **SPAN,
    )  # fmt: skip
    task = Answered(
        id=1, exhibitor_id=1, company=f"Isarwerk {long}", slug="isarwerk", kind=TaskKind.UPLOAD, title=f"Drawing {long}",
        text_html="", due_at=AT, link="", options=(), paper=None, standing=Standing.AGAIN, answer="", note=f"Add {long}.",
        file=None, by="", at=None, decided_at=AT, done_at=None, passes=2, given=0,
    )  # fmt: skip
    order, seat = make_order(), make_seat(2, email=email, first_name="Bob", last_name=long, named_at=AT)
    invite = Invite(method=Method.REQUEST, parts=(), revision=revision(entry()), address=email, known=False)
    what = DueLead(
        code="7Q4K2", what=f"Call {long}", by_when=(AT - timedelta(days=1)).date(), new=True, whose=(1,), listed_as=1
    )
    paper = Paper(
        id=1, title=f"Manual {long}", note="", packages=(), version_id=2, number=2, file="x", changes=f"Halls {long}", at=AT
    )  # fmt: skip
    several = [task, msgspec.structs.replace(task, title="Insurance")]
    return [
        ("exhibitors/pass", desks.staff_pass(order, seat, b"%PDF", invite, pass_id=1, company=f"Isarwerk {long}", by="Olga")),
        ("exhibitors/pass", desks.staff_pass(order, seat, b"%PDF", None, pass_id=1, company="Isarwerk", by="", again="2")),
        *(("exhibitors/tasks_due", desks.reminder(stand, email, name, overdue=overdue, due=due, key="1"))
          for name, overdue, due in ((f"Bob {long}", several, [task]), ("", [task], []), ("Bob", [], several))),
        ("exhibitors/task_again", desks.asked_again(stand, task, email, f"Bob {long}", asked_at=AT)),
        *(("leads/due", leads.due(Colleague(1, f"Bob {long}", email), stand, [what] * count, chain=1, today=AT.date()))
          for count in (1, 2, 25)),
        *(("exhibitors/new_version", desks.new_version(stand, paper, asked, email, f"Bob {long}")) for asked in (task, None)),
        *(("leads/notice", leads.gone(Colleague(1, f"Bob {long}", email), stand, "7Q4K2", taken, by_person=by_person))
          for taken in (AT, None) for by_person in (True, False)),
    ]  # fmt: skip


def _of_meetings(email: str, long: str) -> list[tuple[str, Message]]:
    meeting = MeetingRecord(
        id=1, state=MeetingState.PLANNED, topic=f"Stoppers {long}", walk_in=False, moves=0, made_at=AT, ended_at=None,
        ended_by="", end_reason="", absent="", event_id=7, event_slug="forum", event_title=f"Forum {long}", venue="Hall B",
        exhibitor_id=1, company_name=f"Isarwerk {long}", company_slug="isarwerk", booths=("B14",), host_id=1, account_id=1,
        host_name="Olga Owner", host_email=email, table_id=1, table_name="Table 3", table_place=f"Hall {long}", shared=False,
        seat_id=1, claim="c" * 32, email=email, name=f"Bob {long}", job_title="Head", company=f"Brennhof {long}", **SPAN,
    )  # fmt: skip
    off = msgspec.structs.replace(
        meeting, state=MeetingState.CANCELLED, ended_by="company", end_reason="The host is ill."
    )
    ways = {
        method: Invite(method=method, parts=(), revision=revision(entry()), address=email, known=False)
        for method in Method
        if method in (Method.REQUEST, Method.CANCEL)
    }
    readers = [MeetingReader(email, f"Bob {long}", side) for side in (Side.COMPANY, Side.ATTENDEE, "")]
    offer = Offer(
        id=1, host_id=1, account_id=1, host_name=f"Olga {long}", starts_at=AT, ends_at=AT + timedelta(minutes=30)
    )
    request = RequestRecord(
        id=1, state=RequestState.ASKED, waits_for=Side.COMPANY, round=1, moves=False, by_company=False, meeting_id=None,
        topic=f"Vials {long}",
        words=f"Rather in the morning, {long}.", asked_at=AT, expires_at=AT + timedelta(days=2), final=False,
        event_id=7, event_slug="forum",
        event_title=f"Forum {long}", timezone="Europe/Vienna", exhibitor_id=1, company_name=f"Isarwerk {long}",
        company_slug="isarwerk", seat_id=1, claim="c" * 32, email=email, name=f"Bob {long}", job_title="Head",
        company=f"Brennhof {long}", offers=(offer, offer, offer),
    )  # fmt: skip
    back = msgspec.structs.replace(request, waits_for=Side.ATTENDEE, moves=True)
    theirs = msgspec.structs.replace(request, waits_for=Side.ATTENDEE, by_company=True, name="")
    over = [
        msgspec.structs.replace(one, state=state)
        for one in (request, back, theirs)
        for state in (RequestState.DECLINED, RequestState.EXPIRED, RequestState.CANCELLED)
    ]
    told = [
        *(meetings.told(meeting, reader, Due(ways[Method.REQUEST], None)) for reader in readers[:2]),
        *(meetings.told(meeting, reader, Due(ways[Method.REQUEST], entry())) for reader in readers[:2]),
        *(meetings.told(off, reader, Due(ways[Method.CANCEL], entry())) for reader in readers),
        *(meetings.reminder(meeting, reader) for reader in readers[:2]),
        *meetings.asked(request, [(email, "Olga")], "round-1"),
        *(mail for mark in ("round-2", "round-2-ends") for mail in meetings.asked(back, [(email, "Bob")], mark)),
        *meetings.asked(theirs, [(email, "Bob")], "round-1"),
        *(meetings.request_over(one) for one in over),
        *(mail for one in (*over[:2], *over[6:8]) for mail in meetings.proposal_over(one, [(email, "Olga")])),
    ]  # fmt: skip
    return [("meetings/notice", mail) for mail in told]


def _of_programmes(email: str, long: str) -> list[tuple[str, Message]]:
    workshop = Workshop(
        id=1, event_id=7, event_slug="forum", event_title=f"Forum {long}", event_state=EventState.PUBLISHED, slug="slots",
        title=f"Slot fees {long}", room="Raum Prater", capacity=24, taken=24, waiting=2, is_cancelled=False, **SPAN,
    )  # fmt: skip
    place = Place(name=f"Bob {long}", claim="c" * 32, since=AT, given_at=AT, end_reason="", attends=True)
    first = workshops.Told(
        entry=entry(title=f"Slot fees {long}", url="https://x.example/slots"), address=email, method=Method.REQUEST,
        place=place, workshop=workshop, last=None, key="workshop-1-x",
    )  # fmt: skip
    up = msgspec.structs.replace(first, place=msgspec.structs.replace(place, given_at=AT + timedelta(days=1)))
    ends = [
        msgspec.structs.replace(first, method=Method.CANCEL, place=msgspec.structs.replace(place, end_reason=why))
        for why in ("", *PlaceEnd)
    ]
    cancelled = msgspec.structs.replace(first, method=Method.CANCEL, workshop=None)
    asked = Asked(
        appearance=1, email=email, name=f"Maeve {long}", title=f"Forum {long}", slides_due_at=AT + timedelta(days=3),
        sessions=[f"Smoke {long}", "First air"], without=[f"Smoke {long}"],
        missing=["coming", "bio", "photo", "availability", "consent", "slides"], event=1, said_at=AT, declined=False,
        declined_why="",
        briefing=f"Call **Ida** {long}\n\n- Be there early", **SPAN,
    )  # fmt: skip
    speaking = Speaking(
        event_id=7, name=f"Maeve {long}", email=email, title=f"Forum {long}", slug="forum", timezone="Europe/Vienna",
        is_public=True, talks=[],
    )  # fmt: skip
    lines = [
        workshops.Line(
            "Moved", f"Smoke {long}", "Tue 9 Feb, 09:00–09:40", "Tue 9 Feb, 11:00–11:40, Saal", "https://x.example/s"
        ),
        workshops.Line("Off the programme", f"Slots {long}", "", "", ""),
    ]
    return [
        *(("programme/place", workshops.place_told(one, ())) for one in (first, up, *ends, cancelled)),
        *(("programme/line_ended", workshops.line_ended(1, f"Slot fees {long}", email, name)) for name in (f"Bob {long}", "")),
        ("programme/to_participant",
         workshops.to_participant(workshop=workshop, subject="Gloves", body=f"Dear all,\n\n{long}", address=email, key="1")),
        *(
            ("programme/release",
             workshops.release_told(speaking, lines[:n], key=f"programme-{n}", topic="speaking", desk="/speaking", file=b"x"[n:]))
            for n in (1, 2)
        ),
        *(("programme/speaker", speakers.to_speaker(asked, at=AT, first=first)) for first in (True, False)),
        *(("programme/speaker_coming", speakers.to_organiser(one, at=AT))
          for one in (asked, msgspec.structs.replace(asked, declined=True, declined_why=f"Ill {long}"),
                      msgspec.structs.replace(asked, absent=[f"First air {long}", "Closing"]))),
    ]  # fmt: skip
