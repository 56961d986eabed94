"""One question of an event's registration."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.registration.commands.asking import move_question, save_question, withdraw_question
from portal.registration.permissions import STAFF
from portal.registration.queries import setup as queries
from portal.registration.staff.forms import filled_question, read_question
from portal.registration.staff.setup import KINDS, MOST_ID, known_event
from portal.registration.values.setup import QuestionSetup, StaffEvent
from portal.web.forms import Filled, blank, field, read, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other


class Direction(msgspec.Struct):
    to: Annotated[Literal["up", "down"], field("Direction", kind="choice")]


class QuestionPages(Controller):
    path = "/staff/events/{event_id:int}/registration/questions"
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: FromPath[int]) -> Response[Any]:
        return _page(request, await known_event(event_id), None, blank(kind="text", required="yes"))

    @post()
    async def add(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _save(request, await known_event(event_id), None, actor, now)

    @get("/{question_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], question_id: FromPath[int]
    ) -> Response[Any]:
        event = await known_event(event_id)
        question = await _known(event, question_id)
        return _page(request, event, question, filled_question(question))

    @post("/{question_id:int}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        event_id: FromPath[int],
        question_id: FromPath[int],
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        event = await known_event(event_id)
        return await _save(request, event, await _known(event, question_id), actor, now)

    @post("/{question_id:int}/withdrawal")
    async def withdraw(
        self, event_id: FromPath[int], question_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        event = await known_event(event_id)
        await withdraw_question(actor=actor, event_id=event.id, question_id=_id(question_id), now=now)
        return see_other(_back(event), notice="It is asked no more. What was answered is kept.")

    @post("/{question_id:int}/position")
    async def move(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], question_id: FromPath[int], actor: SignedIn
    ) -> Response[Any]:
        event = await known_event(event_id)
        form = await read(request, Direction)
        if form.data is None:
            raise Invalid(form.errors, "A question moves up or down.")
        await move_question(actor=actor, event_id=event.id, question_id=_id(question_id), up=form.data.to == "up")
        return see_other(_back(event))


def _back(event: StaffEvent) -> str:
    return f"{event.path}/registration#questions"


def _id(question_id: int) -> int:
    if not 0 < question_id < MOST_ID:
        raise NotFound("There is no such question.")
    return question_id


async def _known(event: StaffEvent, question_id: int) -> QuestionSetup:
    asked = (one for one in await queries.questions(event.id) if one.id == question_id and one.withdrawn_at is None)
    if (found := next(asked, None)) is None:
        raise NotFound("There is no such question (any more).")
    return found


async def _save(
    request: Request[Any, Any, Any], event: StaffEvent, question: QuestionSetup | None, actor: SignedIn, now: Now
) -> Response[Any]:
    form = read_question(await sent(request))
    if form.data is None:
        return _page(request, event, question, form, status=422)
    try:
        await save_question(
            actor=actor, event_id=event.id, facts=form.data, now=now, question_id=question.id if question else None,
            version=str(form.value("version")),
        )  # fmt: skip
    except Invalid as refused:
        return _page(request, event, question, form.refuse(refused), status=422)
    except Conflict as overtaken:
        question = await _known(event, question.id) if question else None
        kept: Filled[Any] = Filled({**form.values, "version": question.version if question else ""})
        return _page(request, event, question, kept, status=409, conflict=overtaken.message)
    return see_other(_back(event), notice="The question is saved.")


def _page(
    request: Request[Any, Any, Any], event: StaffEvent, question: QuestionSetup | None, form: Filled[Any], *,
    status: int = 200, conflict: str = "",
) -> Response[Any]:  # fmt: skip
    return page(
        request, "registration/staff/question.html", private=True, status=status, event=event, question=question, form=form,
        kinds=[(kind.value, words, "") for kind, words in KINDS.items()], conflict=conflict,
    )  # fmt: skip
