"""What is asked of exhibitors, how they do it, and what the organiser makes of it."""

from typing import Any

import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.overtaking import mark
from portal.exhibitors.desks.commands.tasks import decide, remove_task, save_task
from portal.exhibitors.desks.queries import matrix, tasks
from portal.exhibitors.desks.rules import Column, Standing
from portal.exhibitors.desks.values import TaskDraft, board
from portal.exhibitors.tables.desk import TaskKind
from portal.exhibitors.tables.exhibiting import Right
from tests.exhibitors.desks.tasks import ask, in_days, judge, late, say, seen, standing
from tests.factories import exhibitors


async def test_what_the_organiser_looks_at_waits_and_comes_back(database: str) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    assert await standing(stand) == {"Stand drawing": Standing.OPEN}
    with pytest.raises(Invalid) as empty:
        await say(stand, task, "")
    assert empty.value.fields == {"text": "Please fill this in."}
    await say(stand, task)
    assert await standing(stand) == {"Stand drawing": Standing.WAITING}
    with pytest.raises(Invalid, match="marked"):
        await decide(
            actor=PORTAL, event_id=stand.exhibitor.event_id, task_id=task, exhibitor_id=stand.exhibitor.id, accepted=False,
            note="", seen=await seen(task, stand), now=clock.now(),
        )  # fmt: skip
    await judge(stand, task, "Without the ceiling, please.")
    (one,) = await tasks.of_exhibitor(stand.exhibitor.id)
    assert (one.standing, one.note, one.answer) == (Standing.AGAIN, "Without the ceiling, please.", "Done so.")
    await say(stand, task, "Without.")
    await judge(stand, task)
    assert await standing(stand) == {"Stand drawing": Standing.DONE}
    with pytest.raises(Conflict, match="accepted this already"):
        await say(stand, task)
    await judge(stand, task, "The fire brigade wants another one.")
    assert await standing(stand) == {"Stand drawing": Standing.AGAIN}


@pytest.mark.parametrize(
    ("kind", "more", "text"),
    [(TaskKind.READ, {}, ""), (TaskKind.PASSES, {}, ""), (TaskKind.CHOOSE, {"options": ("Left", "Right")}, "Left")],
)
async def test_what_needs_nobody_else_is_done_at_once(
    kind: TaskKind, more: dict[str, Any], text: str, database: str
) -> None:
    stand = await exhibitors.make()
    task = await ask(stand, "It", kind, **more)
    await say(stand, task, text)
    assert await standing(stand) == {"It": Standing.DONE}


async def test_a_choice_is_one_of_those_on_offer_and_may_change(database: str) -> None:
    stand = await exhibitors.make()
    task = await ask(stand, "Carpet", TaskKind.CHOOSE, options=("Grey", "Blue"))
    for wrong in ("", "Green"):
        with pytest.raises(Invalid) as refused:
            await say(stand, task, wrong)
        assert list(refused.value.fields) == ["choice"]
    await say(stand, task, "Grey")
    await say(stand, task, "Blue")
    (one,) = await tasks.of_exhibitor(stand.exhibitor.id)
    assert (one.answer, one.standing) == ("Blue", Standing.DONE)


async def test_naming_is_done_when_every_pass_is_given(database: str) -> None:
    stand = await exhibitors.make(passes=1)
    await ask(stand, "Your people", TaskKind.PASSES)
    from tests.exhibitors.desks.test_passes import give

    await give(stand)
    (one,) = await tasks.of_exhibitor(stand.exhibitor.id)
    assert (one.standing, one.given, one.passes) == (Standing.DONE, 1, 1)


async def test_paying_is_done_by_a_booth_that_is_paid_for(database: str) -> None:
    stand = await exhibitors.make()
    await ask(stand, "Pay", TaskKind.PAY)
    assert await standing(stand) == {"Pay": Standing.OPEN}
    plan = await db.fetch_value(
        "INSERT INTO floor_plan (event, position, slug, name, width, height) VALUES ($1, 1, 'a', 'A', 100, 100) RETURNING id",
        stand.exhibitor.event_id,
    )
    booth = await db.fetch_value(
        "INSERT INTO booth (plan, label, x, y, width, height, note) VALUES ($1, 'A1', 0, 0, 10, 10, '') RETURNING id",
        plan,
    )
    await db.execute(
        "INSERT INTO booth_booking (number, booth, exhibitor, state, net, package_net, currency, purchase_id, booked_by, "
        "held_at, booked_at, end_reason) VALUES ('B-1', $1, $2, 'booked', 1, 0, 'EUR', 7, '', now(), now(), '')",
        booth, stand.exhibitor.id,
    )  # fmt: skip
    assert await standing(stand) == {"Pay": Standing.DONE}


