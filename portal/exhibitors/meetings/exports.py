"""Rows of the CSV files: for a company its meetings, for the organiser all of them and the figures. Pure."""

from datetime import datetime

from portal.core import times
from portal.exhibitors.meetings import showing
from portal.exhibitors.meetings.queries.figures import Figures
from portal.exhibitors.meetings.values import MeetingRecord

Row = tuple[object, ...]
_WHEN = ("Day", "From", "Until", "Zone", "State")
EVENT = (*_WHEN, "Company", "Host", "Attendee", "Attendee’s company", "Table", "Place", "Moves")
COMPANY = (
    *_WHEN,
    "Attendee",
    "Job title",
    "Attendee’s company",
    "Host",
    "Table",
    "Place",
    "What it is about",
    "Why it ended",
)
FIGURES = (
    "Company", "Asked", "Accepted", "Declined", "Run out", "Open", "Asked by them", "Agreed", "To come", "Met", "Walk-ins",
    "Did not come",
    "Per cent did not come", "Host absent", "Called off",
)  # fmt: skip


def of_company(one: MeetingRecord, now: datetime) -> Row:
    return (
        *_when(one, now), one.name, one.job_title, one.company, one.host_name, one.table_name, one.table_place, one.topic,
        one.end_reason,
    )  # fmt: skip


def of_event(one: MeetingRecord, now: datetime) -> Row:
    return (
        *_when(one, now), one.company_name, one.host_name, one.name, one.company, one.table_name, one.table_place, one.moves,
    )  # fmt: skip


def figures(one: Figures) -> Row:
    return (
        one.name, one.asked, one.accepted, one.declined, one.expired, one.open, one.invited, one.agreed, one.coming,
        one.met, one.walk_ins, one.no_shows, one.no_show_rate, one.host_absent, one.cancelled,
    )  # fmt: skip


def _when(one: MeetingRecord, now: datetime) -> Row:
    """In the event's zone, as the pages say it."""
    zone = times.zone(one.timezone)
    return (
        one.starts_at.astimezone(zone).date().isoformat(), times.clock(one.starts_at, one.timezone),
        times.clock(one.ends_at, one.timezone), one.timezone, showing.state(one, now),
    )  # fmt: skip
