"""Questions at the desk: deciding, answering on stage and in writing, one made of two, the public page."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Controller, get, post
from litestar.response import Response

from portal.core.errors import DomainError, Invalid, NotFound
from portal.web import forms
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page
from portal.webinars.commands import answering, moderating
from portal.webinars.desk_forms import AnswerForm, MergeForm, Seen
from portal.webinars.guards import at_desk, moderators
from portal.webinars.pages.desk.frame import DESK, Desk, Id, TheDesk
from portal.webinars.queries import queue as queries
from portal.webinars.queries.queue import Pile
from portal.webinars.rules.desk_words import PILES, at_second

_DECIDES = [moderators]


class DeskQuestions(Controller):
    path = "/webinars/{slug:str}/desk/questions"
    dependencies = DESK
    guards = [at_desk]
    include_in_schema = False

    @get("/")
    async def pile(self, desk: TheDesk) -> Response[Any]:
        """All questions of a pile: the desk itself shows the first ones."""
        wanted = dict(pairs(desk.request)).get("pile", Pile.WAITING.value)
        if wanted not in PILES:
            raise NotFound("There is no such pile of questions.")
        shown, rows = await queries.pile_page(desk.room.id, Pile(wanted), page_number(desk.request))
        return page(
            desk.request, "webinars/desk/pile.html", private=True, room=desk.room, may=desk.may, rows=rows,
            shown=shown, pile=wanted, piles=PILES, queue=await queries.queue(desk.room.id), at_second=at_second,
            page_address=lambda number: f"{desk.room.desk}/questions?pile={wanted}&page={number}",
        )  # fmt: skip

    @get("/{number:int}")
    async def question(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _question(desk, number, forms.blank())

    @post("/{number:int}/answer")
    async def answer(self, number: Id, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, AnswerForm)
        if form.data is None:
            return await _question(desk, number, form)
        try:
            await answering.answer_in_writing(
                webinar_id=desk.room.id, question_id=number, text=form.data.answer, had=form.data.had,
                actor=desk.crew.actor, now=desk.now,
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as error:
            return await _question(desk, number, form, error)
        return desk.done(at=f"dq-{number}")

    @post("/{number:int}/merger", guards=_DECIDES)
    async def merge(self, number: Id, desk: TheDesk) -> Response[Any]:
        form = await forms.read(desk.request, MergeForm)
        if form.data is None:
            return await _question(desk, number, form)
        try:
            await moderating.merge(
                webinar_id=desk.room.id, question_id=number, into=form.data.into, was=form.data.was,
                actor=desk.crew.actor, now=desk.now,
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as error:
            return await _question(desk, number, form, error)
        return desk.done(at=f"dq-{form.data.into}")

    @post("/{number:int}/approval", guards=_DECIDES)
    async def approve(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _decided(desk, number, moderating.approve)

    @post("/{number:int}/refusal", guards=_DECIDES)
    async def decline(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _decided(desk, number, moderating.decline)

    @post("/{number:int}/return", guards=_DECIDES)
    async def put_back(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _decided(desk, number, moderating.put_back)

    @post("/{number:int}/stage", guards=_DECIDES)
    async def take_up(self, number: Id, desk: TheDesk) -> Response[Any]:
        seen = await _seen(desk)
        act = moderating.take_up(
            webinar_id=desk.room.id, question_id=number, instead=seen.instead, actor=desk.crew.actor, now=desk.now
        )
        return await desk.did(act, at=f"dq-{number}")

    @post("/{number:int}/live", guards=_DECIDES)
    async def answered_live(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = moderating.answered_live(webinar_id=desk.room.id, question_id=number, now=desk.now)
        return await desk.did(act, at=f"dq-{number}")

    @post(["/{number:int}/stage/withdrawal", "/{number:int}/live/withdrawal"], guards=_DECIDES)
    async def not_answered(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = moderating.not_answered(webinar_id=desk.room.id, question_id=number)
        return await desk.did(act, at=f"dq-{number}")

    @post("/{number:int}/faq", guards=_DECIDES)
    async def into_faq(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = moderating.put_into_faq(webinar_id=desk.room.id, question_id=number, on=True)
        return await desk.did(act, at=f"dq-{number}")

    @post("/{number:int}/faq/withdrawal", guards=_DECIDES)
    async def out_of_faq(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = moderating.put_into_faq(webinar_id=desk.room.id, question_id=number, on=False)
        return await desk.did(act, at=f"dq-{number}")


async def _decided(desk: Desk, number: int, how: Callable[..., Awaitable[None]]) -> Response[Any]:
    seen = await _seen(desk)
    act = how(webinar_id=desk.room.id, question_id=number, was=seen.was, actor=desk.crew.actor, now=desk.now)
    return await desk.did(act, at=f"dq-{number}")


async def _seen(desk: Desk) -> Seen:
    """What the moderator saw. It is our page that says so: nothing a person types."""
    form = await forms.read(desk.request, Seen)
    if form.data is None:
        raise Invalid(form.errors, "Please use the buttons of the desk.")
    return form.data


async def _question(
    desk: Desk, number: int, form: forms.Filled[Any], error: DomainError | None = None
) -> Response[Any]:
    one = await queries.question(desk.room.id, number)
    if one is None:
        raise NotFound("There is no such question.")
    if "answer" not in form.values:
        form = forms.Filled({**form.values, "answer": one.answer}, form.errors)
    can_move = desk.may.decides and one.pile not in (Pile.NOW, Pile.MERGED, Pile.DECLINED)
    return desk.panel(
        "webinars/desk/panels/question.html", form=form, error=error, one=one, at_second=at_second,
        with_it=await queries.merged_with(desk.room.id, number) if one.with_it else [],
        alike=await queries.alike(desk.room.id, number) if can_move else [],
        target=await queries.question(desk.room.id, one.merged_into) if one.merged_into else None,
    )  # fmt: skip
