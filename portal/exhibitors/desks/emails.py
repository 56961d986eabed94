"""Mails of desks: a staff pass, tasks that are due, an answer that is sent back."""

from collections.abc import Sequence
from datetime import datetime

from portal.core.settings import current
from portal.core.tokens import hashed
from portal.exhibitors.desks.queries.papers import Paper
from portal.exhibitors.desks.values import Answered
from portal.exhibitors.values import AtEvent
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.registration.inviting import Invite
from portal.registration.values.orders import OrderRecord, SeatRecord


def staff_pass(
    order: OrderRecord, seat: SeatRecord, pdf: bytes, invite: Invite | None, *, pass_id: int, company: str, by: str,
    again: str = "",
) -> Message:  # fmt: skip
    """To whoever has the pass, with ticket and calendar entry; each holder, and each wish, is a mail of its own."""
    named = seat.named_at.timestamp() if seat.named_at else 0
    subject, text, html = compose(
        "exhibitors/pass", order=order, seat=seat, company=company, by=by, path=order.path,
        calendar=invite.method.value if invite else "",
    )  # fmt: skip
    return Message(
        key=f"exhibitor-pass-{pass_id}-{seat.code}-{named}{again and '-' + again}", topic="orders", recipient=seat.email,
        subject=subject, text=text, html=html, about_kind="order", about_key=str(order.id),
        reply_to=current().contact_email,
        parts=(*(invite.parts if invite else ()), Part(f"pass-{order.number}.pdf", "application/pdf", pdf)),
    )  # fmt: skip


TOPIC = "exhibitor-tasks"
"""What a reader may switch off."""


def reminder(
    at: AtEvent, address: str, name: str, *, overdue: Sequence[Answered], due: Sequence[Answered], key: str
) -> Message:
    """What is overdue, and what is due soon, to one of the company’s people."""
    count = len(overdue) + len(due)
    subject, text, html = compose(
        "exhibitors/tasks_due", at=at, name=name, overdue=overdue, due=due, count=count, path=f"{at.address}/tasks",
        preferences=links.preferences(address, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"exhibitor-tasks-{at.id}-{key}-{hashed(address)[:16]}", topic=TOPIC, recipient=address, subject=subject,
        text=text, html=html, about_kind="exhibitor", about_key=str(at.id), reply_to=current().contact_email,
    )  # fmt: skip


def asked_again(at: AtEvent, task: Answered, address: str, name: str, *, asked_at: datetime) -> Message:
    """What the organiser wants changed."""
    subject, text, html = compose(
        "exhibitors/task_again", at=at, name=name, task=task, path=f"{at.address}/tasks/{task.id}",
        preferences=links.preferences(address, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"exhibitor-task-{at.id}-{task.id}-again-{asked_at.timestamp()}-{hashed(address)[:16]}", topic=TOPIC,
        recipient=address, subject=subject, text=text, html=html, about_kind="exhibitor", about_key=str(at.id),
        reply_to=current().contact_email,
    )  # fmt: skip


def new_version(at: AtEvent, paper: Paper, task: Answered | None, address: str, name: str) -> Message:
    """A document has a new version; with the task where they are asked to read it."""
    path = f"{at.address}/tasks/{task.id}" if task else f"{at.address}/documents"
    subject, text, html = compose(
        "exhibitors/new_version", at=at, name=name, paper=paper, task=task, path=path,
        preferences=links.preferences(address, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"exhibition-paper-{paper.version_id}-{at.id}-{hashed(address)[:16]}", topic=TOPIC, recipient=address,
        subject=subject, text=text, html=html, about_kind="exhibitor", about_key=str(at.id),
        reply_to=current().contact_email,
    )  # fmt: skip
