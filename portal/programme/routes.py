"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.programme.desk import routes as desk
from portal.programme.feeds.pages import ProgrammeFeeds
from portal.programme.pages.event_part import programme_part
from portal.programme.pages.programme import ProgrammePages
from portal.programme.queries.speaking import of_speaker

PUBLIC: list[ControllerRouterHandler] = [ProgrammePages, ProgrammeFeeds, *desk.PUBLIC]
STAFF: list[ControllerRouterHandler] = [*desk.STAFF]
JOBS = [*desk.JOBS]
RECURRING = [*desk.RECURRING]

__all__ = ["JOBS", "PUBLIC", "RECURRING", "STAFF", "of_speaker", "programme_part"]