async def test_tasks_are_put_to_whom_they_are_for(database: str) -> None:
    stand = await exhibitors.make(rights=[Right.SCAN])
    other = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id, package="Large")
    packages = {name: number for number, name in await tasks.packages(stand.exhibitor.event_id)}
    await ask(stand, "Large alone", packages=(packages["Large"],))
    await ask(stand, "Everybody")
    await ask(stand, "A file", TaskKind.UPLOAD)
    await ask(stand, "Names", TaskKind.PASSES)
    assert list(await standing(stand)) == ["Everybody"]
    assert sorted(await standing(other)) == ["A file", "Everybody", "Large alone", "Names"]
    counted = {
        one.draft.title: one.exhibitors
        for one in (await matrix.of_event(stand.exhibitor.event_id, now=clock.now())).tasks
    }
    assert counted == {"Large alone": 1, "Everybody": 2, "A file": 1, "Names": 1}


async def test_the_board_says_what_is_late_and_what_waits(database: str) -> None:
    stand = await exhibitors.make()
    made = [await ask(stand, title) for title in ("Open", "Late", "Given late", "Done")]
    await say(stand, made[2])
    await say(stand, made[3])
    await judge(stand, made[3])
    for task in made[1:]:
        await late(task)
    found = board(await tasks.of_exhibitor(stand.exhibitor.id), clock.now())
    assert {column: [one.title for one in these] for column, these in found.items()} == {
        Column.OVERDUE: ["Late"], Column.TO_DO: ["Open"], Column.WAITING: ["Given late"], Column.DONE: ["Done"],
    }  # fmt: skip


async def test_what_is_removed_leaves_the_board(database: str) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    await remove_task(actor=PORTAL, event_id=stand.exhibitor.event_id, task_id=task, now=clock.now())
    assert await standing(stand) == {}
    for act in (say(stand, task), judge(stand, task)):
        with pytest.raises(NotFound):
            await act


async def test_a_task_is_what_it_can_be(database: str) -> None:
    stand = await exhibitors.make()
    other = await exhibitors.make("Quellmark Media")
    foreign = (await tasks.packages(other.exhibitor.event_id))[0][0]
    event_id, now = stand.exhibitor.event_id, clock.now()
    good = TaskDraft(kind=TaskKind.FILL, title="It", due_at=in_days(5))
    for field, changed in {
        "due": {"due_at": in_days(-1)}, "options": {"kind": TaskKind.CHOOSE, "options": ("One", "One")},
        "packages": {"packages": (foreign,)}, "paper": {"paper": 99},
    }.items():  # fmt: skip
        with pytest.raises(Invalid) as refused:
            await save_task(actor=PORTAL, event_id=event_id, draft=msgspec.structs.replace(good, **changed), now=now)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid):
        await save_task(
            actor=PORTAL, event_id=event_id, draft=msgspec.structs.replace(good, due_at=in_days(99)), now=now
        )
    with pytest.raises(Forbidden):
        await save_task(actor=stand.owner, event_id=event_id, draft=good, now=now)
    task = await save_task(actor=PORTAL, event_id=event_id, draft=good, now=now)
    with pytest.raises(Conflict):
        await save_task(actor=PORTAL, event_id=event_id, draft=good, now=now, task_id=task, seen="old")
    again = msgspec.structs.replace(good, title="That")
    await save_task(actor=PORTAL, event_id=event_id, draft=again, now=now, task_id=task, seen=mark(good))
    assert await standing(stand) == {"That": Standing.OPEN}
    with pytest.raises(NotFound):
        await save_task(actor=PORTAL, event_id=other.exhibitor.event_id, draft=good, now=now, task_id=task)


async def test_only_owners_and_editors_answer_and_only_organisers_decide(database: str) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    leads = msgspec.structs.replace(stand.owner, memberships={stand.organisation_id: MemberRole.LEADS})
    with pytest.raises(Forbidden):
        await say(msgspec.structs.replace(stand, owner=leads), task)
    with pytest.raises(NotFound):
        await say(msgspec.structs.replace(stand, owner=msgspec.structs.replace(leads, memberships={})), task)
    with pytest.raises(Forbidden):
        await decide(
            actor=stand.owner, event_id=stand.exhibitor.event_id, task_id=task, exhibitor_id=stand.exhibitor.id,
            accepted=True, note="", seen="", now=clock.now(),
        )  # fmt: skip
    with pytest.raises(Conflict, match="nothing to accept"):
        await judge(stand, task)


async def test_what_was_answered_keeps_its_kind(database: str) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    event_id = stand.exhibitor.event_id

    async def change(kind: TaskKind) -> None:
        (known,) = await tasks.tasks(event_id)
        draft = msgspec.structs.replace(known.draft, kind=kind)
        await save_task(
            actor=PORTAL, event_id=event_id, draft=draft, now=clock.now(), task_id=task, seen=mark(known.draft)
        )

    await change(TaskKind.PAY)
    await say(stand, task)
    with pytest.raises(Invalid) as kept:
        await change(TaskKind.READ)
    assert list(kept.value.fields) == ["kind"]
