"""Forms of leads."""

import datetime as dt
from typing import Annotated

import msgspec

from portal.core.text import one_line
from portal.exhibitors.leads.values import LeadRow
from portal.leads.chain.tables import Rating
from portal.leads.chain.values import Noted
from portal.web.forms import Filled, blank, field

_LONGEST_TAG = 40


class BadgeForm(msgspec.Struct):
    badge: Annotated[str, field("Badge code", max_length=300, missing="Please type the code that stands on the badge.")]


class ConsentForm(msgspec.Struct):
    read: Annotated[str, field("Wording", max_length=40)] = ""


class LeadForm(msgspec.Struct):
    rating: Annotated[Rating | None, field("Rating", kind="choice")] = None
    note: Annotated[str, field("Note", kind="text", max_length=5000)] = ""
    tags: Annotated[str, field("Tags", max_length=900)] = ""
    follow_up: Annotated[str, field("What is to be done", max_length=200)] = ""
    follow_up_by: Annotated[dt.date | None, field("By when", kind="choice")] = None
    follow_up_who: Annotated[
        int | None, field("Who", kind="choice", wrong="Please choose somebody of your team.", ge=1, le=2**63 - 1)
    ] = None
    done: Annotated[bool, field("Done", kind="choice")] = False
    version: Annotated[int | None, field("Version", ge=1, le=2**62)] = None


def noted(form: LeadForm) -> Noted:
    return Noted(
        rating=form.rating.value if form.rating else None, note=form.note, tags=split(form.tags), follow_up=form.follow_up,
        follow_up_by=form.follow_up_by, follow_up_who=form.follow_up_who, done=form.done and bool(form.follow_up),
    )  # fmt: skip


def filled(lead: LeadRow) -> Filled[LeadForm]:
    """The form as the lead stands."""
    return blank(
        rating=lead.rating.value if lead.rating else "", note=lead.note, tags=", ".join(lead.tags), follow_up=lead.follow_up,
        follow_up_by=lead.follow_up_by.isoformat() if lead.follow_up_by else "", follow_up_who=lead.follow_up_who or "",
        done="true" if lead.follow_up_done_at else "", version=lead.version,
    )  # fmt: skip


def split(text: str) -> tuple[str, ...]:
    """Tags that were typed with commas between: each once, whatever its case, in the order they came."""
    found: dict[str, str] = {}
    for part in text.split(","):
        if tag := one_line(part)[:_LONGEST_TAG].strip():
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())
