"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.exhibitors.pages.desk_home import DeskHome, ExhibitingPages

DESK_PAGES: list[ControllerRouterHandler] = [ExhibitingPages, DeskHome]
"""Of the people of a company."""

PUBLIC: list[ControllerRouterHandler] = [*DESK_PAGES]
STAFF: list[ControllerRouterHandler] = []

__all__ = ["PUBLIC", "STAFF"]
