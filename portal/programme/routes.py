"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.programme import jobs
from portal.programme.commands.uniting import speakers_united
from portal.programme.desk import routes as desk
from portal.programme.desk.uniting import slides_united
from portal.programme.feeds.pages import ProgrammeFeeds
from portal.programme.pages.event_part import programme_part
from portal.programme.pages.now import NowPages
from portal.programme.pages.participants import StaffWorkshops
from portal.programme.pages.programme import ProgrammePages
from portal.programme.pages.workshops import SeatWorkshops, WorkshopPages, seat_part
from portal.programme.pages.zones import ZonePages
from portal.programme.queries.speaking import of_speaker
from portal.programme.staff.board import StaffBoard
from portal.programme.staff.importing import StaffImport
from portal.programme.staff.people import StaffPeople
from portal.programme.staff.preview import StaffPreview
from portal.programme.staff.releasing import StaffReleases
from portal.programme.staff.rooms import StaffRooms, StaffTracks
from portal.programme.staff.seating import StaffSeating
from portal.programme.staff.sessions import StaffSessions

PUBLIC: list[ControllerRouterHandler] = [
    *(ProgrammePages, NowPages, ProgrammeFeeds, WorkshopPages, SeatWorkshops, ZonePages),
    *desk.PUBLIC,
]
STAFF: list[ControllerRouterHandler] = [
    *(StaffBoard, StaffSessions, StaffSeating, StaffRooms, StaffTracks, StaffPeople),
    *(StaffReleases, StaffPreview, StaffImport, StaffWorkshops, *desk.STAFF),
]
JOBS = [*jobs.JOBS, *desk.JOBS]
RECURRING = [*jobs.RECURRING, *desk.RECURRING]

__all__ = [
    "JOBS",
    "PUBLIC",
    "RECURRING",
    "STAFF",
    "of_speaker",
    "programme_part",
    "seat_part",
    "slides_united",
    "speakers_united",
]
