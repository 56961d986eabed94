"""Every route and job of desks: the package’s `routes` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.core.jobs import Job, Recurring
from portal.exhibitors.desks import jobs
from portal.exhibitors.desks.commands import files, papers
from portal.exhibitors.desks.feeds import TaskFeed
from portal.exhibitors.desks.files import may_read_exhibitors, may_read_papers
from portal.exhibitors.desks.pages.documents import DeskDocuments
from portal.exhibitors.desks.pages.passes import DeskPasses
from portal.exhibitors.desks.pages.showing import DeskProfile
from portal.exhibitors.desks.pages.tasks import DeskTasks
from portal.exhibitors.desks.staff.deadlines import StaffDeadlines
from portal.exhibitors.desks.staff.papers import StaffPapers
from portal.exhibitors.desks.staff.passes import StaffPasses
from portal.exhibitors.desks.staff.tasks import StaffTasks

PAGES: list[ControllerRouterHandler] = [DeskTasks, DeskProfile, DeskDocuments, DeskPasses, TaskFeed]
STAFF: list[ControllerRouterHandler] = [StaffTasks, StaffDeadlines, StaffPapers, StaffPasses]
JOBS = [
    Job("exhibitors.send_pass", jobs.send_pass),
    Job("exhibitors.follow_names", jobs.follow_names),
    Job("exhibitors.remind", jobs.remind),
    Job("exhibitors.remind_now", jobs.remind_now),
    Job("exhibitors.ask_again", jobs.ask_again),
    Job("exhibitors.tell_version", jobs.tell_version),
]
RECURRING = [
    Recurring("exhibitors-follow", "*/5 * * * *", jobs.follow),
    Recurring("exhibitors-remind", "*/30 * * * *", jobs.look_for_late),
]
READERS = {files.OWNER: may_read_exhibitors, papers.OWNER: may_read_papers}
"""Who may read private files, by the kind of their owner."""
