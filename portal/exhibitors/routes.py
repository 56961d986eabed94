"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.core.jobs import Job, Recurring
from portal.exhibitors.desks import routes as desk_routes
from portal.exhibitors.jobs import lists
from portal.exhibitors.pages.applying import ExhibitPages
from portal.exhibitors.pages.desk_home import DeskHome, ExhibitingPages
from portal.exhibitors.pages.event_part import exhibitor_part
from portal.exhibitors.staff.listing import EXHIBITORS, StaffExhibitors, waiting_exhibitors
from portal.exhibitors.staff.packages import StaffPackages
from portal.exhibitors.staff.reviewing import StaffReview
from portal.exhibitors.staff.setup import StaffTerms

DESK_PAGES: list[ControllerRouterHandler] = [ExhibitingPages, DeskHome, *desk_routes.PAGES]
"""Of the people of a company."""

PUBLIC: list[ControllerRouterHandler] = [ExhibitPages, *DESK_PAGES]
STAFF: list[ControllerRouterHandler] = [
    waiting_exhibitors,
    *(StaffExhibitors, StaffTerms, StaffPackages, StaffReview),
    *desk_routes.STAFF,
]
QUEUES = (EXHIBITORS,)
"""Parts of the staff’s pages."""
JOBS: list[Job] = [*lists.JOBS, *desk_routes.JOBS]
RECURRING: list[Recurring] = [*lists.RECURRING, *desk_routes.RECURRING]

__all__ = ["JOBS", "PUBLIC", "QUEUES", "RECURRING", "STAFF", "exhibitor_part"]
