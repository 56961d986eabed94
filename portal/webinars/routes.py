"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.webinars.feeds.api import WebinarApi
from portal.webinars.feeds.lists import webinars_atom, webinars_calendar
from portal.webinars.pages.consents import RoomConsents, SeatConsents, seat_part
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
STAFF: list[ControllerRouterHandler] = [StaffReminders, StaffRecording, StaffSponsors]
OCCASIONS = {"webinar": occasions}
"""What consents can be about."""

__all__ = ["OCCASIONS", "PUBLIC", "STAFF", "seat_part"]
