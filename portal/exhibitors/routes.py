"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.core.jobs import Job, Recurring
from portal.exhibitors.desks import routes as desk_routes
from portal.exhibitors.pages.desk_home import DeskHome, ExhibitingPages

DESK_PAGES: list[ControllerRouterHandler] = [ExhibitingPages, DeskHome, *desk_routes.PAGES]
"""Of the people of a company."""

PUBLIC: list[ControllerRouterHandler] = [*DESK_PAGES]
STAFF: list[ControllerRouterHandler] = [*desk_routes.STAFF]
JOBS: list[Job] = [*desk_routes.JOBS]
RECURRING: list[Recurring] = [*desk_routes.RECURRING]

__all__ = ["JOBS", "PUBLIC", "RECURRING", "STAFF"]
