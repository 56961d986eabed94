"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.speakers.pages import speaker_page
from portal.speakers.staff import SPEAKERS, StaffSpeakers
from portal.speakers.staff_union import StaffUnion
from portal.webinars.commands.uniting import speakers_united
from portal.webinars.feeds.api import WebinarApi
from portal.webinars.feeds.lists import webinars_atom, webinars_calendar
from portal.webinars.pages.certificates import AccountCertificates, CheckPages, OwnCertificate
from portal.webinars.pages.consents import RoomConsents, SeatConsents, seat_part
from portal.webinars.pages.desk.chat import DeskChat
from portal.webinars.pages.desk.crew import DeskCrew
from portal.webinars.pages.desk.home import DeskPages
from portal.webinars.pages.desk.people import DeskPeople
from portal.webinars.pages.desk.polls import DeskPolls
from portal.webinars.pages.desk.questions import DeskQuestions
from portal.webinars.pages.desk.report import DeskReport
from portal.webinars.pages.desk.resources import DeskResources
from portal.webinars.pages.event_part import webinar_part
from portal.webinars.pages.joining import JoinPages, join_signed_in
from portal.webinars.pages.listing import WebinarLists
from portal.webinars.pages.live import LivePages
from portal.webinars.pages.mine import OwnWebinars
from portal.webinars.pages.presence import PresencePages
from portal.webinars.pages.questions import Questions
from portal.webinars.pages.replay import ReplayPages
from portal.webinars.pages.resources import ResourcePages
from portal.webinars.pages.room import RoomCaptions, RoomPage
from portal.webinars.pages.short_tests import TestPages
from portal.webinars.pages.sponsoring import SponsoredWebinars
from portal.webinars.pages.taking_part import TakingPart
from portal.webinars.queries.consents import occasions
from portal.webinars.queries.speaking import of_speaker
from portal.webinars.staff.attendance import StaffAttendance
from portal.webinars.staff.attendee import StaffAttendee
from portal.webinars.staff.certificate import StaffCertificate
from portal.webinars.staff.crew import StaffCrew
from portal.webinars.staff.facts import StaffFacts
from portal.webinars.staff.leads import StaffLeads
from portal.webinars.staff.listing import WEBINARS, StaffWebinars
from portal.webinars.staff.making import StaffNewWebinar
from portal.webinars.staff.polls import StaffPolls
from portal.webinars.staff.recordings import StaffRecording
from portal.webinars.staff.reminders import StaffReminders
from portal.webinars.staff.resources import StaffResources, may_read_file
from portal.webinars.staff.room import StaffRoom
from portal.webinars.staff.series import StaffAllSeries, StaffSeries
from portal.webinars.staff.speakers import StaffStage
from portal.webinars.staff.sponsors import StaffSponsors

PUBLIC: list[ControllerRouterHandler] = [
    *(speaker_page, WebinarLists, WebinarApi, webinars_calendar, webinars_atom),
    *(JoinPages, LivePages, RoomPage, RoomCaptions, ReplayPages, PresencePages, RoomConsents, SeatConsents),
    *(SponsoredWebinars, OwnWebinars, join_signed_in),
    *(TakingPart, Questions, ResourcePages),
    *(CheckPages, OwnCertificate, TestPages),
]
CREW: list[ControllerRouterHandler] = [
    *(DeskPages, DeskQuestions, DeskPolls, DeskResources, DeskPeople, DeskChat, DeskCrew),
    DeskReport,
]
OWN: list[ControllerRouterHandler] = [AccountCertificates]
"""In the account area."""
STAFF: list[ControllerRouterHandler] = [
    *(StaffSpeakers, StaffUnion),
    *(StaffWebinars, StaffNewWebinar, StaffAllSeries, StaffFacts, StaffRoom, StaffStage, StaffCrew, StaffSeries),
    *(StaffSponsors, StaffLeads, StaffPolls, StaffResources, StaffCertificate, StaffReminders, StaffRecording),
    *(StaffAttendance, StaffAttendee),
]
OCCASIONS = {"webinar": occasions}
"""What consents can be about."""

QUEUES = (WEBINARS, SPEAKERS)
"""Parts of the staff’s pages."""
READERS = {"webinar": may_read_file}
"""Who may read private files, by the kind of their owner."""

__all__ = [
    "CREW",
    "OCCASIONS",
    "OWN",
    "PUBLIC",
    "QUEUES",
    "READERS",
    "STAFF",
    "of_speaker",
    "seat_part",
    "speakers_united",
    "webinar_part",
]
