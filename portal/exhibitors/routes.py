"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.core.jobs import Job, Recurring
from portal.exhibitors.commands.settling import BOOTHS
from portal.exhibitors.desks import routes as desk_routes
from portal.exhibitors.jobs import lists
from portal.exhibitors.leads import routes as lead_routes
from portal.exhibitors.meetings import routes as meeting_routes
from portal.exhibitors.pages.applying import ExhibitPages
from portal.exhibitors.pages.booth import BoothPages, booth_invoice
from portal.exhibitors.pages.booth_moving import MovingPages
from portal.exhibitors.pages.desk_home import DeskHome, ExhibitingPages
from portal.exhibitors.pages.event_part import exhibitor_part
from portal.exhibitors.pages.feeds import ExhibitorFeeds
from portal.exhibitors.pages.public import ExhibitorPages
from portal.exhibitors.privacy import PERSONAL_DATA
from portal.exhibitors.queries.public import meets
from portal.exhibitors.staff.booths import StaffBooths
from portal.exhibitors.staff.entering import StaffEntering
from portal.exhibitors.staff.giving import StaffGiving
from portal.exhibitors.staff.listing import EXHIBITORS, StaffExhibitors, waiting_exhibitors
from portal.exhibitors.staff.moving import StaffMoving
from portal.exhibitors.staff.packages import StaffPackages
from portal.exhibitors.staff.plans import StaffPlans
from portal.exhibitors.staff.reviewing import StaffReview
from portal.exhibitors.staff.setup import StaffTerms

DESK_PAGES: list[ControllerRouterHandler] = [
    *(ExhibitingPages, DeskHome, BoothPages, MovingPages),
    *(*desk_routes.PAGES, *meeting_routes.DESK),
]
"""Of the people of a company."""

PUBLIC: list[ControllerRouterHandler] = [
    *(ExhibitPages, ExhibitorPages, ExhibitorFeeds, booth_invoice),
    *(*DESK_PAGES, *lead_routes.PUBLIC, *meeting_routes.PUBLIC),
]
OWN: list[ControllerRouterHandler] = [*lead_routes.OWN, *meeting_routes.OWN]
"""In the account area."""
STAFF: list[ControllerRouterHandler] = [
    waiting_exhibitors,
    *(
        StaffExhibitors,
        StaffTerms,
        StaffPackages,
        StaffReview,
        StaffEntering,
        StaffPlans,
        StaffBooths,
        StaffGiving,
        StaffMoving,
    ),
    *(*desk_routes.STAFF, *lead_routes.STAFF, *meeting_routes.STAFF),
]
QUEUES = (EXHIBITORS,)
"""Parts of the staff’s pages."""
JOBS: list[Job] = [*lists.JOBS, *desk_routes.JOBS, *lead_routes.JOBS, *meeting_routes.JOBS]
RECURRING: list[Recurring] = [
    *(*lists.RECURRING, *desk_routes.RECURRING, *lead_routes.RECURRING, *meeting_routes.RECURRING),
]
READERS = {**desk_routes.READERS}
"""Who may read private files, by the kind of their owner."""
OCCASIONS = {**lead_routes.OCCASIONS}
"""What consents can be about."""
SEAT_PARTS = (meeting_routes.seat_part, lead_routes.seat_part)
"""What is said on the page of a place."""

HANDLERS = (BOOTHS,)
"""What money for purchases of this package’s kinds does."""

__all__ = [
    "HANDLERS",
    "JOBS",
    "OCCASIONS",
    "OWN",
    "PERSONAL_DATA",
    "PUBLIC",
    "QUEUES",
    "READERS",
    "RECURRING",
    "SEAT_PARTS",
    "STAFF",
    "exhibitor_part",
    "meets",
]
