"""Every route and job about meetings: the package’s own list takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.exhibitors.meetings.jobs import JOBS, RECURRING
from portal.exhibitors.meetings.pages.desk import DeskMeetings, DeskTables, DeskWalkIn
from portal.exhibitors.meetings.pages.desk_all import DeskAllMeetings
from portal.exhibitors.meetings.pages.desk_one import DeskMeeting, DeskRequest
from portal.exhibitors.meetings.pages.desk_people import DeskPeople
from portal.exhibitors.meetings.pages.desk_times import DeskTimes
from portal.exhibitors.meetings.pages.doors import AccountMeetings, EventMeetings, seat_part
from portal.exhibitors.meetings.pages.visitors import SeatMeetings
from portal.exhibitors.meetings.staff.area import StaffMeetings

DESK: list[ControllerRouterHandler] = [
    DeskMeetings, DeskTimes, DeskTables, DeskWalkIn, DeskAllMeetings, DeskPeople, DeskRequest, DeskMeeting,
]  # fmt: skip
PUBLIC: list[ControllerRouterHandler] = [EventMeetings, SeatMeetings]
OWN: list[ControllerRouterHandler] = [AccountMeetings]
STAFF: list[ControllerRouterHandler] = [StaffMeetings]

__all__ = ["DESK", "JOBS", "OWN", "PUBLIC", "RECURRING", "STAFF", "seat_part"]
