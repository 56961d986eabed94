"""What is done with all tasks of an event at once: they go along when it moves, come from another event, and are reminded of."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.desks import jobs
from portal.exhibitors.desks.commands import deadlines
from portal.exhibitors.desks.commands.reminding import remind_now
from portal.exhibitors.desks.queries import tasks
from portal.exhibitors.tables.desk import TaskKind
from tests.attending import Attending
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, say
from tests.exhibitors.desks.test_task_calendar import fetched, told
from tests.exhibitors.desks.test_task_pages import mails
from tests.factories import events, exhibitors
from tests.factories.exhibitors import Stand

BRUSSELS = ZoneInfo("Europe/Brussels")


async def judith(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


async def move(stand: Stand, by: str) -> None:
    await db.execute(
        "UPDATE event SET starts_at = starts_at + $2::text::interval, ends_at = ends_at + $2::text::interval WHERE id = $1",
        stand.exhibitor.event_id, by,
    )  # fmt: skip


async def test_deadlines_go_along_when_the_event_moves_at_the_same_time_of_the_clock(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    await ask(stand)
    at = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/tasks"
    (before,) = await tasks.tasks(stand.exhibitor.event_id)
    await move(stand, "2 hours")
    assert "was moved" not in (await staff.get(at)).text
    # Half a year on, the clocks are changed.
    await move(stand, "182 days")
    page = await staff.get(at)
    assert "begins 182 days later" in page.text
    assert (await staff.post(f"{at}/along")).status_code == 303
    (after,) = await tasks.tasks(stand.exhibitor.event_id)
    was, now = (one.draft.due_at.astimezone(BRUSSELS) for one in (before, after))
    assert (now.date() - was.date(), now.time()) == (timedelta(days=182), was.time())
    assert now.utcoffset() != was.utcoffset()
    assert {row[3] for row in told(await fetched(staff, stand))} == {1}
    assert "was moved" not in (await staff.get(at)).text
    assert (await staff.post(f"{at}/along")).status_code == 303
    assert (await tasks.tasks(stand.exhibitor.event_id))[0].draft.due_at == after.draft.due_at


async def test_nothing_is_due_once_an_event_that_moved_is_over(database: str) -> None:
    stand = await exhibitors.make()
    await ask(stand, days=1)
    event = stand.exhibitor.event_id
    await db.execute(
        "UPDATE exhibitor_task SET due_at = (SELECT ends_at - interval '2 minutes' FROM event WHERE id = $1)", event
    )
    await move(stand, "3 days")
    await db.execute("UPDATE event SET ends_at = ends_at - interval '2 hours' WHERE id = $1", event)
    assert await deadlines.move_along(actor=PORTAL, event_id=event, now=clock.now()) == 3
    left = await db.fetch_value("SELECT e.ends_at - t.due_at FROM exhibitor_task t JOIN event e ON e.id = t.event")
    assert left == timedelta(minutes=1)


async def test_deadlines_may_stay(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    await ask(stand)
    await move(stand, "-3 days")
    at = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/tasks"
    assert "begins 3 days earlier" in (await staff.get(at)).text
    (before,) = await tasks.tasks(stand.exhibitor.event_id)
    assert (await staff.post(f"{at}/kept")).status_code == 303
    (after,) = await tasks.tasks(stand.exhibitor.event_id)
    assert (after.draft.due_at, after.moved, before.moved) == (before.draft.due_at, 0, -3)


async def test_tasks_come_from_another_event_as_long_before_this_one(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    task = await ask(stand, "Drawing", days=20, text="As a **PDF**.")
    await ask(stand, "Only for Large", packages=(await _package(stand, "large"),))
    await ask(
        stand,
        "For Standard",
        TaskKind.CHOOSE,
        days=15,
        options=("A", "B"),
        packages=(await _package(stand, "standard"),),
    )
    await say(stand, task)
    later = await exhibitors.make("Quellmark Media", event_id=await events.make("Lyo Days", days=400))
    at = f"/staff/events/{later.exhibitor.event_id}/exhibitors/tasks"
    page = await staff.get(f"{at}/copy")
    assert ("Fill &amp; Finish Forum" in page.text, "3 tasks" in page.text) == (True, True)
    for wrong, words in (
        (None, "choose an event"),
        (later.exhibitor.event_id, "no such event"),
        (999, "no such event"),
    ):
        refused = await staff.post(f"{at}/copy", data={} if wrong is None else {"source": wrong})
        assert (refused.status_code, words in refused.text) == (422, True)
    for _ in range(2):
        assert (await staff.post(f"{at}/copy", data={"source": stand.exhibitor.event_id})).status_code == 303
    there, here = await tasks.tasks(stand.exhibitor.event_id), await tasks.tasks(later.exhibitor.event_id)
    assert {one.draft.title for one in here} == {"Drawing", "For Standard"}
    drawing = {one.draft.title: one for one in here}["Drawing"]
    was = {one.draft.title: one for one in there}["Drawing"]
    between = (
        later.exhibitor.starts_at.astimezone(BRUSSELS).date() - stand.exhibitor.starts_at.astimezone(BRUSSELS).date()
    )
    assert drawing.draft.due_at.astimezone(BRUSSELS).date() - was.draft.due_at.astimezone(BRUSSELS).date() == between
    assert (drawing.done, drawing.draft.text, drawing.moved) == (0, "As a **PDF**.", 0)
    assert [row[0] for row in told(await fetched(staff, later))].count("VTODO") == 2


async def _package(stand: Stand, slug: str) -> int:
    known = await db.fetch_value(
        "SELECT id FROM exhibition_package WHERE event = $1 AND slug = $2", stand.exhibitor.event_id, slug
    )
    return known or await db.fetch_value(
        "INSERT INTO exhibition_package (event, position, slug, name, summary, includes, price, passes, guests, rights) "
        "VALUES ($1, 9, $2::text, $2, '', '{}', 0, 0, 0, '{}') RETURNING id",
        stand.exhibitor.event_id, slug,
    )  # fmt: skip


async def test_what_would_be_due_too_soon_is_due_in_a_week(database: str) -> None:
    stand = await exhibitors.make()
    await ask(stand, "Drawing", days=10)
    sooner = await exhibitors.make("Quellmark Media", event_id=await events.make("Lyo Days", days=9))
    now = clock.now()
    await deadlines.copy_tasks(
        actor=PORTAL, event_id=sooner.exhibitor.event_id, source_id=stand.exhibitor.event_id, now=now
    )
    (one,) = await tasks.tasks(sooner.exhibitor.event_id)
    assert timedelta(days=6, hours=22) < one.draft.due_at - now <= timedelta(days=7)


async def test_the_organiser_reminds_by_hand_once_a_day(attending: Attending, sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    far, answered = await ask(stand, "Far", days=20), await ask(stand, "Answered", days=20)
    await say(stand, answered)
    await attending.work()
    before, at = len(mails(attending)), f"/staff/events/{stand.exhibitor.event_id}/exhibitors/tasks"
    for tail in ("reminders", "reminders", f"{answered}/reminders", f"{far}/reminders"):
        assert (await staff.post(f"{at}/{tail}")).status_code == 303
        await attending.work()
    title = f"Due soon: Far ({stand.exhibitor.event_title})"
    assert mails(attending)[before:] == [title, title]
    assert (await staff.post(f"{at}/{far + 9}/reminders")).status_code == 404
    # What was reminded of one by one, or not at all today, still comes by itself.
    await ask(stand, "Soon", days=3)
    assert (await staff.post(f"{at}/reminders")).status_code == 303
    await attending.work()
    await jobs.look_for_late()
    await attending.work()
    assert mails(attending)[before + 2 :] == [f"Due soon: Soon ({stand.exhibitor.event_title})"]
    await db.execute("UPDATE event SET state = 'cancelled'")
    with pytest.raises(Conflict):
        await remind_now(actor=PORTAL, event_id=stand.exhibitor.event_id, now=clock.now())
