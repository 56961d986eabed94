"""Mails about leads."""

from collections.abc import Sequence
from datetime import date, datetime

from portal.core.settings import current
from portal.core.times import moment
from portal.exhibitors.leads.values import Colleague, Due
from portal.exhibitors.values import AtEvent
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message

_NOT_READ = "Replies to this mail are not read."


REMINDERS = "lead-reminders"
"""What a reader may switch off."""
_MOST = 20


def due(reader: Colleague, exhibitor: AtEvent, leads: Sequence[Due], *, chain: int, today: date) -> Message:
    """To one of the team: what is due and theirs. By the lead’s code: whom it is about stands in the list, as long as it does."""
    # What a colleague who left was to do is not the reader’s on the list.
    own = f"&person={reader.id}" if all(one.listed_as == reader.id for one in leads) else ""
    subject, text, html = compose(
        "leads/due", at=exhibitor, leads=leads[:_MOST], more=max(0, len(leads) - _MOST), count=len(leads), today=today,
        path=f"{exhibitor.address}/leads?follow_up=due{own}",
        preferences=links.preferences(reader.email, REMINDERS),
    )  # fmt: skip
    return Message(
        key=f"leads-due-{chain}-{today}-{reader.id}", topic=REMINDERS, recipient=reader.email, subject=subject, text=text,
        html=html, about_kind="exhibitor", about_key=str(exhibitor.id),
    )  # fmt: skip


def gone(reader: Colleague, exhibitor: AtEvent, code: str, taken_out: datetime | None, *, by_person: bool) -> Message:
    """To the exhibitor: a lead took their consent back, or a colleague took them off the list. It has the lead’s code, and
    nothing of the person.
    """
    if taken_out is not None:
        at = moment(taken_out, current().site_timezone, "d MMMM y, HH:mm")
        delete = (
            f"{exhibitor.company_name} last took this lead along on {at}. Please delete it wherever it went: look for the code "
            "in your files and in your customer system."
        )
    else:
        delete = "It was never exported. If somebody wrote it down elsewhere, please delete it there."
    subject, text, html = compose(
        "leads/notice",
        title=f"Lead {code} has taken their consent back" if by_person else f"Lead {code} was taken off your list",
        words=[
            f"Somebody whose badge was scanned for {exhibitor.company_name} at {exhibitor.event_title} no longer wishes that you "
            f"know of them. The lead has the code {code}; it is gone from your list, with everything noted of it."
            if by_person
            else f"A colleague took the lead with the code {code}, of {exhibitor.event_title}, off {exhibitor.company_name}’s "
            "list, with everything noted of it.",
            delete,
            "Exports made before stay checkable.",
        ],
        button="Open your leads", path=f"{exhibitor.address}/leads", not_read=_NOT_READ,
    )  # fmt: skip
    return Message(
        key=f"lead-{code}-gone-{reader.id}", topic="leads", recipient=reader.email, subject=subject, text=text, html=html,
        about_kind="exhibitor", about_key=str(exhibitor.id),
    )  # fmt: skip
