"""`/staff/money`: what the portal does not guess about money, for the people who decide it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.duties import Queue
from portal.accounts.guards import SignedIn, staff
from portal.accounts.tables import StaffRole
from portal.core.errors import Conflict, NotFound
from portal.payments import queries
from portal.payments.commands.questions import settle_question
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

TREASURERS = (StaffRole.FINANCE, StaffRole.ORGANISER)
_HERE = "/staff/money"


def may_see_money(actor: Actor | None) -> bool:
    return actor is not None and actor.has_role(*TREASURERS)


MONEY = Queue("money", "Money", _HERE, may_see_money, queries.COUNT_OPEN_QUESTIONS)


class StaffMoney(Controller):
    path = _HERE
    guards = [staff(*TREASURERS)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return page(
            request, "payments/staff.html", private=True, waiting=await queries.open_questions(),
            settled=await queries.settled_questions(),
        )  # fmt: skip

    @post("/{question_id:int}/settlement", status_code=303)
    async def settle(self, question_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        return await _decide(actor, question_id, now, settled=True)

    @post("/{question_id:int}/reopening", status_code=303)
    async def reopen(self, question_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        return await _decide(actor, question_id, now, settled=False)


async def _decide(actor: Actor, question_id: int, now: Now, *, settled: bool) -> Response[Any]:
    if not 0 < question_id < 2**63:
        raise NotFound("There is no such question.")
    said = "Seen to." if settled else "It waits again."
    try:
        await settle_question(actor=actor, question_id=question_id, settled=settled, now=now)
    except Conflict as problem:
        said = problem.message
    return see_other(_HERE, notice=said)
