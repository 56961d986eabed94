"""Everything the worker can be asked to do about exhibitors, and what it does by the clock."""

from portal.core.jobs import Job, Recurring
from portal.exhibitors.jobs import telling

JOBS = [
    Job("exhibitors.tell", telling.tell),
]
RECURRING: list[Recurring] = []
