"""`/webinars/{slug}/room/questions`: asking, voting, and all questions of a room, where the room itself shows those asked
most and the newest. A script is answered with parts of the page, a plain form with the page again.
"""

import re
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.params import PathParameter
from litestar.response import Response

from portal.core.errors import DomainError, NotFound
from portal.core.rate_limits import Limit, spend
from portal.web import forms
from portal.web.asking import wants_fragment
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page
from portal.webinars.commands import questions
from portal.webinars.forms import AskForm
from portal.webinars.guards import in_room
from portal.webinars.pages.room import VISIT, TheVisit, Visit, checked, said_of
from portal.webinars.queries import own
from portal.webinars.queries import questions as asked
from portal.webinars.queries.questions import Order
from portal.webinars.rules.taking_part import open_parts

_ASKED = Limit("room-asked", 10, timedelta(minutes=5))
_VOTED = Limit("room-voted", 120, timedelta(minutes=1))
_LIST = re.compile(r"questions\?order=(top|new)(&page=[1-9]\d{0,5})?")
Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]


class Questions(Controller):
    path = "/webinars/{slug:str}/room/questions"
    dependencies = VISIT
    guards = [in_room]
    include_in_schema = False

    @get("/")
    async def show(self, visit: TheVisit) -> Response[Any]:
        order = Order.NEW if dict(pairs(visit.request)).get("order") == Order.NEW else Order.TOP
        shown, found = await asked.page(visit.room.id, order, page_number(visit.request))
        if shown.number > shown.last:
            raise NotFound("There is no such page of this list.")
        return page(
            visit.request, "webinars/questions.html", private=True, room=visit.room, questions=found, shown=shown,
            order=order, mine=await own.mine(visit.room.id, visit.who.seat_id), open=open_parts(visit.room),
            address=lambda number: f"{visit.room.path}/questions?order={order}&page={number}",
        )  # fmt: skip

    @post("/")
    async def ask(self, visit: TheVisit) -> Response[Any]:
        form = await forms.read(visit.request, AskForm)
        try:
            data = checked(form)
            await spend(_ASKED, str(visit.who.seat_id), now=visit.now)
            await questions.ask(
                room=visit.room, who=visit.who, text=data.question, anonymous=bool(data.anonymous), now=visit.now
            )
        except DomainError as error:
            again = msgspec.structs.replace(visit, ask=said_of(form, "question", error))
            return await again.refused({"ask": await again.ask_part()}, error)
        return await visit.done(at="r-ask", parts={"ask": await visit.ask_part()})

    @get("/own")
    async def own_questions(self, visit: TheVisit) -> Response[Any]:
        """What became of what one asked, for the page's script."""
        return await visit.done(at="r-ask", parts={"ask": await visit.ask_part()})

    @post("/{number:int}/vote")
    async def vote(self, number: Id, visit: TheVisit) -> Response[Any]:
        await spend(_VOTED, str(visit.who.seat_id), now=visit.now)
        await questions.vote(room=visit.room, who=visit.who, question_id=number, now=visit.now)
        return await _voted(visit, number)

    @post("/{number:int}/vote/withdrawal")
    async def withdraw_vote(self, number: Id, visit: TheVisit) -> Response[Any]:
        await spend(_VOTED, str(visit.who.seat_id), now=visit.now)
        await questions.withdraw_vote(room=visit.room, who=visit.who, question_id=number)
        return await _voted(visit, number)


async def _voted(visit: Visit, number: int) -> Response[Any]:
    """Without scripts, back to the list that was voted in."""
    back = "" if wants_fragment(visit.request.scope) else (await forms.sent(visit.request)).get("back", [""])[0]
    return await visit.done(at=f"q-{number}", page=back if isinstance(back, str) and _LIST.fullmatch(back) else "")
