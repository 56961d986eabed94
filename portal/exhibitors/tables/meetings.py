"""Meetings between exhibitors' people and attendees: tables to meet at, when people can be met, who asks, what is fixed."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB
from portal.events.tables import Event
from portal.exhibitors.tables.exhibiting import Exhibitor
from portal.registration.tables import Seat


class MeetingState(StrEnum):
    """A planned meeting whose time is over has taken place. `no_show` gave table and people back from that moment."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class RequestState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Side(StrEnum):
    """The two that meet."""

    COMPANY = "company"
    ATTENDEE = "attendee"


class MeetingArea(Table, tablename="meeting_area", db=DB):
    """Meetings at an event: what the organiser's own area is called and where it is, and the event as meetings were last
    brought in line with it (`planned_start`, `event_version`).
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, unique=True)
    name = Varchar(length=80)
    place = Varchar(length=200, help_text="how to find it")
    answer_hours = Integer(default=48, help_text="a request nobody answers ends after so many")
    planned_start = Timestamptz()
    event_version = BigInt()
    some_hours = Check("answer_hours BETWEEN 1 AND 336", name="meeting_area_hours")


class MeetingAreaTime(Table, tablename="meeting_area_time", db=DB):
    """When the organiser's tables can be used."""

    id = BigSerial(primary_key=True)
    area = ForeignKey(MeetingArea, on_delete=OnDelete.cascade, null=False, index=True)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    forwards = Check("ends_at > starts_at", name="meeting_area_time_forwards")


class MeetingTable(Table, tablename="meeting_table", db=DB):
    """A table, or whatever else two can meet at: an exhibitor's own, or without one the organiser's, shared by all. What is
    no longer used is kept, not `active`, for the meetings that were there.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=True, default=None, index=True)
    name = Varchar(length=80)
    place = Varchar(length=200, help_text="how to find it")
    active = Boolean(default=True)


class MeetingHost(Table, tablename="exhibitor_host", db=DB):
    """Somebody of an exhibitor who can be met: how long a meeting takes, and what lies between two."""

    id = BigSerial(primary_key=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    slot_minutes = Integer(default=30)
    pause_minutes = Integer(default=0)
    about = Varchar(length=200, help_text="what to talk to them about")
    exhibitor_host_once = Unique(["exhibitor", "account"], name="exhibitor_host_once")
    lengths = Check("slot_minutes BETWEEN 10 AND 120 AND pause_minutes BETWEEN 0 AND 60", name="exhibitor_host_lengths")


class MeetingAvailability(Table, tablename="meeting_availability", db=DB):
    """A span in which somebody can be met; those of a person do not overlap (an exclusion constraint)."""

    id = BigSerial(primary_key=True)
    host = ForeignKey(MeetingHost, on_delete=OnDelete.cascade, null=False)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    forwards = Check("ends_at > starts_at", name="meeting_availability_forwards")


class Meeting(Table, tablename="meeting", db=DB):
    """Two people at a table. While it is planned nobody and nothing of it is elsewhere at the time: exclusion constraints on
    table, on the host's account (whichever company they meet for), and on the attendee's place.

    A walk-in may have a `guest`, by name alone, instead of a place. `email` and `named_at` are the place's when the meeting
    was made: another of both is another person.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    host = ForeignKey(MeetingHost, on_delete=OnDelete.cascade, null=False, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    meeting_table = ForeignKey(MeetingTable, on_delete=OnDelete.restrict, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=True, default=None, index=True)
    email = Varchar(length=254, index=True)
    named_at = Timestamptz(null=True, default=None)
    guest = Varchar(length=200)
    topic = Text(help_text="what the attendee wants to talk about")
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    state = Varchar(length=10, default=MeetingState.PLANNED.value)
    walk_in = Boolean()
    made_at = Timestamptz()
    moved_at = Timestamptz(null=True, default=None)
    moves = Integer(default=0)
    ended_at = Timestamptz(null=True, default=None, help_text="cancelled, or noticed that somebody did not come")
    ended_by = Varchar(length=8, help_text="a side, or nothing: the portal")
    end_reason = Varchar(length=500)
    absent = Varchar(length=8, help_text="the side that did not come")
    reminded_for = Timestamptz(null=True, default=None, help_text="the start that both were reminded of")
    state_known = one_of("state", MeetingState)
    forwards = Check("ends_at > starts_at", name="meeting_forwards")
    absence = Check("(state = 'no_show') = (absent <> '')", name="meeting_absence")


class OpenToMeetings(Table, tablename="open_to_meetings", db=DB):
    """Whoever has a place wants companies to ask them; `about` is what these read. Once the place has another `email` and was
    named at another time, it is another person’s, who said nothing of it.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, unique=True)
    email = Varchar(length=254, index=True)
    named_at = Timestamptz()
    about = Varchar(length=300)
    since = Timestamptz()


class MeetingRequest(Table, tablename="meeting_request", db=DB):
    """Somebody would like to meet; `waits_for` is who answers next. `by_company`: the company asked an attendee who is open to
    it. With `moves` it proposes other times for a `meeting` that stands; else `meeting` is what became of it. One is open at a
    time between a place and an exhibitor (a unique index).
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    email = Varchar(length=254, index=True)
    named_at = Timestamptz(null=True, default=None)
    topic = Text()
    state = Varchar(length=10, default=RequestState.ASKED.value)
    waits_for = Varchar(length=8, default=Side.COMPANY.value)
    round = Integer(default=1, help_text="offers of this round stand")
    moves = Boolean()
    by_company = Boolean()
    meeting = ForeignKey(Meeting, on_delete=OnDelete.cascade, null=True, default=None, index=True)
    words = Varchar(length=500, help_text="what came with the newest offers or with the answer")
    asked_at = Timestamptz()
    expires_at = Timestamptz()
    answered_at = Timestamptz(null=True, default=None)
    answered_by = Varchar(length=200)
    final = Boolean(help_text="declined, and no more requests from this person")
    reminded_round = Integer(help_text="the round whose end was announced to who answers")
    state_known = one_of("state", RequestState)
    side_known = one_of("waits_for", Side)


class MeetingOffer(Table, tablename="meeting_offer", db=DB):
    """A time offered, up to three in a round. It holds nothing."""

    id = BigSerial(primary_key=True)
    request = ForeignKey(MeetingRequest, on_delete=OnDelete.cascade, null=False)
    round = Integer()
    position = Integer()
    host = ForeignKey(MeetingHost, on_delete=OnDelete.cascade, null=False, index=True)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    meeting_offer_once = Unique(["request", "round", "position"], name="meeting_offer_once")
    up_to_three = Check("position BETWEEN 1 AND 3 AND ends_at > starts_at", name="meeting_offer_three")
