"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.programme.feeds.pages import ProgrammeFeeds
from portal.programme.pages.event_part import programme_part
from portal.programme.pages.programme import ProgrammePages
from portal.programme.queries.speaking import of_speaker

PUBLIC: list[ControllerRouterHandler] = [ProgrammePages, ProgrammeFeeds]

__all__ = ["PUBLIC", "of_speaker", "programme_part"]
