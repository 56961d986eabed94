"""The desk’s routes and what its staff pages are called, for the package’s own list."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from portal.core.jobs import Job, Recurring
from portal.programme.desk import commands, inviting, jobs
from portal.programme.desk.calendar import CalendarPages, speaker_calendar
from portal.programme.desk.door import DeskCode, DeskDoor
from portal.programme.desk.guards import only_open
from portal.programme.desk.pages import DeskPages
from portal.programme.desk.staff import StaffReadiness
from portal.programme.desk.staff_slides import StaffSlides

PUBLIC: list[ControllerRouterHandler] = [
    DeskDoor,
    DeskCode,
    speaker_calendar,
    Router("/", route_handlers=[DeskPages, CalendarPages], before_request=only_open),
]
STAFF: list[ControllerRouterHandler] = [StaffReadiness, StaffSlides]
JOBS = [Job(inviting.WRITE, jobs.write_to_speaker), Job(commands.TELL, jobs.tell_organiser)]
RECURRING = [Recurring("speakers-remind", "27 * * * *", jobs.remind)]
