"""What the worker does for desks: mails with passes and about tasks, calendars, the end of what a company no longer has."""

from collections.abc import Sequence
from datetime import datetime

from portal.core import clock, db
from portal.core.jobs import enqueue_many
from portal.core.urgency import Urgency
from portal.exhibitors.commands.codes import follow_codes
from portal.exhibitors.desks import emails
from portal.exhibitors.desks.commands.calendars import follow_all
from portal.exhibitors.desks.commands.files import follow_brochures
from portal.exhibitors.desks.commands.passes import end_of_gone
from portal.exhibitors.desks.commands.passes import follow_names as bring_badges
from portal.exhibitors.desks.commands.reminding import take_note
from portal.exhibitors.desks.queries import papers, passes, tasks
from portal.exhibitors.desks.rules import REMIND_BEFORE, Column, Standing
from portal.exhibitors.desks.values import Answered
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent
from portal.notifications.commands.outbox import queue_mail
from portal.registration.documents import ticket_pdf
from portal.registration.jobs.sending import confirmed_seat, send


async def send_pass(made: int, by: str, again: str = "") -> None:
    """The ticket with its invitation, to whoever has the pass now."""
    seat_id = await passes.seat_of(made)
    found = await confirmed_seat(seat_id) if seat_id is not None else None
    if found is None or not found[1].email or not found[0].is_on or found[0].ends_at <= clock.now():
        return
    order, seat = found
    pdf, company = await ticket_pdf(order, [seat]), await passes.company_of(made)
    async with db.transaction():
        await send(
            order, seat.email, seat.name,
            lambda invite: emails.staff_pass(order, seat, pdf, invite, pass_id=made, company=company, by=by, again=again),
        )  # fmt: skip


async def follow_names(former: Sequence[tuple[int, str]]) -> None:
    """Badges follow companies that are called otherwise by now, or became one with another."""
    await bring_badges(former=former, now=clock.now())


async def follow() -> None:
    """Recurring: passes, codes and brochures end with a company’s part, and calendars say what is done by itself."""
    now = clock.now()
    await end_of_gone(now=now)
    await follow_codes(now=now)
    async with db.transaction():
        await follow_brochures()
    await follow_all(now=now)


async def look_for_late() -> None:
    """Recurring: one job for each exhibitor that has something to be reminded of."""
    late = await tasks.late(now=clock.now(), before=REMIND_BEFORE)
    async with db.transaction():
        await enqueue_many(
            "exhibitors.remind",
            [{"exhibitor": one} for one in sorted({task.exhibitor_id for task in late})],
            urgency=Urgency.ONE_OF_MANY,
        )


async def remind(exhibitor: int) -> None:
    """One mail to each of a company’s people about all that is open and due, or overdue; once before and once after."""
    now, at = clock.now(), await desks.by_id(exhibitor)
    if at is None:
        return
    async with db.transaction():
        noted = await take_note(exhibitor_id=exhibitor, now=now)
        if not noted:
            return
        these = [one for one in await tasks.of_exhibitor(exhibitor) if one.id in noted]
        await _mail(at, these, key=f"{now.timestamp()}", now=now)


async def remind_now(exhibitor: int, task: int | None, day: str) -> None:
    """What the organiser reminds of by hand: all that is open, or one task. Who was told all is not told of it by itself, too."""
    now, at = clock.now(), await desks.by_id(exhibitor)
    if at is None or at.is_closed(now):
        return
    async with db.transaction():
        these = [one for one in await tasks.of_exhibitor(exhibitor) if task is None or one.id == task]
        if await _mail(at, these, key=f"by-hand-{day}-{task or 'all'}", now=now) and task is None:
            await take_note(exhibitor_id=exhibitor, now=now)


async def _mail(at: AtEvent, these: Sequence[Answered], *, key: str, now: datetime) -> bool:
    """One mail to each of the company’s people, unless they have one of this key; whether there was any to send."""
    overdue = [one for one in these if one.column(now) is Column.OVERDUE]
    due = [one for one in these if one.column(now) is Column.TO_DO]
    if not overdue and not due:
        return False
    queued = [
        await queue_mail(message=emails.reminder(at, address, name, overdue=overdue, due=due, key=key), now=now)
        for address, name in await tasks.readers(at.id)
    ]
    return any(queued)


async def ask_again(exhibitor: int, task: int, at: str) -> None:
    """Tell a company’s people what the organiser wants changed, unless it was answered since."""
    here = await desks.by_id(exhibitor)
    this = next((one for one in await tasks.of_exhibitor(exhibitor) if one.id == task), None)
    if here is None or this is None or this.standing is not Standing.AGAIN:
        return
    async with db.transaction():
        for address, name in await tasks.readers(exhibitor):
            message = emails.asked_again(here, this, address, name, asked_at=datetime.fromisoformat(at))
            await queue_mail(message=message, now=clock.now())


async def tell_version(exhibitor: int, version: int) -> None:
    """Tell those whose task or reading a document was of its new version, unless there is a newer one."""
    at = await desks.by_id(exhibitor)
    paper = next((one for one in await papers.of_exhibitor(exhibitor) if one.version_id == version), None)
    if at is None or paper is None or not at.may(Right.DOCUMENTS) or at.is_closed(clock.now()):
        return
    task = next((one for one in await tasks.of_exhibitor(exhibitor) if one.paper == paper.id), None)
    async with db.transaction():
        for address, name in await papers.to_tell(exhibitor, version, asked=task is not None):
            await queue_mail(message=emails.new_version(at, paper, task, address, name), now=clock.now())
