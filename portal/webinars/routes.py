"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.webinars.feeds.api import WebinarApi
from portal.webinars.feeds.lists import webinars_atom, webinars_calendar
from portal.webinars.pages.consents import RoomConsents, SeatConsents, seat_part
from portal.webinars.pages.desk.chat import DeskChat
from portal.webinars.pages.desk.crew import DeskCrew
from portal.webinars.pages.desk.home import DeskPages
from portal.webinars.pages.desk.people import DeskPeople
from portal.webinars.pages.desk.polls import DeskPolls
from portal.webinars.pages.desk.questions import DeskQuestions
from portal.webinars.pages.desk.resources import DeskResources
from portal.webinars.pages.joining import JoinPages
from portal.webinars.pages.listing import WebinarLists
from portal.webinars.pages.live import LivePages
from portal.webinars.pages.presence import PresencePages
from portal.webinars.pages.questions import Questions
from portal.webinars.pages.replay import ReplayPages
from portal.webinars.pages.resources import ResourcePages
from portal.webinars.pages.room import RoomPages
from portal.webinars.pages.sponsoring import SponsoredWebinars
from portal.webinars.pages.taking_part import TakingPart
from portal.webinars.queries.consents import occasions
from portal.webinars.staff.recordings import StaffRecording
from portal.webinars.staff.reminders import StaffReminders
from portal.webinars.staff.sponsors import StaffSponsors

PUBLIC: list[ControllerRouterHandler] = [
    *(WebinarLists, WebinarApi, webinars_calendar, webinars_atom),
    *(JoinPages, LivePages, RoomPages, ReplayPages, PresencePages, RoomConsents, SeatConsents),
    SponsoredWebinars,
    *(TakingPart, Questions, ResourcePages),
]
CREW: list[ControllerRouterHandler] = [
    *(DeskPages, DeskQuestions, DeskPolls, DeskResources, DeskPeople, DeskChat, DeskCrew),
]
STAFF: list[ControllerRouterHandler] = [StaffReminders, StaffRecording, StaffSponsors]
OCCASIONS = {"webinar": occasions}
"""What consents can be about."""

__all__ = ["CREW", "OCCASIONS", "PUBLIC", "STAFF", "seat_part"]
