"""Every route and job of desks: the package’s `routes` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.core.jobs import Job, Recurring
from portal.exhibitors.desks import jobs
from portal.exhibitors.desks.pages.passes import DeskPasses

PAGES: list[ControllerRouterHandler] = [DeskPasses]
STAFF: list[ControllerRouterHandler] = []
JOBS = [Job("exhibitors.send_pass", jobs.send_pass)]
RECURRING = [Recurring("exhibitors-end-passes", "*/10 * * * *", jobs.end_passes)]
