"""`/webinars/{slug}/test`: the short test that a certificate may ask for."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.core.errors import Invalid
from portal.web.forms import Filled, blank, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other
from portal.webinars.commands.short_tests import answer
from portal.webinars.guards import ROOM, InRoom, TheRoom, in_room
from portal.webinars.queries import short_tests
from portal.webinars.queries.standing import standing
from portal.webinars.rules import short_test as rules
from portal.webinars.rules.earning import MOST_TRIES
from portal.webinars.values import Participant, Room


class TestPages(Controller):
    __test__ = False
    path = "/webinars/{slug:str}/test"
    dependencies = ROOM
    guards = [in_room]
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, now: Now
    ) -> Response[str]:
        return await _page(request, room, participant, now, blank())

    @post("/")
    async def take(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, now: Now
    ) -> Response[Any]:
        fields = await sent(request)
        chosen = {
            one.id: frozenset(int(value) for value in fields.get(rules.field(one.id), ()) if _is_id(value))
            for one in await short_tests.questions(room.id)
        }
        try:
            made = await answer(webinar_id=room.id, seat_id=participant.seat_id, chosen=chosen, now=now)
        except Invalid as refused:
            form: Filled[Any] = Filled({rules.field(key): given for key, given in chosen.items()}, refused.fields)
            return await _page(request, room, participant, now, form, status=422)
        told = f"{made.correct} of {made.asked} right: {made.percent} %."
        return see_other(f"/webinars/{room.slug}/test", notice=told)


async def _page(
    request: Request[Any, Any, Any],
    room: Room,
    participant: Participant,
    now: Now,
    form: Filled[Any],
    *,
    status: int = 200,
) -> Response[str]:
    stands = await standing(room, participant, now)
    tries = await short_tests.tries(room.id, participant.seat_id)
    needed = stands.rule.test_percent if stands and stands.rule else 0
    open_now = stands is not None and stands.setting.test_open
    done = rules.is_done(tries, needed)
    return page(
        request, "webinars/test.html", private=True, status=status, room=room, form=form, tries=tries, needed=needed,
        done=done, open=open_now, best=rules.best(tries), most=MOST_TRIES, over=stands is not None and stands.over,
        # Before it is over for this person, what is right is not on the page at all.
        questions=await short_tests.questions(room.id) if open_now else [], field=rules.field,
    )  # fmt: skip


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
