"""`/staff/events/{id}/exhibitors/tasks`: what is asked of exhibitors, how far each is, and looking at what they answered."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import audit
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.paging import Page
from portal.core.text import folded, one_line
from portal.exhibitors.desks.commands import tasks as commands
from portal.exhibitors.desks.queries import matrix, papers
from portal.exhibitors.desks.queries import tasks as queries
from portal.exhibitors.desks.rules import COLUMNS, KINDS, Column
from portal.exhibitors.desks.staff.forms import DecisionForm, TaskForm, filled_task, read_task
from portal.exhibitors.desks.values import Answered, Task
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.media import queries as media_queries
from portal.web.files import private_file
from portal.web.forms import Filled, blank, differences, read, sent
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import see_other

_COLUMNS = ("Company", "Task", "Kind", "Due", "State", "Answer", "Answered", "By", "Done", "Asked to change")


_NARROWED = (Column.OVERDUE, Column.WAITING)
_LINES = 50


class Asked(msgspec.Struct, frozen=True):
    """What the matrix is narrowed to: exhibitors with something in that column of the board, and with these words in the name."""

    show: str = ""
    words: str = ""

    def query(self, number: int = 1) -> str:
        given = {"show": self.show, "q": self.words, "page": str(number) if number > 1 else ""}
        kept = {name: value for name, value in given.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def _asked(request: Request[Any, Any, Any]) -> Asked:
    given = dict(reversed(pairs(request)))
    show = given.get("show", "")
    return Asked(show if show in _NARROWED else "", one_line(given.get("q", ""))[:120])


class StaffTasks(Controller):
    path = "/staff/events/{event_id:int}/exhibitors"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get("/tasks")
    async def index(self, request: Request[Any, Any, Any], event_id: Number, now: Now) -> Response[str]:
        offer, asked = await the_offer(event_id), _asked(request)
        found = await matrix.of_event(event_id, now=now)
        shows = [("", "All", len(found.lines))] + [
            (column.value, COLUMNS[column], sum(column in line.at.values() for line in found.lines))
            for column in _NARROWED
        ]
        lines = [
            line for line in found.lines
            if (not asked.show or asked.show in line.at.values()) and folded(asked.words) in folded(line.company)
        ]  # fmt: skip
        at = Page(page_number(request), _LINES, len(lines))
        if at.number > at.last:
            raise NotFound("There is no such page of this list.")
        return staff_page(
            request, "exhibitors/staff/tasks.html", offer, "tasks", tasks=found.tasks, kinds=KINDS, asked=asked, shows=shows,
            all_rows=len(found.lines), rows=lines[at.offset : at.offset + at.size], page=at,
            address=lambda number: f"{offer.path}/tasks{asked.query(number)}#far-h",
        )  # fmt: skip

    @get("/tasks.csv")
    async def export(self, event_id: Number, actor: SignedIn, now: Now) -> Response[bytes]:
        """A line for each exhibitor and task. Who took it away is written down."""
        offer, rows = await the_offer(event_id), await queries.of_event(event_id)
        await audit.record(actor=actor.label, verb="export tasks", kind="event", key=event_id, now=now, lines=len(rows))
        lines = (
            [
                one.company, one.title, KINDS[one.kind], one.due_at.isoformat(timespec="seconds"),
                COLUMNS[one.column(now)], one.answer, one.at.isoformat(timespec="seconds") if one.at else "", one.by,
                one.done_at.isoformat(timespec="seconds") if one.done_at else "", one.note,
            ]
            for one in rows
        )  # fmt: skip
        return private_file(("\ufeff" + table(_COLUMNS, lines)).encode(), "text/csv", f"{offer.slug}-tasks.csv")

    @get("/tasks/new")
    async def new(self, request: Request[Any, Any, Any], event_id: Number) -> Response[str]:
        return await _form(request, await the_offer(event_id), None, blank(kind="read", packages=[]))

    @post("/tasks")
    async def add(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        return await _save(request, await the_offer(event_id), None, actor, now)

    @get("/tasks/{task_id:int}")
    async def edit(self, request: Request[Any, Any, Any], event_id: Number, task_id: Number) -> Response[str]:
        offer, task = await the_offer(event_id), await _task(event_id, task_id)
        return await _form(request, offer, task, filled_task(task.draft, offer.timezone))

    @post("/tasks/{task_id:int}")
    async def save(
        self, request: Request[Any, Any, Any], event_id: Number, task_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _save(request, await the_offer(event_id), await _task(event_id, task_id), actor, now)

    @post("/tasks/{task_id:int}/removal")
    async def remove(self, event_id: Number, task_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        await commands.remove_task(actor=actor, event_id=event_id, task_id=task_id, now=now)
        told = "Removed. It has left every board, and stands in exhibitors’ calendars as cancelled."
        return see_other(f"{offer.path}/tasks", notice=told)

    @get("/tasks/{task_id:int}/of/{exhibitor_id:int}")
    async def answer(
        self, request: Request[Any, Any, Any], event_id: Number, task_id: Number, exhibitor_id: Number, now: Now
    ) -> Response[str]:
        offer = await the_offer(event_id)
        return await _answer(request, offer, await _answered(event_id, task_id, exhibitor_id), blank(), now)

    @post("/tasks/{task_id:int}/of/{exhibitor_id:int}")
    async def decide(
        self, request: Request[Any, Any, Any], event_id: Number, task_id: Number, exhibitor_id: Number, actor: SignedIn,
        now: Now,
    ) -> Response[Any]:  # fmt: skip
        offer, this = await the_offer(event_id), await _answered(event_id, task_id, exhibitor_id)
        form = await read(request, DecisionForm)
        if form.data is None or form.data.decision not in ("accept", "again"):
            wrong = form.refuse(Invalid(form.errors or {"decision": "Please choose one."}))
            return await _answer(request, offer, this, wrong, now, status=422)
        accepted = form.data.decision == "accept"
        try:
            await commands.decide(
                actor=actor, event_id=event_id, task_id=task_id, exhibitor_id=exhibitor_id, accepted=accepted,
                note="" if accepted else form.data.note, seen=form.data.seen, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _answer(request, offer, this, form.refuse(refused), now, status=422)
        except Conflict as refused:
            this = await _answered(event_id, task_id, exhibitor_id)
            return await _answer(request, offer, this, form.refuse(Invalid({"": refused.message})), now, status=409)
        told = f"Accepted: {this.title}, {this.company}." if accepted else f"{this.company} is asked to change it."
        return see_other(f"{offer.path}/tasks", notice=told)


async def _task(event_id: int, task_id: int) -> Task:
    found = await queries.task(event_id, task_id)
    if found is None:
        raise NotFound("There is no such task (any more).")
    return found


async def _answered(event_id: int, task_id: int, exhibitor_id: int) -> Answered:
    mine = await queries.of_exhibitor(exhibitor_id)
    if await queries.task(event_id, task_id) is None or task_id not in {one.id for one in mine}:
        raise NotFound("This is not asked of this exhibitor (any more).")
    return next(one for one in mine if one.id == task_id)


async def _answer(
    request: Request[Any, Any, Any], offer: Offer, this: Answered, form: Filled[Any], now: Now, *, status: int = 200
) -> Response[str]:
    file = (await media_queries.by_keys([this.file])).get(this.file) if this.file else None
    return staff_page(
        request, "exhibitors/staff/task_answer.html", offer, "tasks", status=status, this=this, form=form, file=file,
        column=COLUMNS[this.column(now)],
    )  # fmt: skip


async def _save(
    request: Request[Any, Any, Any], offer: Offer, task: Task | None, actor: SignedIn, now: Now
) -> Response[Any]:
    form, draft = read_task(await sent(request), offer.timezone)
    if draft is None:
        return await _form(request, offer, task, form, status=422)
    try:
        await commands.save_task(
            actor=actor, event_id=offer.event_id, draft=draft, now=now, task_id=task.id if task else None,
            seen=str(form.value("seen")),
        )  # fmt: skip
    except Invalid as refused:
        return await _form(request, offer, task, form.refuse(refused), status=422)
    except Conflict as overtaken:
        assert task is not None, "only what is stored is overtaken"
        task = await _task(offer.event_id, task.id)
        return await _form(request, offer, task, form, status=409, conflict=overtaken.message)
    return see_other(f"{offer.path}/tasks", notice=f"Saved: {draft.title}.")


async def _form(
    request: Request[Any, Any, Any], offer: Offer, task: Task | None, form: Filled[Any], *, status: int = 200,
    conflict: str = "",
) -> Response[str]:  # fmt: skip
    stored = filled_task(task.draft, offer.timezone) if task else blank()
    if conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    return staff_page(
        request, "exhibitors/staff/task.html", offer, "tasks", status=status, task=task, form=form, conflict=conflict,
        stored=differences(form, stored, TaskForm) if conflict else [],
        kinds=[(kind.value, name, _EXPLAINED[kind]) for kind, name in KINDS.items()],
        papers=[(one.id, one.title) for one in await papers.of_event(offer.event_id)],
    )  # fmt: skip


_EXPLAINED = dict(
    zip(
        KINDS,
        (
            "A document of yours, or the text below. Done when somebody of the company says so.",
            "A drawing, a certificate of insurance. You accept it, or ask for another one.",
            "An answer in words, or a form behind the address below. You accept it, or ask again.",
            "One of several choices. Done at once; it may be changed until you have accepted it.",
            "Who gets their staff passes. Done when all are given, or when they say that is everybody.",
            "Done by a booth that is paid for, or when you have seen the money.",
        ),
        strict=True,
    )
)
