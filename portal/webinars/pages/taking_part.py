"""What people in a room do besides asking: answer polls, talk, react. A script is answered with parts of the page, a plain
form with the page again.
"""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.params import FromPath, PathParameter
from litestar.response import Response

from portal.core.errors import DomainError, NotFound
from portal.core.rate_limits import Limit, spend
from portal.web import forms
from portal.webinars.commands import chat, polls
from portal.webinars.forms import AnswerForm, SayForm
from portal.webinars.guards import in_room
from portal.webinars.live import taking_part
from portal.webinars.live.inputs import TheReactions
from portal.webinars.live.taking_part import Refused
from portal.webinars.pages.room import VISIT, TheVisit, checked, said_of
from portal.webinars.rules.polls import Answer
from portal.webinars.rules.reactions import Reaction

_ANSWERED = Limit("room-answered", 60, timedelta(minutes=1))
_SAID = Limit("room-said", 12, timedelta(minutes=1))
Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]


class TakingPart(Controller):
    path = "/webinars/{slug:str}/room"
    dependencies = VISIT
    guards = [in_room]
    include_in_schema = False

    @post("/polls/{number:int}/answers")
    async def answer(self, number: Id, visit: TheVisit) -> Response[Any]:
        form = await forms.read(visit.request, AnswerForm)
        try:
            data = checked(form)
            await spend(_ANSWERED, str(visit.who.seat_id), now=visit.now)
            given = Answer(options=frozenset(data.option), rating=data.rating, words=data.words)
            await polls.answer(room=visit.room, who=visit.who, poll_id=number, answer=given, now=visit.now)
        except NotFound:
            raise
        except DomainError as error:
            again = msgspec.structs.replace(visit, poll=Refused(number, said_of(form, "", error)))
            part = await taking_part.polls(visit.room, visit.now, await again.reader())
            return await again.refused({"polls": part}, error)
        return await visit.done(at=f"poll-{number}")

    @post("/chat")
    async def say(self, visit: TheVisit) -> Response[Any]:
        form = await forms.read(visit.request, SayForm)
        try:
            data = checked(form)
            await spend(_SAID, str(visit.who.seat_id), now=visit.now)
            await chat.say(room=visit.room, who=visit.who, text=data.line, now=visit.now)
        except DomainError as error:
            again = msgspec.structs.replace(visit, say=said_of(form, "line", error))
            return await again.refused({"say": again.say_part()}, error)
        return await visit.done(at="r-chat", parts={"say": visit.say_part()})

    @post("/reactions/{name:str}")
    async def react(self, name: FromPath[str], visit: TheVisit, reactions: TheReactions) -> Response[Any]:
        if name not in set(Reaction):
            raise NotFound("There is no such reaction.")
        reactions.give(room=visit.room, who=visit.who, reaction=Reaction(name), now=visit.now)
        return await visit.done(at="r-reactions")
