"""The staff's pages about registration, for `wiring`."""

from portal.registration.staff.attendees import AttendeePages
from portal.registration.staff.codes import CodeSetupPages
from portal.registration.staff.questions import QuestionPages
from portal.registration.staff.requests import RequestPages
from portal.registration.staff.setup import SetupPages
from portal.registration.staff.tickets import QuotaSetupPages, TicketSetupPages

PAGES = (SetupPages, QuestionPages, TicketSetupPages, QuotaSetupPages, CodeSetupPages, AttendeePages, RequestPages)
