"""Leads as a table: for spreadsheets with all that is known, and as the imports of customer systems name their columns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.exhibitors.leads.values import RATINGS, LeadRow, answered
from portal.exhibitors.values import AtEvent

Columns = Mapping[str, Callable[[LeadRow], Any]]


class Layout(msgspec.Struct, frozen=True):
    """A table as one kind of program takes it: what it is for, and its columns. Only spreadsheets need the mark in front that
    says it is UTF-8."""

    name: str
    hint: str
    columns: Callable[[AtEvent], Columns]
    marked: bool = False


def _all(exhibitor: AtEvent) -> Columns:
    return {
        "lead": lambda one: one.code, "first_name": lambda one: one.first_name, "last_name": lambda one: one.last_name,
        "name": lambda one: one.name, "job_title": lambda one: one.job_title, "company": lambda one: one.company,
        "email": lambda one: one.email, "rating": lambda one: one.rating or "", "note": lambda one: one.note,
        "tags": lambda one: ", ".join(one.tags), "follow_up": lambda one: one.follow_up,
        "follow_up_by": lambda one: one.follow_up_by or "", "follow_up_who": lambda one: one.follow_up_name or "",
        "follow_up_done_at": lambda one: _at(one.follow_up_done_at), "visits": lambda one: one.visits,
        "first_scanned_at": lambda one: _at(one.first_at), "last_scanned_at": lambda one: _at(one.last_at),
        "last_scanned_by": lambda one: one.last_by_name or "", "agreed_at": lambda one: _at(one.agreed_at),
        "wording": lambda one: one.wording_version, "scanned_for": lambda one: one.scanned_for or exhibitor.company_name,
    }  # fmt: skip


def _hubspot(exhibitor: AtEvent) -> Columns:
    return {
        "Email": lambda one: one.email, "First Name": lambda one: one.first_name, "Last Name": lambda one: one.last_name,
        "Job Title": lambda one: one.job_title, "Company Name": lambda one: one.company,
        "Lifecycle Stage": lambda _: "Lead", "hs_legal_basis": lambda _: _CONSENT,
        "Event": lambda _: exhibitor.event_title, "Rating": _rating, "Note": _description,
        "Follow-up": lambda one: one.follow_up, "Follow-up by": lambda one: one.follow_up_by or "",
        "Lead code": lambda one: one.code,
    }  # fmt: skip


def _salesforce(exhibitor: AtEvent) -> Columns:
    # It takes no lead without last name and company.
    return {
        "First Name": lambda one: one.first_name if one.last_name else "",
        "Last Name": lambda one: one.last_name or one.first_name or _UNKNOWN,
        "Company": lambda one: one.company or _UNKNOWN, "Title": lambda one: one.job_title, "Email": lambda one: one.email,
        "Lead Source": lambda _: "Trade Show", "Rating": _rating, "Description": _description,
        "Campaign": lambda _: exhibitor.event_title, "Lead code": lambda one: one.code,
    }  # fmt: skip


LAYOUTS = {
    "leads": Layout("Table (CSV)", "Every lead on a line with all you noted, for spreadsheets.", _all, marked=True),
    "hubspot": Layout("For HubSpot (CSV)", "The columns its contact import knows by name, and the legal basis.", _hubspot),
    "salesforce": Layout("For Salesforce (CSV)", "The columns its import of leads needs; the rest in the description.",
                         _salesforce),
}  # fmt: skip
_CONSENT = "Freely given consent from contact"
_UNKNOWN = "[not provided]"


def laid_out(layout: Layout, exhibitor: AtEvent, leads: Sequence[LeadRow]) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows. The table with all has a column for each question anybody answered."""
    columns = dict(layout.columns(exhibitor))
    if layout.marked:
        for text in dict.fromkeys(text for one in leads for text in one.answers):
            name = f"{text} (asked)" if text in columns else text
            columns[name] = lambda one, text=text: one.answers.get(text, "")  # type: ignore[misc]
    return list(columns), [[cell(one) for cell in columns.values()] for one in leads]


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def _rating(one: LeadRow) -> str:
    return RATINGS[one.rating] if one.rating is not None else ""


def _description(one: LeadRow) -> str:
    """All that was noted, for programs with one field for it."""
    said = [one.note, *(answered(*pair) for pair in one.answers.items())]
    return "\n".join(filter(None, [*said, f"Tags: {', '.join(one.tags)}" if one.tags else ""]))
